# Doppelpass. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
export PORT ?= 8000
export DATA_DIR ?= $(CURDIR)/var
PRODUCTION_ENV := env -u DATA_DIR DOPPELPASS_MODE=production SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
  BASE_URL=https://learn.example.com ALLOWED_HOSTS=learn.example.com DATABASE_URL=postgres://check@127.0.0.1/check \
  CACHE_URL=redis://127.0.0.1:6379/0 CELERY_BROKER_URL=redis://127.0.0.1:6379/1 STORAGE_URL=s3://check \
  EMAIL_URL=smtp+tls://127.0.0.1:587 MAIL_FROM=learn@example.com

.PHONY: help run test test-fast check format lint types imports migrations translations deploy-check templates lock audit messages screenshots bench bench-analysis faults clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/runtime.stamp: requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing packages (once, about a minute) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements-dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/runtime.stamp  ## Start web, worker and beat on 127.0.0.1 (PORT, DATA_DIR)
	@scripts/system-package pango
	@exec scripts/serve

test: .venv/dev.stamp  ## All tests, browser tests included
	@scripts/system-package pango chromium
	@$(BIN)/pybabel --quiet compile -d locale -D django 2>/dev/null
	$(BIN)/pytest -n 2 -m "not browser"
	TEST_TRANSLATED=1 $(BIN)/pytest -n 3 -m browser  # in the words that people read; a browser waits a lot

test-fast: .venv/dev.stamp  ## Unit and integration tests, on SQLite, without a browser
	$(BIN)/pytest -n 2 -m "not browser"

CHECKS := types lint translations migrations deploy-check imports templates
check: .venv/dev.stamp  ## All static checks, two at a time
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target $(CHECKS)

lint: .venv/dev.stamp  ## ruff: rules (with S) and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp  ## mypy --strict
	$(BIN)/mypy

imports: .venv/dev.stamp  ## Arrows between the rooms
	PYTHONPATH=. $(BIN)/lint-imports --no-cache

migrations: .venv/dev.stamp  ## No model change without its migration
	$(PY) manage.py makemigrations --check --dry-run

translations: .venv/dev.stamp  ## Every string has its German
	@scripts/system-package gettext
	$(PY) scripts/check_translations.py

deploy-check: .venv/dev.stamp  ## Django's deployment checks under production settings
	$(PRODUCTION_ENV) $(PY) manage.py check --deploy --fail-level WARNING

templates: .venv/dev.stamp  ## Templates are formatted
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djhtml --tabwidth 2 --check

bench: .venv/dev.stamp  ## Speed as ratios to references, on this machine (ONLY=name, QUICK=1)
	@scripts/system-package pango postgresql redis
	PYTHONPATH=. $(PY) -m trials.bench

bench-analysis: .venv/dev.stamp  ## Item analysis of 100,000 attempts × 20 questions: seconds, memory, figures (QUICK=1)
	@scripts/system-package postgresql redis
	PYTHONPATH=. $(PY) -m trials.bench.analysis

faults: .venv/dev.stamp  ## Kill, starve and edit the running product; nothing may be lost (ONLY=name, QUICK=1)
	@scripts/system-package pango postgresql redis chromium
	PYTHONPATH=. $(PY) -m trials.faults

format: .venv/dev.stamp  ## Format Python and templates
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djhtml --tabwidth 2

messages: .venv/dev.stamp  ## Collect new strings into locale/
	$(PY) scripts/check_translations.py --update

lock: .venv/dev.stamp  ## Lock the packages again, with hashes and without an index address
	$(PY) -m pip install --quiet uv
	$(BIN)/uv pip compile --python-version 3.11 --generate-hashes --no-header -q pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --python-version 3.11 --generate-hashes --no-header -q pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

audit: .venv/dev.stamp  ## Known vulnerabilities, where an advisory database can be reached
	$(PY) -m pip install --quiet pip-audit
	$(BIN)/pip-audit --require-hashes -r requirements.txt

screenshots: .venv/dev.stamp  ## Make the pictures of README and guides from the running product
	$(PY) scripts/screenshots.py

clean:  ## Remove what the targets made, data excepted
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
