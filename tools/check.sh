#!/usr/bin/env bash
# Format, lint, types, layers.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/ruff check src tests tools
.venv/bin/ruff format --check --quiet src tests tools
cargo fmt --check
.venv/bin/lint-imports --config pyproject.toml >/dev/null || .venv/bin/lint-imports --config pyproject.toml
.venv/bin/mypy
cargo clippy --release --locked --workspace --all-targets --quiet -- -D warnings
(cd web && npm run --silent check)
