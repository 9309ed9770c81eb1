# Everything below works from a fresh clone with Python 3.11+, git and make; it installs into .venv alone.
PYTHON ?= python3
BIN := .venv/bin
# Exact versions for what is installed and, in pip's isolated build, for what builds it.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
	$(BIN)/python -m pip install --quiet

.PHONY: help install demo test test-slow format lint types check bundle dist release-check faults frameworks \
	http-trial team masking bench audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "kaizen-mcp needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) can't make virtual environments; on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing kaizen-mcp into .venv ..."
	@$(PIP) --editable .
	@touch $@

.venv/development: .venv/runtime
	@echo "Installing the development tools into .venv ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

install: .venv/runtime ## install the server and say how to add it to a client
	@echo "Installed. To add it to a client, run: $(BIN)/kaizen-mcp config CLIENT"

demo: .venv/runtime ## ask a real server nine questions, answered by the built-in sandbox
	@$(BIN)/kaizen-mcp demo

# A file stays on one worker, so that its tests share what they start.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile

test: .venv/development ## run the quick tests; T=tests/api runs one file or folder
	$(PYTEST) $(if $(T),$(T),-m "not slow")

test-slow: .venv/development ## run the slow tests
	$(PYTEST) -m slow

format: .venv/development ## sort imports and format the code
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format .

lint: .venv/development ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development ## check types, strictly
	$(BIN)/basedpyright

audit: .venv/development ## ask the internet for known weaknesses of the exact versions in constraints.txt
	@$(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet pip-audit
	.venv/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off --strict

# Each server has an environment of its own with nothing but what it needs, compiled, as people install it. The
# benchmark itself runs in that of the plain server.
BENCH := .venv/bench/bin/python
PLAIN := .venv/plain/bin/python
NODE_PROXY := .venv/node/node_modules/@ivotoby/openapi-mcp-server/bin/mcp-server.js

bench: .venv/bin/python ## measure speed beside other servers, which it installs below .venv (some minutes)
	@test -x $(BENCH) || $(PYTHON) -m venv .venv/bench
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BENCH) -m pip install --quiet \
		--disable-pip-version-check .
	@PIP_BUILD_CONSTRAINT=constraints.txt $(BENCH) -m pip install --quiet --disable-pip-version-check \
		--force-reinstall --no-deps .
	@test -x $(PLAIN) || $(PYTHON) -m venv .venv/plain
	@PIP_CONSTRAINT=constraints.txt $(PLAIN) -m pip install --quiet --disable-pip-version-check mcp httpx
	@test -x .venv/peers/bin/python || $(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check fastmcp==4.1.2 httpx==0.28.1
	@$(PYTHON) -m compileall -q .venv/bench/lib .venv/plain/lib .venv/peers/lib || true
	@if command -v npm >/dev/null; then npm install --silent --no-save --prefix .venv/node \
		@ivotoby/openapi-mcp-server@1.16.1 >/dev/null || echo "npm could not install the Node proxy."; \
	else echo "There is no npm, so no Node proxy."; fi
	@set -- --peer "FastMCP from_openapi=.venv/peers/bin/python benchmarks/fastmcp_server.py"; \
	if test -f $(NODE_PROXY); then set -- "$$@" --peer "Node proxy=node $(NODE_PROXY) --transport stdio \
		--openapi-spec benchmarks/openapi.json --api-base-url {address}"; fi; \
	$(PLAIN) -m benchmarks --python $(BENCH) "$$@" $(BENCHFLAGS)
	@$(PLAIN) -m benchmarks.over_http --python $(BENCH)
	@$(BENCH) -m benchmarks.safe_mode
	@$(BENCH) -m benchmarks.reading

faults: .venv/development ## inject every fault into a real server and print what its client saw
	@$(BIN)/python -m tests.faults

frameworks: .venv/runtime ## let agent frameworks use the server, each with a scripted model (1.8 GB, some minutes)
	@$(BIN)/python -m tests.frameworks $(CLIENTS)

team: .venv/development ## run nginx, three replicas and the sandbox here, and ask through them; STAY=1 keeps them
	@$(BIN)/python -m tests.http_trial.team $(if $(STAY),--stay)

http-trial: .venv/development ## try out replicas of the HTTP server behind nginx, with every fault (some minutes)
	@$(BIN)/python -m tests.http_trial $(TRIALS)

# The catalogue of another project judges the rules; it has an environment of its own, where it has a wheel.
masking: .venv/development ## print how much safe mode masks, per family, and each miss
	@test -x .venv-masking/bin/python || $(PYTHON) -m venv .venv-masking
	@if .venv-masking/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
		kingfisher-secret-scanner; then set -- --catalogue .venv-masking/bin/python; \
	else echo "The catalogue has no wheel here, so it is left out."; fi; \
	$(BIN)/python -m tests.masking "$$@"

check: lint types ## all that must hold: style, types, every test, branch coverage
	$(PYTEST) --cov --cov-report=term

bundle: .venv/bin/python ## build the MCP bundle for Claude Desktop in dist/, and check it if there is npm
	@$(BIN)/python -m release.bundle

dist: .venv/development ## build the wheel and the sdist in dist/
	@PIP_CONSTRAINT=$(CURDIR)/constraints.txt PIP_BUILD_CONSTRAINT=$(CURDIR)/constraints.txt $(BIN)/python -m build
	$(BIN)/twine check --strict dist/*.whl dist/*.tar.gz

release-check: .venv/development ## make and try out a release from a clean clone, with checksums, in dist/
	@$(BIN)/python -m release.check

clean: ## remove what the other targets made
	rm -rf .venv .venv-masking dist build .coverage .coverage.* .hypothesis .pytest_cache .ruff_cache
