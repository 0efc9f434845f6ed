# Everything starts here. `make help` lists the targets; `make run` and `make test` each work alone on a fresh machine.
.DEFAULT_GOAL := help
.PHONY: help run chat test stories check format setup bench vllm e2e

PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DOMAIN ?= data/movies
MODEL ?= Qwen/Qwen3-8B
# A model named by whoever calls is served beside the page; the default is for `make vllm` alone.
WITH_MODEL := $(if $(filter file,$(origin MODEL)),,HF_HUB_OFFLINE=0 .ci/vllm.sh with $(MODEL))
OPTIONS := $(if $(MODEL_URL),--model-url $(MODEL_URL)) $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

# Nothing is fetched from a model hub unless somebody asks for a model that is not shipped.
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: setup ## set up, build the index, open the page and the API (MODEL=name-or-folder: with vLLM beside them)
	@$(BIN)/attune index $(DOMAIN)
	@$(WITH_MODEL) $(BIN)/attune serve --domain $(DOMAIN) $(OPTIONS)

chat: setup ## talk in the terminal (MODEL_URL=http://127.0.0.1:8000/v1 to use a language model)
	@$(BIN)/attune chat --domain $(DOMAIN) $(if $(MODEL_URL),--model-url $(MODEL_URL))

test: setup ## set up and run the tests
	@$(BIN)/python -m pytest

stories: setup ## hold the scripted dialogues; each must pass
	@$(BIN)/attune index $(DOMAIN)
	@$(BIN)/python -m eval scripts

check: setup ## format, lint and types; changes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: setup ## put the code in shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## print the figures of the README
	@$(BIN)/python -m benchmarks turn
	@$(BIN)/python -m benchmarks retrieval
	@$(BIN)/python -m benchmarks memory
	@$(BIN)/python -m benchmarks toolset
	@$(BIN)/python -m benchmarks invariants

vllm: ## serve a language model with vLLM, in an environment of its own (MODEL=name or folder)
	@HF_HUB_OFFLINE=0 .ci/vllm.sh serve $(MODEL)

e2e: setup ## the language model client against a real vLLM on this machine, with a tiny model
	@.ci/vllm.sh setup
	@ATTUNE_E2E=1 $(BIN)/python -m pytest tests/e2e

setup: $(READY) ## make the virtual environment
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Attune needs Python 3.11 to 3.13; install it or run: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Setting up in $(VENV) with $(PYTHON): about two minutes and 2 GB the first time."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on -c constraints.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on -c constraints.txt --editable '.[dev,student]'
	@touch $(READY)
