# Needs Python 3.11, 3.12 or 3.13, git and make. Everything else goes into .venv, from the lock.
.POSIX:
.SUFFIXES:

PYTHON ?= python3
# One more than cores: some tests wait for real time to pass.
WORKERS ?= 3
PYTEST_ARGS ?=

LOCK = requirements-dev.lock
BIN = .venv/bin
STAMP = .venv/.installed
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
UV = VIRTUAL_ENV=.venv $(BIN)/uv --no-config
MINOR = import sys; print(sys.version_info[:2])
SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTEST = $(BIN)/python -m pytest
# Files in the order of tests/conftest.py: those that take minutes first.
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# A Python that is named (make PYTHON=python3.12) and is not that of .venv is another installation.
ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) -c '$(MINOR)' 2>&1),$(shell $(BIN)/python -c '$(MINOR)' 2>&1))
$(shell rm -f $(STAMP))
endif
endif

.PHONY: help install demo test test-fast mutants lint format bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## create .venv and install from the lock

demo: $(STAMP) ## backtest the same strategy bare and guarded through a crash
	@$(BIN)/riskguard demo

test: $(STAMP) ## run all tests
	@$(PYTEST) $(PARALLEL) $(PYTEST_ARGS)

test-fast: $(STAMP) ## run the tests that take no backtest
	@$(PYTEST) $(PARALLEL) -m "not slow and not benchmark" $(PYTEST_ARGS)

mutants: $(STAMP) ## change operators and list what no test notices (hours; MUTANTS="...heat*" for a part)
	@$(BIN)/mutmut run --max-children 1 $(MUTANTS)
	@$(BIN)/mutmut results

lint: $(STAMP) ## check style, format, types and that nothing is left that nobody calls
	@echo "ruff check" && $(BIN)/ruff check .
	@echo "ruff format --check" && $(BIN)/ruff format --check .
	@echo "mypy --strict" && $(BIN)/mypy --strict
	@echo "vulture" && $(BIN)/vulture

format: $(STAMP) ## sort imports, format, mend what can be mended
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(STAMP) ## measure time, one process on a quiet machine
	@$(PYTEST) -n 0 -m benchmark tests/benchmarks $(PYTEST_ARGS)

lock: $(STAMP) ## resolve the lock again (versions stay where they can; UV_ARGS=--upgrade for newer ones)
	@$(UV) pip compile --quiet --universal --generate-hashes --no-strip-extras \
	  --python-version 3.11 --extra dev --no-emit-package freqtrade-riskguard \
	  --custom-compile-command "make lock" $(UV_ARGS) --output-file $(LOCK) pyproject.toml
	@echo "$(LOCK) written"

clean: ## remove .venv, caches and build results
	@rm -rf .venv build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache \
	  .pytest_cache .hypothesis mutants
	@find freqtrade_riskguard tests user_data -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs in seconds what takes pip minutes; its own pin and hashes stand in the lock like all others. Where it cannot be had,
# or does not reach the package index that pip is configured for, pip installs the same lock: without dependencies, since the
# lock holds them all, so that no release of tomorrow has a say. Bytecode is compiled here: elsewhere it may be switched off.
$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c '$(SUPPORTED)' || { echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is" \
	  "$$($(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null || echo not there)." \
	  "Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip; $(SUPPORTED)' 2>/dev/null && \
	  test "$$($(BIN)/python -c '$(MINOR)')" = "$$($(PYTHON) -c '$(MINOR)')" || { \
	  echo "Creating .venv" && $(PYTHON) -m venv --clear .venv; }
	@echo "Installing $$(grep -c '^[a-z0-9].*==' $(LOCK)) packages from $(LOCK): a minute or two, once"
	@{ awk '/^uv==/ { found = 1 } found { print } found && !/\\$$/ { exit }' $(LOCK) >.venv/uv.lock && \
	  $(PIP) install --quiet --no-deps --require-hashes -r .venv/uv.lock && \
	  $(UV) pip install --quiet --require-hashes --no-deps --compile-bytecode -r $(LOCK); } || { \
	  echo "uv could not install $(LOCK): pip does it now, which takes a few minutes" >&2; \
	  $(PIP) install --quiet --progress-bar off --require-hashes --no-deps -r $(LOCK); } || { \
	  echo "pip could not install $(LOCK): see above" >&2; exit 1; }
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q freqtrade_riskguard
	@touch $(STAMP)
