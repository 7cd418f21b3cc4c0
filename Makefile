# Needs Python 3.11 or newer, git and make. Everything else goes into .venv, from the lock.
.POSIX:
.SUFFIXES:

PYTHON ?= python3
# One more than cores: some tests wait for real time to pass.
WORKERS ?= 3
PYTEST_ARGS ?=
UV_VERSION = 0.13.8

LOCK = requirements-dev.lock
BIN = .venv/bin
STAMP = .venv/.installed
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST = $(BIN)/python -m pytest

.PHONY: help install demo test test-fast lint format bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## create .venv and install from the lock

demo: $(STAMP) ## backtest the same strategy bare and guarded through a crash
	@$(BIN)/riskguard demo

test: $(STAMP) ## run all tests
	@$(PYTEST) -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-fast: $(STAMP) ## run the tests that take no backtest
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "not slow and not benchmark" $(PYTEST_ARGS)

lint: $(STAMP) ## check style, format and types
	@echo "ruff check" && $(BIN)/ruff check .
	@echo "ruff format --check" && $(BIN)/ruff format --check .
	@echo "mypy --strict" && $(BIN)/mypy --strict

format: $(STAMP) ## sort imports, format, mend what can be mended
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(STAMP) ## measure time, one process on a quiet machine
	@$(PYTEST) -n 0 -m benchmark tests/benchmarks $(PYTEST_ARGS)

lock: ## resolve the lock again (versions stay where they can; UV_ARGS=--upgrade for newer ones)
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check install -q uv==$(UV_VERSION)
	@.venv-lock/bin/uv pip compile --quiet --no-config --universal --generate-hashes \
	  --python-version 3.11 --extra dev --no-emit-package freqtrade-riskguard \
	  --custom-compile-command "make lock" $(UV_ARGS) --output-file $(LOCK) pyproject.toml
	@rm -rf .venv-lock
	@echo "$(LOCK) written"

clean: ## remove .venv, caches and build results
	@rm -rf .venv .venv-lock build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache \
	  .pytest_cache .hypothesis
	@find freqtrade_riskguard tests user_data -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, $(PYTHON) is not one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Creating .venv" && $(PYTHON) -m venv --clear .venv; }
	@rm -f .venv/.failed
	@total=$$(grep -c '^[a-z0-9].*==' $(LOCK)); n=0; \
	echo "Installing about $$total packages from $(LOCK): a minute or two, once"; \
	{ $(PIP) install --progress-bar off --require-hashes -r $(LOCK) || : >.venv/.failed; } | \
	while IFS= read -r line; do case $$line in \
	  Collecting*) n=$$((n + 1)); [ $$((n % 20)) -ne 0 ] || echo "  $$n of $$total fetched" ;; \
	  Installing*) echo "  unpacking" ;; \
	esac; done
	@test ! -e .venv/.failed || { echo "pip could not install $(LOCK): see above" >&2; exit 1; }
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
