# `make` alone explains itself.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
DIST := platform/charterhouse/web/static/dist/manifest.json
WEB := platform/charterhouse/web
# Icons are found in templates and Python, so these count as sources of the assets too.
ASSET_SOURCES := scripts/build-assets.mjs $(shell find $(WEB)/assets $(WEB)/templates plugins -type f -not -path '*/__pycache__/*' 2>/dev/null) $(shell find $(WEB) -name '*.py' 2>/dev/null)
# One more than cores: tests of processes and servers wait half of their time.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 1) + 1)))
SOAK_MINUTES ?= 10
BENCH_TENANTS ?= 1000
BENCH_EVENTS ?= 20000
# It mounts a small disk.
SOAK_AS_ROOT := $(if $(filter 0,$(shell id -u)),tests/faults/soak_volume_full.py)
# Else every program that a test starts compiles its own sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

# A fresh machine spends a minute here: what needs no other goes on side by side.
SIDE_BY_SIDE := scripts/make-venv.sh && $(MAKE) --no-print-directory --jobs=3 $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.PHONY: setup
setup: ## Install everything and build the assets; quick when nothing changed
	@$(SIDE_BY_SIDE) installed

.PHONY: installed
installed: .venv/.installed $(DIST)
	@:

.venv/.installed: requirements/lock.txt setup.cfg pyproject.toml
	scripts/make-venv.sh
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m compileall -q -j 0 .venv/lib
	touch $@

node_modules/.installed: package-lock.json
	scripts/with-node.sh npm ci --ignore-scripts --no-audit --no-fund
	touch $@

$(DIST): node_modules/.installed $(ASSET_SOURCES)
	scripts/with-node.sh node scripts/build-assets.mjs
	touch $@

.PHONY: assets
assets: $(DIST) ## Build style sheets, scripts and icons

.PHONY: browser
browser: ## See that Chromium and Chinese fonts are here for the browser tests
	scripts/find-browser.sh

.PHONY: servers
servers: ## See that the servers are here that the tests start for themselves
	scripts/find-redis.sh
	scripts/find-postgres.sh

# One after the other: apt-get lets one in at a time.
.PHONY: programs
programs:
	@scripts/find-browser.sh
	@scripts/find-redis.sh
	@scripts/find-postgres.sh

.PHONY: demo
demo: setup ## Start the sample institutions on http://localhost:8000; PORT=9000 for another
	$(BIN)/charterhouse demo $(if $(PORT),--port=$(PORT))

.PHONY: demo-reset
demo-reset: setup ## Throw the sample data away and start anew
	$(BIN)/charterhouse demo --reset $(if $(PORT),--port=$(PORT))

# The browser runs apart: what its server leaves open must not fail the other tests.
.PHONY: test
test: ## Run all tests, those in the browser too
	@$(SIDE_BY_SIDE) installed programs
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not browser"
	$(BIN)/pytest -n $(WORKERS) --dist loadfile tests/browser

.PHONY: test-fast
test-fast: setup servers ## Run the tests that need no browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not browser"

.PHONY: soak
soak: setup servers ## Kill, fill and cut off for ten minutes; SOAK_MINUTES=60 for an hour
	CHARTERHOUSE_SOAK_MINUTES=$(SOAK_MINUTES) $(BIN)/pytest -s tests/faults/test_*.py $(SOAK_AS_ROOT)

.PHONY: lint
lint: setup ## Check style, types, floors and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet --profile=jinja --ignore=H005,H006,H014,H017,H021,H023,H025,H030,H031,H037,J004,J018,T001,T002,T003,T028,T032 platform plugins

.PHONY: reference
reference: setup ## Write the reference of the clause library from the code
	$(BIN)/python scripts/reference.py

.PHONY: bench
bench: setup servers ## Measure the way of an event; BENCH_TENANTS=10000 BENCH_EVENTS=1000000 for hours
	$(BIN)/charterhouse bench --tenants $(BENCH_TENANTS) --events $(BENCH_EVENTS)

.PHONY: translations
translations: setup ## List the texts of the sites that have no Chinese yet
	$(BIN)/python scripts/translations.py

.PHONY: lock
lock: ## Pin the dependencies anew, with their hashes
	uv pip compile --generate-hashes --python-version 3.11 --extra test --extra lint -o requirements/lock.txt setup.cfg
	sed -n '/^assets =/{n;p}' setup.cfg | uv pip compile --generate-hashes --python-version 3.11 -o requirements/assets.txt -
	npm install --package-lock-only --ignore-scripts

.PHONY: clean
clean: ## Remove what was built and installed; data in var/ stays
	rm -rf .venv node_modules $(WEB)/static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist tests/browser/shots
