# Everything on a fresh machine needs Python 3.11+ with its venv module, make, and a package registry.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
RUN    := $(VENV)/.run-$(shell cksum < requirements.txt | cut -d' ' -f1)
DEV    := $(VENV)/.dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
PIP    := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes --prefer-binary
PYTEST := $(PY) -m pytest -n 4 --dist worksteal

# Compiled modules are kept: each start of the bot is a second faster, and the tests start it often.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := run
.PHONY: run setup test tests cover lint format bench soak lock clean

run: setup                ## the bot; without TELEGRAM_BOT_TOKEN, the demo
	@$(PY) -m bot run-or-demo

setup: $(RUN)             ## only .venv with the locked dependencies

test: $(DEV)              ## the whole check, as CI runs it
	@$(MAKE) --no-print-directory --jobs=2 lint tests

tests: $(DEV)             ## only the tests
	$(PYTEST)

cover: $(DEV)             ## the tests, and which lines and branches none of them reaches
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

lint: $(DEV)              ## format, lint, types, import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(DEV)            ## rewrites the code in the house's format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(DEV)             ## the figures, as ratios measured in one run; ONLY=name for one row
	$(PY) -m tests.bench $(ONLY)

soak: $(DEV)              ## in full: faults and kills (TRIALS=n for fewer trials, 0 for the kills alone), a week of auctions
	$(PY) -m tests.faults $(TRIALS)
	$(PY) -m tests.spot_week

lock:                     ## new lock files from pyproject.toml (wants uv on the PATH)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    --quiet --upgrade pyproject.toml --output-file requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    --quiet --upgrade pyproject.toml --group dev --output-file requirements-dev.txt

clean:                    ## takes away .venv and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; this is " + sys.version.split()[0] \
	    + ". Say which one to use: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN): | $(PY)
	@echo "Installing what the bot needs ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): $(RUN)
	@echo "Installing the tools of the check ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@
