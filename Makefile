# Everything there is to type. On Windows see README.md: the same steps without make.
.DEFAULT_GOAL := help
.PHONY: help demo web test test-all check format docs notebooks bench clean
.PHONY: gate-format gate-lint gate-types gate-imports gate-pages gate-manual gate-web
SHELL := /bin/sh
export NO_MKDOCS_2_WARNING := 1

# The first Python that is new enough; override with `make demo PYTHON=/path/to/python3`.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
WORKERS ?= 2
EXECUTE := --nbmake --nbmake-timeout=900 notebooks/planner.ipynb notebooks
BUNDLED := networks/lanxi/network.json

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.installed ## install, build the bundled case, run it, publish it, say where to look
	@$(BIN)/python -m tools.build_web --optional --quiet
	$(BIN)/capacity demo

web: $(VENV)/.installed ## build the map page anew if its sources changed
	$(BIN)/python -m tools.build_web

# The longest first, so that no worker is left with one of them at the end.
test: $(VENV)/.installed-test $(BUNDLED) ## the tests and the notebooks, without whole SimBench grids
	@sh tools/system_packages.sh $(BIN)/python
	@$(BIN)/python -m tools.build_web --development --optional --quiet
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not whole" \
		$(EXECUTE) tests/test_*.py tests

notebooks: $(VENV)/.installed-test $(BUNDLED) ## execute the notebooks alone
	$(BIN)/pytest $(EXECUTE)

test-all: test ## the tests, then those on whole SimBench grids, one at a time (they want the memory)
	$(BIN)/pytest -m whole

check: $(VENV)/.installed-gate ## the gate: format, lint, types, import contracts, generated pages, manual
	@$(MAKE) --no-print-directory --keep-going gate-format gate-lint gate-types gate-imports gate-pages gate-manual gate-web

gate-format:
	$(BIN)/ruff format --check --quiet .
gate-lint:
	$(BIN)/ruff check --quiet .
gate-types:
	$(BIN)/mypy
gate-imports:
	$(BIN)/lint-imports --no-logo
gate-pages:
	$(BIN)/python -m tools.generate_docs --check
gate-manual:
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
gate-web:
	$(BIN)/python -m tools.build_web --development --optional --quiet --lint

format: $(VENV)/.installed-gate ## format the code, mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.installed-gate ## write the generated pages anew, build the manual into site/
	$(BIN)/python -m tools.generate_docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/.installed-test ## measure against the open peers (half an hour; BENCH="--only loadflow --write", see docs/benchmarks.md)
	$(BIN)/python -m benchmarks $(BENCH)

clean: ## throw away what make made (results and cases stay)
	rm -rf $(VENV) site build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "capacity needs Python 3.11 or newer, and none was found."; \
		echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or name it: make demo PYTHON=/path/to/python3"; \
		exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo "$(PYTHON) cannot make virtual environments (Debian, Ubuntu: apt install python3-venv)."; exit 1; }

# The notebooks run beside each other: none of them may find the case half built.
$(BUNDLED): | $(VENV)/.installed
	@$(BIN)/python -c "import pathlib, capacity.case.synthetic as s; s.build_bundled_case(pathlib.Path('$(@D)'))"

# A stamp is older than pyproject.toml or constraints.txt when something has to be installed again.
$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing capacity and what it needs into $(VENV) (once; one to three minutes, about 1 GB)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(INSTALL) -e ".[simbench,cluster,postgres,service,test]"
	@command -v npm >/dev/null 2>&1 || $(INSTALL) -e ".[web]"
	@touch $@

$(VENV)/.installed-gate: $(VENV)/.installed-test
	@echo "installing what the gate needs"
	@$(INSTALL) -e ".[simbench,cluster,postgres,service,test,gate]"
	@touch $@
