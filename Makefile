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
# The certificates that a variable names, or else the system's: those of a proxy are in neither uv nor an older pip.
CERTIFICATES := $(or $(SSL_CERT_FILE),$(REQUESTS_CA_BUNDLE),$(CURL_CA_BUNDLE),$(PIP_CERT))
STORE := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem))
ifneq ($(CERTIFICATES),)
export SSL_CERT_FILE := $(CERTIFICATES)
export PIP_CERT ?= $(CERTIFICATES)
else ifneq ($(STORE)$(wildcard /System/Library/Keychains),)
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= $(UV_SYSTEM_CERTS)
ifneq ($(STORE),)
export PIP_CERT ?= $(STORE)
endif
endif
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

.PHONY: help setup docs links tutorial pictures demo test test-fast coverage test-template template-release bench check $(CHECKS) format lock build release-check clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

setup: .venv/.installed ## Install everything into .venv

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11: run make with PYTHON=/path/to/python3.11 or newer" >&2; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet 'uv>=0.9' \
	  || { echo "uv could not be installed: where a proxy has a certificate of its own, SSL_CERT_FILE names it, and HTTPS_PROXY the proxy" >&2; exit 1; }

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

pictures: setup ## Make the pictures of the documentation: those of the page in a real browser, that of a terminal
	$(BIN)/python -m docs_tools.pictures docs/pictures

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

test-template: setup ## Check every combination of the template's answers, every Python and Node.js, and every case, more often
	THOROUGH=1 $(BIN)/pytest $(PARALLEL) -m "matrix or thorough or hypothesis"

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
	@$(BIN)/python -m docs_tools.python_blocks $(CACHE)/documentation
	$(BIN)/mypy $(CACHE)/documentation

check-pyright:
	$(BIN)/pyright --pythonpath $(BIN)/python

# While a processor is idle, and once: each process of the tests' run would compile all of them.
check-tests:
	$(BIN)/pytest --collect-only -qq >$(CACHE)/collected || { cat $(CACHE)/collected; exit 1; }

.venv/.documentation: .venv/.installed docs_tools/requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r docs_tools/requirements.lock
	@touch $@

# The variable silences an announcement of the theme's makers.
docs: .venv/.documentation ## Build the documentation into build/site, with pictures made anew; a warning is an error
	@PYTHONPATH=. NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict >$(CACHE)/mkdocs 2>&1 \
	  || { grep -v '^INFO' $(CACHE)/mkdocs >&2; exit 1; }
	@$(BIN)/python -m docs_tools.pictures build/site/pictures
	@$(BIN)/python -m docs_tools.treatment
	@echo "build/site/index.html has the documentation"

links: setup ## Ask every address elsewhere that the documentation, templates and pipelines name; needs the network
	@$(BIN)/python -m docs_tools.links

tutorial: setup ## Do all that the tutorial says, in build/tutorial, as somebody with an empty home folder
	@rm -rf build/tutorial && mkdir -p build/tutorial/home
	@$(BIN)/python -m docs_tools.script docs/tutorial.md >build/tutorial/tutorial.sh
	@cd build/tutorial && HOME=$$PWD/home PATH="$(CURDIR)/$(BIN):$(CURDIR)/.uv/bin:$$PATH" bash tutorial.sh

format: setup ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(UV) ## Resolve the newest allowed versions into requirements.lock
	$(UV) lock --quiet --upgrade --python .uv/bin/python
	$(UV) export --quiet --python .uv/bin/python --all-packages --all-groups --no-group docs --no-emit-workspace --no-annotate --no-header -o requirements.lock
	$(UV) export --quiet --python .uv/bin/python --only-group docs --no-annotate --no-header -o docs_tools/requirements.lock

build: setup ## Build the three wheels into dist/
	rm -rf dist
	$(UV) build --quiet --wheel --all-packages --out-dir dist
	@ls -1 dist

release-check: setup build ## Build the wheels, and check that they are the release that TAG names, such as v1.2.3
	@for name in biot_plugin biot_emulator biot_plugin_cli; do \
	  [ -f "dist/$$name-$(TAG:v%=%)-py3-none-any.whl" ] \
	    || { echo "dist/ has no $$name of version $(TAG:v%=%): set version in its pyproject.toml, or name another tag" >&2; exit 1; }; \
	done
	@grep -qx '## $(TAG:v%=%)' CHANGELOG.md \
	  || { echo "CHANGELOG.md has no heading '## $(TAG:v%=%)': name what changed, without (unreleased)" >&2; exit 1; }
	@$(BIN)/python -m biot_plugin_cli.template.release --check

clean: ## Remove everything that make made
	rm -rf .cache .venv .uv build dist .hypothesis uv.lock
