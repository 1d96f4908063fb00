# One entry point for people and CI. Everything it installs or writes stays inside this folder.

.DEFAULT_GOAL := help
SHELL := /bin/sh
CACHE := $(CURDIR)/.cache
PYTHON ?= python3

export UV_CACHE_DIR := $(CACHE)/uv
export PIP_CACHE_DIR := $(CACHE)/pip
export RUFF_CACHE_DIR := $(CACHE)/ruff
export PYRIGHT_PYTHON_CACHE_DIR := $(CACHE)/pyright
export XDG_CACHE_HOME := $(CACHE)
export TMPDIR := $(CACHE)/tmp
export GIT_CEILING_DIRECTORIES := $(CACHE)/tmp
export UV_LINK_MODE := copy
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport VIRTUAL_ENV
# Whatever starts Python again and again would compile all of it each time.
unexport PYTHONDONTWRITEBYTECODE

$(shell mkdir -p $(CACHE)/tmp)

UV := .uv/bin/uv
# Whoever is done takes over half of what somebody else has left: the slow tests are close together.
PARALLEL := -n auto --dist worksteal
# Percentages of lines and branches, which only rise.
COVERED := biot_plugin=100 biot_emulator=95 biot_plugin_cli=94
CHECKS := check-style check-imports check-mypy check-pyright check-tests
DEMO_HOOKS := pre-request post-request adapt-entity notification scheduled endpoint
BIN := .venv/bin

.PHONY: help setup demo test test-fast pictures coverage test-template template-release bench check $(CHECKS) format lock build clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

setup: .venv/.installed ## Install everything into .venv

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11: run make with PYTHON=/path/to/python3.11 or newer" >&2; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet 'uv>=0.9'

.venv/.installed: $(UV) pyproject.toml requirements.lock framework/pyproject.toml emulator/pyproject.toml scaffold/pyproject.toml
	$(UV) venv --quiet --allow-existing --python .uv/bin/python .venv
	$(UV) pip sync --quiet --python $(BIN)/python requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e framework -e emulator -e scaffold
	@touch $@

demo: setup ## Make a plugin with one hook of every kind, run events through it, then calls through the platform
	@rm -rf build/demo
	$(BIN)/new-plugin build/demo $(DEMO_HOOKS:%=--hook %) --defaults
	@$(MAKE) --no-print-directory -C build/demo invoke UV=$(CURDIR)/$(UV)
	@cd build/demo && $(CURDIR)/$(BIN)/biot-plugin package --report
	@case "$$(uname -sm)" in \
	  "Linux x86_64") $(BIN)/python emulator/examples/call_through_a_plugin.py build/demo build/demo/dist/demo.zip ;; \
	  *) echo "The package is for x86_64 Linux and does not run here: .venv/bin/biot-plugin dev runs the sources" ;; \
	esac

test: setup ## Run every test
	$(BIN)/pytest $(PARALLEL) -m "not matrix"

test-fast: setup ## Run the tests that take seconds
	$(BIN)/pytest $(PARALLEL) -m "not slow and not matrix"

pictures: setup ## Make the pictures of the documentation, in a real browser
	PICTURES=docs/pictures $(BIN)/pytest -q tests/emulator/page/scenarios -k pictures

template-release: setup ## Record the template as its next version
	$(BIN)/python -m biot_plugin_cli.template.release

bench: setup ## Measure against other tools, and print ratios
	$(BIN)/python -m benchmarks

coverage: setup ## Run every test under coverage, and hold each package to its percentage
	@rm -rf $(CACHE)/coverage && mkdir -p $(CACHE)/coverage
	$(BIN)/coverage run -m pytest $(PARALLEL) -m "not matrix"
	@$(BIN)/python -m tests.coverage_data $(CACHE)/coverage
	@$(BIN)/coverage combine --quiet
	@failed=0; for package in $(COVERED); do \
	  $(BIN)/coverage report --include="*/$${package%=*}/*" --fail-under="$${package#*=}" || failed=1; \
	done; exit $$failed

test-template: setup ## Check every combination of the template's answers, the Pythons in between, and every Node.js
	$(BIN)/pytest $(PARALLEL) -m matrix

check: setup ## Lint, format check, import directions and type checks
	@$(MAKE) --no-print-directory --jobs=4 $(CHECKS)

# Beside one another: each of the type checkers keeps one processor busy for most of a minute.
check-style:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-imports:
	$(BIN)/lint-imports

check-mypy:
	$(BIN)/mypy

check-pyright:
	$(BIN)/pyright --pythonpath $(BIN)/python

# While a processor is idle, and once: each process of the tests' run would compile all of them.
check-tests:
	$(BIN)/pytest --collect-only -qq >$(CACHE)/collected || { cat $(CACHE)/collected; exit 1; }

format: setup ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(UV) ## Resolve the newest allowed versions into requirements.lock
	$(UV) lock --quiet --upgrade --python .uv/bin/python
	$(UV) export --quiet --python .uv/bin/python --all-packages --all-groups --no-emit-workspace --no-annotate --no-header -o requirements.lock

build: setup ## Build the three wheels into dist/
	rm -rf dist
	$(UV) build --quiet --wheel --all-packages --out-dir dist
	@ls -1 dist

clean: ## Remove everything that make made
	rm -rf .cache .venv .uv build dist .hypothesis uv.lock
