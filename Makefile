# One interface for people and CI. Each target makes what it needs; `make demo` and `make test` work on a fresh clone.
export UV_SYSTEM_CERTS ?= 1
# uv of the machine if there is one, else a private one.
UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/bin/uv)
COMPILE := $(UV) pip compile -q --python-version 3.13 --generate-hashes --no-emit-index-url --no-header
BIN := .venv/bin
SAM := .venv-sam/bin/sam
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak mutate check bench generate build deploy clean lock format

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/ready .venv-sam/ready .venv-emulator/ready ## make the three environments; the command is then .venv/bin/rolecall

demo: setup ## the whole story on an embedded AWS account: drift, verdict, alert, remedy, undo
	$(BIN)/rolecall demo

test: setup ## all tests, the deployed stack on the embedded account included
	$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder $(PYTEST_ARGS)

soak: setup ## thousands of new simulated histories, 10,000 events at once, 20 minutes of mixed faults
	ROLECALL_SOAK=1 $(BIN)/pytest -q --timeout 3600 tests/simulation
	ROLECALL_SOAK=1 $(BIN)/pytest -q --timeout 3600 -s tests/stack/test_faults.py

mutate: .venv-mutate/ready ## break decision, remediation and undo in every small way, and count what the tests notice
	.venv-mutate/bin/python -m tools.mutate

check: setup ## what CI holds the tree to: format, lint, types, imports, generated files, template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.generate --check
	$(SAM) validate --lint

format: .venv/ready ## put the tree in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## speed and memory of the built functions beside a bare floor; writes build/bench.json
	$(BIN)/python -m benchmarks

generate: .venv/ready ## write what the conventions and settings imply: rules, permissions, pages
	$(BIN)/python -m tools.generate

build: setup generate ## sam build, with compiled bytecode
	$(BIN)/python -m tools.build $(or $(ARCHITECTURE),arm64)

deploy: build ## sam deploy to the account of your credentials (CONFIG=prod for the prod section)
	$(SAM) deploy --config-env $(or $(CONFIG),default)

lock: $(UV) ## move the pins (UPGRADE=--upgrade) or refresh them
	$(COMPILE) $(UPGRADE) pyproject.toml -o layers/rolecall/requirements.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra cli --group dev -o requirements/dev.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra cli --group mutate -o requirements/mutate.txt
	$(COMPILE) $(UPGRADE) --group sam -o requirements/sam.txt
	$(COMPILE) $(UPGRADE) --group emulator -o requirements/emulator.txt

clean: ## remove what make made
	rm -rf .venv .venv-sam .venv-emulator .venv-mutate .tools .aws-sam build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage

.tools/bin/uv $(CURDIR)/.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip -q install 'uv>=0.13,<0.14'

.venv/ready: requirements/dev.txt pyproject.toml | $(UV)
	$(UV) venv -q --clear .venv
	VIRTUAL_ENV=.venv $(UV) pip sync -q --require-hashes requirements/dev.txt
	VIRTUAL_ENV=.venv $(UV) pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv-%/ready: requirements/%.txt | $(UV)
	$(UV) venv -q --clear $(@D)
	VIRTUAL_ENV=$(@D) $(UV) pip sync -q --require-hashes $<
	touch $@
