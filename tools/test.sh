#!/usr/bin/env bash
# All tests: what is quick first. ONLY=quick stops before real processes and browsers.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --release --locked --workspace --quiet
(cd web && npm test --silent)
tools/check.sh
.venv/bin/python -m pytest tests/domain tests/properties tests/contract tests/vectors tests/api tests/sim tests/tidy
[ "${ONLY:-}" != quick ] || exit 0
# Most wait more than they work: three at a time. Those that listen closely, or time, have the machine to themselves.
failed=0
.venv/bin/python -m pytest -n 3 --dist loadfile -m "not alone" tests/e2e tests/chaos || failed=1
.venv/bin/python -m pytest -m alone tests/e2e tests/chaos || failed=1
exit $failed
