# Every target sets up what it needs in .venv; nothing is installed elsewhere except by `system-packages` and `npm-package`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SCALE ?= 1.0
DEMO_DIR ?= demo
WORKERS ?= 2
ROWS ?= 10000000
ONLY ?=
BROWSER_PACKAGES := chromium fonts-dejavu-core
OFFICE_PACKAGES := libreoffice-impress-nogui
NODE_PACKAGES := nodejs npm
PORT ?= 8000
WEB_DATABASE ?=
WEB_TESTS ?= tests/web tests/browser/web
# What keeps records, and so is tested on PostgreSQL too in `make test`; all of the web application is in `make soak`.
RECORDS := tests/web/accounts tests/web/config tests/web/runs tests/web/submissions tests/web/evidence tests/web/test_permissions.py
WEB_ASSETS := src/speccomm_web/design/static/design/dist/speccomm.css
WEB_SERVICES := $(if $(filter postgres,$(WEB_DATABASE)),tools/services.sh)
# A demonstration on this machine alone: its passwords are printed, and no second factor is asked for.
AS_DEMO = DJANGO_SETTINGS_MODULE=speccomm_web.config.settings.development SPECCOMM_DATA_DIR=$(DEMO_DIR) \
	SPECCOMM_DEMONSTRATION=yes SPECCOMM_SECOND_FACTOR=no

.PHONY: help demo serve web-assets test-web test check bench soak lock clean reference-docs system-packages npm-package

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: .venv/.run ## a synthetic Midlands from files to a pack, in ./demo, served on localhost; SERVE=0 does not serve
	$(BIN)/speccomm demo --dir $(DEMO_DIR) --scale $(SCALE)
	@rm -rf $(DEMO_DIR)/web  # what people did on the pages belongs to the store that was there before
	@if [ "$(SERVE)" != 0 ]; then $(MAKE) --no-print-directory serve; fi

serve: .venv/.run $(WEB_ASSETS) ## serve the demonstration that is in ./demo; PORT=8000
	@$(AS_DEMO) $(BIN)/speccomm-web prepare_demonstration
	@$(AS_DEMO) $(BIN)/speccomm-web serve --port $(PORT)

web-assets: $(WEB_ASSETS) ## fetch and compile the front-end parts of the web application

test-web: .venv/.dev .venv/.mesh-sandbox $(WEB_ASSETS) ## the tests of the web application; WEB_DATABASE=postgres on PostgreSQL and Redis
	$(WEB_SERVICES) $(BIN)/python -m pytest -n $(WORKERS) $(WEB_TESTS)

test: check .venv/.mesh-sandbox system-packages node_modules/.package-lock.json $(WEB_ASSETS) ## everything that must hold: check, then every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not soak"
	$(MAKE) --no-print-directory test-web WEB_DATABASE=postgres WEB_TESTS='$(RECORDS) -m "not soak"'

check: .venv/.dev ## format, lint, types, import contracts, rulebooks and house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini
	$(BIN)/python -m pytest -q tests/house

bench: .venv/.dev $(if $(findstring web,$(ONLY)),$(WEB_ASSETS)) ## speed and memory, as ratios within one run; ROWS=1000000 is quick, ONLY=dve, demo, pack or web asks for one part
	$(BIN)/python -m benchmarks.run --rows $(ROWS) --only "$(ONLY)"

soak: .venv/.dev .venv/.mesh-sandbox ## the long tests: large property runs, repeated kills
	$(BIN)/python -m pytest -n $(WORKERS) -m soak
	$(MAKE) --no-print-directory test-web WEB_DATABASE=postgres

reference-docs: .venv/.dev ## write docs/reference/ again from the code
	$(BIN)/python tools/reference_docs.py

lock: .venv/.uv ## resolve the dependencies again and pin them by hash
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --extra web --no-header --no-annotate --generate-hashes \
		--python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --extra dev --no-header --no-annotate --generate-hashes \
		--python-version 3.11 -c requirements.lock -o requirements-dev.lock
	echo mesh-sandbox | $(BIN)/uv pip compile -q - --upgrade --no-header --no-annotate --generate-hashes \
		--python-version 3.11 -o requirements-mesh-sandbox.lock

clean: ## remove what was made here
	rm -rf .venv demo node_modules $(dir $(WEB_ASSETS)) build dist benchmarks/out .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis

# The browser that looks at pages, the office that opens slides, and what fetches the browser's helper. Installed only where
# missing and this user may.
system-packages npm-package:
	@wanted=; if [ $@ = system-packages ]; then \
		command -v chromium >/dev/null || command -v chromium-browser >/dev/null || wanted="$(BROWSER_PACKAGES)"; \
		command -v soffice >/dev/null || wanted="$$wanted $(OFFICE_PACKAGES)"; fi; \
	command -v npm >/dev/null || wanted="$$wanted $(NODE_PACKAGES)"; \
	if [ -z "$$wanted" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "no $$wanted here: what needs it will be skipped or stop"; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
	else echo "no $$wanted here and no right to install: what needs it will be skipped or stop"; exit 0; fi; \
	$$as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq \
		--no-install-recommends $$wanted >/dev/null

$(WEB_ASSETS): node_modules/.package-lock.json tools/web_assets.sh src/speccomm_web/design/assets/speccomm.scss
	tools/web_assets.sh

# What pages are built from, and what asks a page whether everyone can use it. Fetched by name and lock, committed nowhere.
node_modules/.package-lock.json: package.json package-lock.json | npm-package
	@command -v npm >/dev/null || { echo "npm is needed to fetch the front-end parts: install nodejs and npm" >&2; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --silent && touch $@

.venv/.uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@touch $@

.venv/.run: requirements.lock pyproject.toml | .venv/.uv
	@if [ ! -e .venv/.dev ]; then $(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements.lock; fi
	$(BIN)/uv pip install -q --compile-bytecode --no-deps -e .
	@touch $@

# MESH to test against, in an environment of its own: its pins do not go with ours.
.venv/.mesh-sandbox: requirements-mesh-sandbox.lock | .venv/.uv
	$(PYTHON) -m venv .venv/mesh-sandbox
	$(BIN)/uv pip install -q --compile-bytecode --python .venv/mesh-sandbox/bin/python --require-hashes -r requirements-mesh-sandbox.lock
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/.uv
	$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements-dev.lock
	$(BIN)/uv pip install -q --compile-bytecode --no-deps -e .
	@touch $@ .venv/.run
