# One command per intent; `make` alone lists them.

PYTHON ?= python3
SCALE ?= embedded
SEEDS ?= 0
VENV := .venv
BIN := $(VENV)/bin
# An environment keeps the torch it was made with; without one, that of the lock.
TORCH ?= $(or $(shell cat $(VENV)/.lipgan-torch 2>/dev/null),locked)
STAMP := $(VENV)/.lipgan-installed-$(TORCH)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --quiet
INSTALL_locked := $(INSTALL) -r requirements.txt
INSTALL_REST := $(INSTALL) --no-deps -r $(VENV)/without_torch.txt
INSTALL_installed := $(INSTALL_REST) && mv $(VENV)/torch.pth $(VENV)/lib/python3*/site-packages/
INSTALL_cpu := $(INSTALL) --no-deps -r $(VENV)/torch.txt && $(INSTALL_REST)
# Two processes with one arithmetic thread each; with more threads they slow one another down.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help book pdf reproduce test slow check lint lock clean

# $(call phase,title,command): one line before, one with the seconds after.
define phase
@echo "==> $(1)"; start=$$(date +%s); $(2) || \
  { echo "==> $(1): FAILED after $$(( $$(date +%s) - start )) s" >&2; exit 1; }; \
  echo "==> $(1): $$(( $$(date +%s) - start )) s"
endef

help:
	@echo "make book [SCALE=smoke]  train the headline, run the notebooks, build the site"
	@echo "make pdf [SCALE=smoke]   the built book as one PDF, through Chromium"
	@echo "make reproduce [SEEDS='0 1 2 3 4']  retrain all evidence, compare verdicts"
	@echo "make test                the tests that protect a change"
	@echo "make slow                all other tests: faults, browser, clusters"
	@echo "make check               lint, the book at smoke scale, all tests"
	@echo "make lint                style and types"
	@echo "make lock                resolve requirements.in into requirements.txt"
	@echo "make clean               delete what was built; keeps runs/ and $(VENV)/"
	@echo "TORCH=installed make ... uses the torch that PYTHON has; TORCH=cpu that of TORCH_INDEX"
	@echo "PYTHON=python3.12 make ... chooses the interpreter (3.11 to 3.13)"

reproduce: $(STAMP)
	@$(BIN)/python -u book/reproduce.py --seeds $(SEEDS)

book: $(STAMP)
	@$(BIN)/python -u book/build.py --scale $(SCALE)

pdf: $(STAMP)
	$(call phase,PDF ($(SCALE)),$(BIN)/python -u book/make_pdf.py --scale $(SCALE))

test: $(STAMP)
	$(call phase,Tests,$(PYTEST) -m "not slow")

# Sweeps of faults, every page in a browser, clusters: what a change seldom breaks.
slow: $(STAMP)
	$(call phase,Slow tests,$(PYTEST) -m slow)

lint: $(STAMP)
	$(call phase,Style,$(BIN)/ruff check . && $(BIN)/ruff format --check .)
	$(call phase,Types,$(BIN)/mypy)

# The book first: the tests open it in a browser.
check: lint
	@$(MAKE) --no-print-directory book SCALE=smoke
	@$(MAKE) --no-print-directory test slow
	@echo "==> everything passed"

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; ok = (3, 11) <= v[:2] <= (3, 13); \
	sys.exit(None if ok else "error: PYTHON: got Python %d.%d, accepted are 3.11 to 3.13" % v[:2])'
	@$(PYTHON) book/torch_source.py $(VENV) '$(TORCH)' '$(TORCH_INDEX)'
	$(call phase,Creating $(VENV),{ test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); })
	$(call phase,Installing packages (minutes the first time),$(INSTALL_$(TORCH)))
	$(call phase,Installing lipgan,$(INSTALL) --no-deps --no-build-isolation -e .)
	@touch $(STAMP)

# With uv in an environment of its own, so that .venv holds only what the pins name.
lock:
	$(call phase,Creating a venv for uv,$(PYTHON) -m venv build/lock && \
	  build/lock/bin/pip install --quiet --disable-pip-version-check uv)
	$(call phase,Resolving,build/lock/bin/uv pip compile --quiet --universal \
	  --python-version 3.11 --no-header --generate-hashes requirements.in -o requirements.txt)

clean:
	rm -rf build .pytest_cache .ruff_cache .mypy_cache lipgan.egg-info
	find lipgan book tests -name __pycache__ -type d -prune -exec rm -rf {} +
