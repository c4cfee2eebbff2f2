# demo and test are all a newcomer needs; check is what every change must pass.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check bench screenshots film servers clean

demo: $(VENV)/ready
	@$(BIN)/tuimail demo

test: $(VENV)/ready-dev servers
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/ready-dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/ready-dev servers
	@$(BIN)/python -m bench.queue
	@$(BIN)/python -m bench.screen
	@$(BIN)/python -m bench.held
	@$(BIN)/python -m bench.sync --messages 10000
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.peers --messages 10000
	@$(BIN)/python tests/rigs/kill.py --kills 500

screenshots: $(VENV)/ready-dev
	@$(BIN)/python docs/screenshots.py

film: $(VENV)/ready-dev
	@$(BIN)/python docs/film.py > docs/recall-film.txt

servers:
	@sh tests/servers/install.sh

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/ready: pyproject.toml constraints.txt
	@sh .ci/venv "$(PYTHON)" $(VENV)
	@echo "installing tuimail into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "installing the test tools into $(VENV)"
	@$(PIP) --editable '.[dev]'
	@touch $@
