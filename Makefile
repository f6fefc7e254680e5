# Two commands on a fresh machine with Python 3.11 or later: `make report` and `make test`.
# Windows without make: README.zh-CN.md says which lines to type.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

# The locks hold a hash of every file to install; the project itself comes after them, without
# dependencies, because pip takes no local folder while it checks hashes.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --require-hashes --only-binary :all:
PROJECT := $(INSTALL) --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-annotate --no-header pyproject.toml --group build

.PHONY: report test check lab bench docs lock bundle
.DELETE_ON_ERROR:

report: $(VENV)/.installed
	$(BIN)/audit run params/demo.yaml

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(VENV)/.installed
	$(BIN)/jupyter lab notebooks

bench: $(VENV)/.installed-dev
	for file in $(wildcard bench/*.py); do $(BIN)/python "$$file" || exit 1; done

docs: $(VENV)/.installed
	$(BIN)/python docs/generate.py

# One folder for a Windows office without network; it needs one here, to fetch the wheels.
bundle: $(VENV)/.installed
	$(BIN)/python bundle/make.py

# New versions of everything: look at what moves before committing it.
lock: $(VENV)/.installed-dev
	$(COMPILE) --upgrade --output-file requirements.lock
	$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(LOCKED) --requirement requirements.lock
	$(PROJECT)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(LOCKED) --requirement requirements-dev.lock
	@touch $@
