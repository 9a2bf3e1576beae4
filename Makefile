# make run    plan Guangdong 2020 and write map and report
# make test   run the tests
# make test-long  run those that search for minutes, and print the coverage of lines by the quick ones
# make soak   kill saves, race writers and damage inputs for an hour or more, and print counts
# make bench  print time and memory of each stage, and the kernels against their naive twins
# make check  lint and types
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-long soak bench check clean

run: $(VENV)/installed
	@$(BIN)/planner run guangdong-2020 --force

# Two at a time: tests share no state, and each file stays with one process.
test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-long: $(VENV)/installed-test
	$(BIN)/python -m pytest -m long
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov=planner --cov=kernels --cov-report=term

soak: $(VENV)/installed-test
	$(BIN)/python -m tests.fuzz.soak

bench: $(VENV)/installed-test
	@for file in tests/benchmarks/bench_*.py; do \
	  echo "== $$file"; $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@ $(VENV)/installed

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test,dev]"
	@touch $@ $(VENV)/installed $(VENV)/installed-test

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
