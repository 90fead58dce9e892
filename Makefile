# make up starts the whole desk; README.md tells the rest.
PYTHON ?= python3
SHELL := /bin/bash
RUN := .venv/bin/python
INSTALL := $(PYTHON) -I plugins/kalshi_desk/embedded/install.py
PYTEST := $(RUN) -m pytest
# four at once, since many wait; what runs a whole desk needs the machine for itself
SIDE_BY_SIDE := -n 4 --dist loadfile --ignore tests/end_to_end
.PHONY: up down status logs psql airflow check test bench

up:
	@$(INSTALL)
	@$(RUN) -m kalshi_desk.embedded.up

down:
	@$(INSTALL) --no-java
	@$(RUN) -m kalshi_desk.embedded.down $(if $(filter 1,$(WIPE)),--wipe)

status:
	@$(RUN) -m kalshi_desk.embedded.status

logs:
	@$(RUN) -m kalshi_desk.embedded.logs

psql:
	@$(RUN) -m kalshi_desk.embedded.psql

airflow:
	@$(RUN) -m kalshi_desk.embedded.airflow_command $(DO)

check:
	@$(INSTALL) --no-java
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/codespell
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yaml

test:
	@$(INSTALL)
	@state=$$(mktemp -d) && trap 'rm -rf "$$state"' EXIT && export DESK_HOME="$$state" \
	&& $(if $(TESTS),$(PYTEST) $(TESTS),$(PYTEST) $(SIDE_BY_SIDE) && $(PYTEST) tests/end_to_end)

bench:
	@$(INSTALL)
	@OPENBLAS_NUM_THREADS=1 .venv/bin/kalshi-desk bench
