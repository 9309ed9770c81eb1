# Everything below works from a fresh clone with Python 3.11+, git and make; it installs into .venv alone.
PYTHON ?= python3
BIN := .venv/bin
# Exact versions for what is installed and, in pip's isolated build, for what builds it.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	$(BIN)/python -m pip install --quiet

.PHONY: help install demo test lint types audit faults cost check clean

help: ## say what each target does
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "kaizen-mcp needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing kaizen-mcp into .venv ..."
	@$(PIP) --editable .
	@touch $@

.venv/development: .venv/runtime
	@echo "Installing the development tools into .venv ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

install: .venv/runtime ## install the server and print the command for a client's configuration
	@echo "Installed. The command to configure: $(CURDIR)/.venv/bin/kaizen-mcp"

demo: .venv/runtime ## ask a real server seven questions, answered by the built-in sandbox
	@$(BIN)/kaizen-mcp demo

test: .venv/development ## run the tests, with branch coverage
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --cov --cov-report=term

lint: .venv/development ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development ## check types, strictly
	$(BIN)/basedpyright

audit: .venv/development ## ask the internet for known weaknesses of the exact versions in constraints.txt
	@$(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet pip-audit
	.venv/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off --strict

cost: .venv/development ## print what the tools cost a model to read; fail where that grew
	@$(BIN)/python -m benchmarks.cost

faults: .venv/development ## inject every fault into a real server and print what its client saw
	@$(BIN)/python -m tests.faults

check: lint types cost test ## everything that must hold before a commit

clean: ## remove what the other targets made
	rm -rf .venv dist build .coverage .coverage.* .hypothesis .pytest_cache .ruff_cache
