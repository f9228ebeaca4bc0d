# Every target sets up what it needs in .venv: a machine needs only make and Python 3.11 or newer.
#   make serve ARGS="--port 0"      make test ARGS="tests/cli -k config"      make check PYTHON=python3.13

VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
JOBS   ?= auto
FITS   := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
CHOSEN := $(if $(filter undefined,$(origin PYTHON)),any,$(subst /,_,$(PYTHON)))
# A name on the PATH may be a stub that cannot run, so each candidate is tried.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
            $$p -c '$(FITS)' >/dev/null 2>&1 && { echo $$p; break; }; done)
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet install
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check bench bench-smoke reliability docs wheel clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

serve: $(VENV)/package.stamp  ## run the mock server; ARGS go to `execmock serve`
	@exec $(BIN)/execmock serve $(ARGS)

test: $(VENV)/dev.stamp  ## run the tests; ARGS go to pytest
	$(PYTEST) $(ARGS)

check: $(VENV)/bench.stamp  ## the gate: lint, format, types, all tests with branch coverage, the wheel
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python bench/run.py --smoke
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

bench: $(VENV)/bench.stamp  ## measure the mock beside bare aiohttp and its peers; ARGS go to bench/run.py
	$(BIN)/python bench/run.py $(ARGS)

bench-smoke: $(VENV)/bench.stamp  ## run every part of the bench for a moment, to see that it works
	$(BIN)/python bench/run.py --smoke

reliability: $(VENV)/dev.stamp  ## kill servers and stores 100 times, and count what was lost (ten minutes)
	$(BIN)/python -m tests.reliability $(ARGS)

docs: $(VENV)/dev.stamp  ## write the generated parts of the documentation
	$(BIN)/python tools/write_docs.py

wheel: $(VENV)/dev.stamp  ## build the source archive and the wheel into dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/python-$(CHOSEN).stamp:
	@python='$(PYTHON)'; "$${python:-false}" -c '$(FITS)' 2>/dev/null || { \
	    echo "make: '$${python:-python3}' is no Python 3.11 or newer with venv;" \
	         "install one (Debian: apt-get install python3-venv) or name it: make PYTHON=/path/to/python" >&2; \
	    exit 2; }; \
	echo "Setting up $(VENV) with $$("$$python" --version) (once)" && \
	"$$python" -m venv --clear $(VENV)
	@touch $(VENV)/python-any.stamp $@

$(VENV)/package.stamp: pyproject.toml hatch_build.py $(VENV)/python-$(CHOSEN).stamp
	@$(PIP) --editable .
	@touch $@

$(VENV)/bench.stamp: bench/requirements.txt $(VENV)/dev.stamp
	@$(PIP) --requirement bench/requirements.txt
	@touch $@

$(VENV)/dev.stamp: pyproject.toml hatch_build.py $(VENV)/python-$(CHOSEN).stamp
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/package.stamp $@
