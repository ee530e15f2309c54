# One command per purpose; `make` alone lists them. They make their environment in .venv from
# requirements.lock, with nothing but python3, venv, pip and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
UV := .uv/bin/uv
# No Python is fetched, no cache of another tool's settings is taken over.
export UV_PYTHON_DOWNLOADS := never
# Compiled while it is installed: where Python may not write bytecode, each start would compile anew.
export UV_COMPILE_BYTECODE := 1
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

.PHONY: book
book: .venv/.book .inpage/.done  ## build the site, or preview one chapter with PAGE=name
	$(BIN)/python -m hwcode.site.sphinxext.build $(PAGE)

# The way out of Jupyter Book 1, which is frozen: the same sources and kernels, another environment.
.PHONY: book-next
book-next: .venv-next/.done .inpage/.done  ## build the site with Sphinx 9 alone, in _build/next
	.venv-next/bin/python -m hwcode.site.sphinxext.build --sphinx

# Nothing is held back: where this fails it says what is coming.
.PHONY: book-newest
book-newest: .inpage/.done  ## the same with the newest of everything
	$(UV) venv --quiet --clear --python $(PYTHON) .venv-newest
	$(UV) pip install --quiet --python .venv-newest --group next --editable '.[pages]'
	.venv-newest/bin/python -m hwcode.site.sphinxext.build --sphinx

.PHONY: serve
serve: book  ## build the site and serve it on http://127.0.0.1:8000
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

.PHONY: formats
formats: book  ## make what readers take along, and the site with links to it, in _build/formats
	$(BIN)/python -m hwcode.site.formats

# Two workers with a thread each: with two threads each they wait for one another.
.PHONY: test
test: .venv/.test  ## run all tests: units, properties, doctests, every page
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 \
	  --dist loadfile --no-loadscope-reorder $(PYTEST)

.PHONY: test-core
test-core: .venv/.test  ## run the quick tests: no pages, no builds, no browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 \
	  -m "not build and not pages and not browser" $(PYTEST)

# Faults, mutants and seeds by the thousand; hours. Writes hwcode/results/deep.json.
.PHONY: deep
deep: .venv/.test .venv/.browser  ## run the full counts that the tests sample, and record them
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.deep

.PHONY: lint
lint: .venv/.lint  ## check style, format, types and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --quiet --offline --persona=pedantic .github/workflows

.PHONY: format
format: .venv/.lint  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: snapshot
snapshot: .venv/.book  ## write the glued exact values anew, to be reviewed in the diff
	$(BIN)/python -m hwcode.site.sphinxext.build --snapshot $(PAGE)

.PHONY: benchmark
benchmark: .venv/.book  ## measure what a build costs after which change (half an hour)
	$(BIN)/python -m hwcode.site.sphinxext.benchmark

# What both locks have is at the version of the first: the pages' outputs are then the same.
.PHONY: lock
lock: $(UV)  ## resolve the locks anew from pyproject.toml
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header --quiet \
	  --all-extras \
	  --group test --group lint --group browser --group benchmark --group tools \
	  --upgrade --output-file requirements.lock
	$(UV) pip compile --group inpage --no-deps --universal --generate-hashes --no-header --quiet \
	  --upgrade --output-file requirements-inpage.lock
	cp requirements.lock requirements-next.lock
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header --quiet \
	  --extra pages --group next --fork-strategy fewest --output-file requirements-next.lock

.PHONY: licences
licences: .venv/.book  ## list the licence of every dependency
	$(BIN)/python .ci/supply.py licences

.PHONY: audit
audit: .venv/.book  ## ask osv.dev for known vulnerabilities of the locked versions
	$(BIN)/python .ci/supply.py audit

.PHONY: clean
clean:  ## remove what was built, but not the environment
	rm -rf _build

# --- the environment --------------------------------------------------------------------------

# uv, of the version and hashes that the lock has, in an environment of its own.
$(UV): requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit(\
	  "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is %d.%d. Say make PYTHON=python3.12, say." % v)'
	$(PYTHON) -m venv --clear .uv
	sed -n '/^uv==/,/# via/p' requirements.lock > .uv/uv.txt
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .uv/uv.txt
	@touch $@

.venv/pyvenv.cfg: $(UV) pyproject.toml
	$(UV) venv --quiet --clear --python $(PYTHON) .venv

# $(call install,groups): the locked versions, hashes required, then this project itself.
define install
$(UV) pip install --quiet --require-hashes -r pyproject.toml --extra book $(foreach group,$(1),--group $(group)) \
  -c requirements.lock
$(UV) pip install --quiet --no-deps --editable .
@touch $@
endef

.venv/.book: .venv/pyvenv.cfg requirements.lock
	$(call install,)

.venv/.test: .venv/.book
	$(call install,test)

.venv/.lint: .venv/.book
	$(call install,lint)

.venv/.browser: .venv/.book
	$(call install,browser)

.venv/.benchmark: .venv/.book
	$(call install,benchmark)

.venv-next/.done: $(UV) pyproject.toml requirements-next.lock
	$(UV) venv --quiet --clear --python $(PYTHON) .venv-next
	$(UV) pip install --quiet --python .venv-next --require-hashes -r pyproject.toml --extra pages \
	  --group next -c requirements-next.lock
	$(UV) pip install --quiet --python .venv-next --no-deps --editable .
	@touch $@

# What checks answers in the page, beside the environment and without what it depends on itself.
# Where it can't be had the book is built without answer boxes, and the build says so.
.inpage/.done: .venv/pyvenv.cfg requirements-inpage.lock
	@$(UV) pip install --quiet --require-hashes --no-deps --only-binary :all: --target .inpage \
	  -r requirements-inpage.lock && touch $@ || true
