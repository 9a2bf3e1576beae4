# make run    plan Guangdong 2020 and write map and report
# make test   run the tests
# make test-long  run those that search for minutes, print the coverage of lines by the quick ones, then make test-versions
# make test-versions  run the tests on Python 3.12 and 3.13, and on 3.11 with the oldest dependencies that pyproject.toml allows
# make soak   kill saves, race writers and damage inputs for an hour or more, and print counts
# make bench  print time and memory of each stage, and the kernels against their naive twins
# make check  lint and types
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-long test-versions soak bench check clean

# 3: a target of the scenario is missed, which the result says.
run: $(VENV)/installed
	@$(BIN)/planner run guangdong-2020 --force || [ $$? -eq 3 ]

# Two at a time: tests share no state, and each file stays with one process.
test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-long: $(VENV)/installed-test
	$(BIN)/python -m pytest -m long
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov=planner --cov=kernels --cov-report=term
	$(MAKE) test-versions

# uv fetches a Python that is not there; pyenv shows it those that are. What old libraries say of newer ones is no fault of ours.
TESTS ?= tests
test-versions: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.8"
	@export PYENV_VERSION="$$(pyenv versions --bare 2>/dev/null | paste -sd: -)"; \
	for one in 3.12:highest 3.13:highest 3.11:lowest-direct; do \
	  python=$${one%:*}; resolution=$${one#*:}; env=$(VENV)-$$python-$$resolution; \
	  echo "== Python $$python, dependencies: $$resolution"; \
	  $(BIN)/uv venv --quiet --clear --seed --python $$python $$env \
	  && $(BIN)/uv pip install --quiet --python $$env --resolution $$resolution --editable ".[test]" \
	  && $$env/bin/python -m pytest -n 2 --dist loadfile \
	    -W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning $(TESTS) || exit 1; \
	done

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
	rm -rf $(VENV) $(VENV)-3.* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
