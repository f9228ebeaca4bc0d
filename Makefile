# Every target sets up what it needs in .venv: a machine needs only make and Python 3.11 or newer.
#   make serve ARGS="--port 0"      make test ARGS="tests/cli -k config"      make check PYTHON=python3.13

VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
SECONDS ?= 600
MINUTES ?= 10
# One more than there are cores: tests that wait for a browser or a program leave theirs idle.
JOBS   ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
FITS   := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
CHOSEN := $(if $(filter undefined,$(origin PYTHON)),any,$(subst /,_,$(PYTHON)))
# A name on the PATH may be a stub that cannot run, so each candidate is tried.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
            $$p -c '$(FITS)' >/dev/null 2>&1 && { echo $$p; break; }; done)
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input install --progress-bar off
LONG   := tools/progress
# Tests start hundreds of processes, each of which would compile the package.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal
# What starts no server and no other program: tests/architecture holds these folders to it.
FAST   := architecture cli contract core loading service settings

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
           --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test test-fast test-thorough lint check bench bench-smoke judge reliability soak hostile fuzz docs lock hooks screenshots programs wheel clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

serve: $(VENV)/package.stamp  ## run the mock server; ARGS go to `execmock serve`
	@exec $(BIN)/execmock serve $(ARGS)

test: $(VENV)/dev.stamp  ## run the tests; ARGS go to pytest
	$(PYTEST) $(ARGS)

test-fast: $(VENV)/dev.stamp  ## run the tests of what needs no server, in less than 45 seconds
	$(PYTEST) $(FAST:%=tests/%) $(ARGS)

test-thorough: $(VENV)/dev.stamp  ## run the tests with ten times the random examples, as CI does each night
	THOROUGH=1 $(PYTEST) --durations=25 $(ARGS)

lint: $(VENV)/dev.stamp  ## what needs no test to run: lint, format, spelling, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy

check: lint  ## the gate: lint, all tests with branch coverage, the wheel
	$(BIN)/python bench/run.py --smoke
	$(PYTEST) --durations=25 --cov --cov-report=term-missing:skip-covered

bench: $(VENV)/dev.stamp  ## measure the mock beside bare aiohttp and its peers; ARGS go to bench/run.py
	$(BIN)/python bench/run.py $(ARGS)

bench-smoke: $(VENV)/dev.stamp  ## run every part of the bench for a moment, to see that it works
	$(BIN)/python bench/run.py --smoke

judge: $(VENV)/dev.stamp  ## have verify judge hundreds of services that it may not accuse; can be interrupted and resumed
	$(BIN)/python -m tests.verify.many_runs $(ARGS)

reliability: $(VENV)/dev.stamp  ## kill servers and stores 100 times, and count what was lost (twenty minutes)
	$(BIN)/python -m tests.reliability $(ARGS)

soak: $(VENV)/dev.stamp  ## use servers for MINUTES, kill their workers, let 10,000 clients come; what grows is told
	$(BIN)/python -m tests.soak $(MINUTES) $(ARGS)

hostile: $(VENV)/dev.stamp  ## send every hostile input, and print how long one client held up another
	$(BIN)/python -m tests.hostile $(ARGS)

fuzz: $(VENV)/fuzz.stamp  ## fuzz all that reads what comes from outside, guided by coverage, for SECONDS
	$(BIN)/python -m tests.fuzz $(SECONDS) $(ARGS)

docs: $(VENV)/dev.stamp  ## write the generated parts of the documentation
	$(BIN)/python tools/write_docs.py

lock: $(VENV)/lock.stamp  ## pin what development and CI install; ARGS="--upgrade" takes newer versions
	$(COMPILE) --extra dev --output-file requirements/dev.txt pyproject.toml $(ARGS)
	$(COMPILE) --output-file requirements/lock.txt requirements/lock.in $(ARGS)
	$(COMPILE) --output-file requirements/fuzz.txt requirements/fuzz.in $(ARGS)

hooks: $(VENV)/dev.stamp  ## check each commit before it is made (pre-commit)
	$(BIN)/pre-commit install

screenshots: $(VENV)/dev.stamp  ## pictures of the docs page and the console, in light and dark; the console's go into docs/
	SCREENSHOTS=$(CURDIR)/dist/screenshots $(BIN)/python -m pytest -p no:xdist -q tests/browser
	mkdir -p docs/console && cp dist/screenshots/console-*.png docs/console/
	@ls dist/screenshots/*.png docs/console/*.png

programs:  ## install the programs that tests start, where they are missing (Debian, Ubuntu)
	.ci/install

wheel: $(VENV)/dev.stamp  ## build the source archive and the wheel into dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/python-$(CHOSEN).stamp:
	@python='$(PYTHON)'; "$${python:-false}" -c '$(FITS)' 2>/dev/null || { \
	    echo "make: '$${python:-python3}' is no Python 3.11 or newer with venv;" \
	         "install one (Debian: apt-get install python3-venv) or name it: make PYTHON=/path/to/python" >&2; \
	    exit 2; }; \
	$(LONG) "Setting up $(VENV) with $$("$$python" --version) (once)" "$$python" -m venv --clear $(VENV)
	@touch $(VENV)/python-any.stamp $@

$(VENV)/package.stamp: src/execmock/version.py pyproject.toml hatch_build.py $(VENV)/python-$(CHOSEN).stamp
	@$(LONG) "Installing execmock and what it needs into $(VENV)" $(PIP) --editable .
	@touch $@

# The pins are whole, so pip resolves nothing: it would take a release newer than its pin for a name with extras.
# In CI a package that the pins lack is an error; elsewhere a new dependency can be tried before `make lock`.
$(VENV)/dev.stamp: requirements/dev.txt src/execmock/version.py pyproject.toml hatch_build.py $(VENV)/python-$(CHOSEN).stamp
	@$(LONG) "Installing what tests and checks need into $(VENV)" \
	    $(PIP) --require-hashes --no-deps --requirement requirements/dev.txt
	@$(LONG) "Installing execmock into $(VENV)" $(PIP) --no-build-isolation $(if $(CI),--no-index) --editable '.[dev]'
	@touch $(VENV)/package.stamp $@

$(VENV)/lock.stamp: requirements/lock.txt $(VENV)/python-$(CHOSEN).stamp
	@$(LONG) "Installing what writes the pins into $(VENV)" \
	    $(PIP) --require-hashes --no-deps --requirement requirements/lock.txt
	@touch $@

$(VENV)/fuzz.stamp: requirements/fuzz.txt $(VENV)/dev.stamp
	@$(LONG) "Installing the fuzzer into $(VENV)" \
	    $(PIP) --require-hashes --no-deps --requirement requirements/fuzz.txt
	@touch $@
