#!/usr/bin/env bash
# The wheel that people install: binary and pages inside. Zig stands in for the C compiler, so that the binary asks for no newer
# C library than the tag of the wheel says.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-wheel.lock
PATH="$PWD/.venv/bin:$PATH" CARGO_TARGET_DIR=target/wheel \
  .venv/bin/maturin build --release --locked --zig --compatibility manylinux_2_28 --out dist
