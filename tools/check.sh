#!/usr/bin/env bash
# Format, lint, types, layers.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/ruff check src tests benches tools
.venv/bin/ruff format --check --quiet src tests benches tools
cargo fmt --check
.venv/bin/lint-imports --config pyproject.toml >/dev/null || .venv/bin/lint-imports --config pyproject.toml
.venv/bin/mypy
.venv/bin/mypy -p benches
cargo clippy --release --locked --workspace --all-targets --quiet -- -D warnings
(cd web && npm run --silent check)
