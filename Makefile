# Every target makes its own virtual environment (.venv) on first use.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; \
	done)
VENV   := .venv
BIN    := $(VENV)/bin

# Compiled modules are kept: a run starts some hundred processes, each of which would compile again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: app test test-all lint bench mutants lock clean

app: $(VENV)/run.stamp       ## start the workbench on 127.0.0.1
	$(BIN)/costing app

test: $(VENV)/dev.stamp      ## run the tests that need only Python
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not heavy"

test-all: test               ## and those that need LibreOffice, Chromium, PostgreSQL or minutes
	$(BIN)/python -m pytest -n auto --dist load --maxschedchunk 1 -m heavy

lint: $(VENV)/dev.stamp      ## style, layers and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/bench.stamp   ## time the engine against its peers
	$(BIN)/python -m benchmarks

mutants: $(VENV)/mutation.stamp  ## whether the tests of the arithmetic notice a wrong one
	$(BIN)/python -m benchmarks.mutation

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python app"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements-bench.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	touch $@

$(VENV)/mutation.stamp: $(VENV)/dev.stamp requirements-mutation.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-mutation.lock
	touch $@

lock:                        ## remake the four lock files (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra mutation -c requirements-dev.lock pyproject.toml -o requirements-mutation.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
