# Targets work on a fresh clone and redo a step only when its inputs changed.
#
# Optional environment variables
#   PYTHON=/path/to/python3.10   the interpreter of the virtual environment
#   UV_TORCH_BACKEND=cpu         the small CPU build of torch (Linux gets a 4 GB CUDA build
#                                otherwise), where its index can be reached
#   AISLE_CONFIG, AISLE_*        settings, see config/default.yaml

PYTHON ?= python3.10
UV_VERSION := 0.13.9
BIN := .venv/bin
PIP := $(BIN)/uv pip install --python $(BIN)/python

export RASA_TELEMETRY_ENABLED = false

# A database is known by the settings that lead to it: other settings, other stamps.
# They lie with the data, so that removing var/ removes both.
SETTINGS := $(shell { env | grep -E '^(AISLE|POSTGRES)_' | sort; find config -type f -exec cat {} +; } | cksum | cut -c1-8)
LOADED := var/.make/$(SETTINGS)
TODAY := $(shell date -u +%F)

# Folders of data count too: they tell that a file has gone.
data = $(shell find $(1) 2>/dev/null)
code = $(shell find $(1) -name '*.py')
TRAINING_DATA := $(call data,config.yml domain.yml domain data/nlu data/rules data/stories)
TRAINING_CODE := $(call code,aisle/rasa_ext aisle/language)
INDEXING_CODE := $(call code,aisle/knowledge aisle/language)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test train shell lint format database

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: models/aisle.tar.gz $(LOADED)/shop-$(TODAY) $(LOADED)/knowledge ## Start the assistant; Ctrl-C stops it
	@$(BIN)/aisle up

# Two processes keep two cores busy. What is chosen with ARGS is often short, and runs in one.
test: .make/dev models/aisle.tar.gz ## Run the tests; ARGS="-k chat" passes options to pytest
	@$(BIN)/python -m pytest $(or $(ARGS),--numprocesses=2)

train: models/aisle.tar.gz ## Train the model when data, configuration or code changed

shell: .make/environment ## Chat in this terminal with what `make run` started
	@$(BIN)/aisle chat

lint: .make/dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .make/dev ## Bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null || { \
		echo 'Python 3.10 is needed (Rasa 3.6 takes no later one), and $(PYTHON) is not it.'; \
		echo 'Install it with one of'; \
		echo '  pyenv install 3.10'; \
		echo '  uv python install 3.10'; \
		echo '  brew install python@3.10'; \
		echo '  apt-get install python3.10 python3.10-venv   (Ubuntu 22.04)'; \
		echo 'or name it: make PYTHON=/path/to/python3.10'; \
		exit 1; } >&2
	@echo 'Making the virtual environment in .venv'
	@$(PYTHON) -m venv .venv

.make/environment: .venv/pyvenv.cfg requirements-train.txt pyproject.toml
	@echo 'Installing packages; the first time takes some minutes'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(PIP) -r requirements-train.txt
	@$(PIP) --no-deps --editable .
	@mkdir -p $(@D) && touch $@

.make/dev: .make/environment requirements-dev.txt
	@echo 'Installing packages for tests and checks'
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Rasa reuses parts whose own source did not change; it does not see code that they call.
models/aisle.tar.gz: $(TRAINING_DATA) $(TRAINING_CODE) requirements-train.txt | .make/environment
	@$(BIN)/aisle train $(if $(filter $(TRAINING_CODE) requirements-train.txt,$?),--force)

database: .make/environment
	@$(BIN)/aisle db upgrade

# Once a day: the demo orders' dates are relative to today.
$(LOADED)/shop-$(TODAY): $(call data,data/shop) | database
	@$(BIN)/aisle seed --refresh
	@mkdir -p $(@D) && touch $@

$(LOADED)/knowledge: $(call data,data/knowledge) $(INDEXING_CODE) | database models/aisle.tar.gz
	@$(BIN)/aisle index
	@mkdir -p $(@D) && touch $@
