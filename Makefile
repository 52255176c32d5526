# The commands people need. `make demo` and `make test` set everything up by themselves.
.PHONY: demo test setup check fix bench wheel

PY := .venv/bin/python

demo: setup
	@.venv/bin/hustings demo $(ARGS)

test: setup
	@tools/test.sh

setup:
	@tools/setup.sh

# Format, lint, types, layers: without running anything.
check: setup
	@tools/check.sh

fix: setup
	@.venv/bin/ruff check --fix src tests tools && .venv/bin/ruff format src tests tools && cargo fmt && cd web && npm run --silent fix

bench: setup
	@.venv/bin/hustings bench stage --speakers 20 && .venv/bin/hustings bench delay

# A wheel with the binary and the pages inside, for any Linux on x86-64 since glibc 2.28: dist/.
wheel: setup
	@tools/wheel.sh
