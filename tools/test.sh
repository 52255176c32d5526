#!/usr/bin/env bash
# All tests: what is quick first. ONLY=quick stops before real processes and browsers.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --release --locked --workspace --quiet
(cd web && npm test --silent)
# Compilers and tests each leave a core half idle. What the checks found is shown whole, after the tests.
checked=$(mktemp)
set -m
tools/check.sh >"$checked" 2>&1 </dev/null &
checking=$!
set +m
trap 'kill -- "-$checking" 2>/dev/null || true; rm -f "$checked"' EXIT
trap 'exit 130' INT TERM
failed=0
.venv/bin/python -m pytest -n 2 tests/domain tests/properties tests/contract tests/vectors tests/api tests/sim tests/tidy || failed=1
wait "$checking" || failed=1
cat "$checked"
[ "$failed" = 0 ] || exit 1
[ "${ONLY:-}" != quick ] || exit 0
# Most wait more than they work: three at a time. Those that listen closely, or time, have less beside them, or nothing.
together() { .venv/bin/python -m pytest "$@" tests/e2e tests/chaos || failed=1; }
together -n 3 --dist loadfile -m "not alone and not paired and not listening"
together -n 2 --dist loadgroup -m paired
together -n 2 --dist loadgroup -m listening
together -m alone
exit $failed
