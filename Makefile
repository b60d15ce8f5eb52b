# One place for every chore. `make` alone lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(LOCK)
# A stamp says "installed from this lock and this pyproject"; a change to either installs again.
RUNTIME := $(VENV)/.runtime-installed
SERVE := $(VENV)/.serve-installed
DEV := $(VENV)/.dev-installed

.DEFAULT_GOAL := help
.PHONY: help setup demo studio test lint types bench api lock clean

help: ## list the chores
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV) ## create .venv with everything the tests and the tools need

demo: $(RUNTIME) ## animate the built-in portrait: mien-demo.mp4 and mien-demo.png
	@$(BIN)/mien demo --output mien-demo.mp4 --force

studio: $(SERVE) ## a talking face in the browser: http://127.0.0.1:8001/studio
	@$(BIN)/mien serve

test: $(DEV) ## run all tests
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(DEV) ## check format, style and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: $(DEV) ## check types, strictly
	@$(BIN)/mypy

bench: $(RUNTIME) ## measure speed and memory; JSON on standard output
	@$(BIN)/python -m benchmarks

api: $(DEV) ## write the document of the HTTP API and the TypeScript types from it anew
	@mkdir -p build && $(BIN)/python -m mien.service.openapi > build/openapi.json
	@mv build/openapi.json docs/openapi.json
	@cd clients/typescript && npm ci --silent && npm run --silent generate && npm run --silent studio

lock: ## resolve the newest allowed packages into requirements.lock
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@grep '^#' $(LOCK) > build/requirements.lock
	@# Which build of torch there is, for a processor or a card, is not for this file to say.
	@build/lock/bin/python -m pip freeze --exclude-editable | sed 's/^\(torch==[0-9.]*\)+.*/\1/' \
		| grep -v -E '^(nvidia-|cuda-|triton)' >> build/requirements.lock
	@mv build/requirements.lock $(LOCK) && rm -rf build/lock

clean: ## remove the environment, caches and what the demo wrote
	@rm -rf $(VENV) build dist outputs .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .schemathesis mien-demo.mp4 mien-demo.png
	@cd clients/typescript && rm -rf node_modules dist build test/readme
	@rm -rf tests/browser/node_modules
	@find src tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(LOCK) pyproject.toml | $(BIN)/python
	@echo "installing Mien into $(VENV)"
	@$(INSTALL) -e .
	@touch $@

$(SERVE): $(LOCK) pyproject.toml | $(BIN)/python
	@echo "installing Mien and its service into $(VENV)"
	@$(INSTALL) -e '.[serve]'
	@touch $(RUNTIME) $@

$(DEV): $(LOCK) pyproject.toml | $(BIN)/python
	@echo "installing Mien and its development tools into $(VENV)"
	@$(INSTALL) -e '.[dev]'
	@touch $(RUNTIME) $(SERVE) $@
