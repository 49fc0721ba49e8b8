# What one does with the portal. Each target does the set-up that it needs.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

PY := .venv/bin/python
PO := plan_portal/locale/es/LC_MESSAGES/django.po

# Settings of a local run; variables of the environment win.
export ENV_FILE ?= var/local.env
export SITE_URL ?= http://localhost:$(PORT)

# pip without its notices; hashes make sure that what is installed is what was locked.
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check --no-input --require-hashes

# make itself would print which folder it enters, and `manage` must print nothing.
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run dev manage test check lint messages bench lock clean \
	venv installed installed-test local-env gettext wrk

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1@\2/p' Makefile | column -t -s@

run: installed local-env ## set up what is missing, load the plan, serve on PORT (8000)
	@$(PY) manage.py prepare_portal
	@exec $(PY) manage.py serve_portal --port $(PORT)

dev: installed-test local-env ## the same with autoreload and Django's debug pages
	@DEBUG=true $(PY) manage.py prepare_portal
	@DEBUG=true exec $(PY) manage.py runserver $(PORT)

manage: installed local-env ## a command on the same database: make -s manage ARGS="load_plan FILE"
	@$(PY) manage.py prepare_portal --database-only >&2
	@$(PY) manage.py $(ARGS)

test: installed-test ## every test on every database found; ARGS go to pytest
	@$(PY) tests/run.py $(ARGS)

venv:
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "There is no $(PYTHON); install Debian's python3 or set PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	(3, 11) <= v <= (3, 13) or sys.exit("Python %d.%d found at %s; this portal runs on \
	3.11, 3.12 or 3.13; set PYTHON=..." % (v + (sys.executable,)))'
	@$(PY) -c 'import pip' 2>/dev/null || { \
		$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "$(PYTHON) cannot make virtual environments; install Debian's package" \
				"python3-venv" >&2; exit 1; }; \
		echo "Creating .venv" >&2; \
		$(PYTHON) -m venv --clear .venv >&2; }

# The lock that was installed is kept beside the packages, so that a second run sees
# without the network that there is nothing to do.
installed: venv
	@cmp -s requirements.txt .venv/requirements.txt || { \
		echo "Installing requirements.txt" >&2; \
		$(PIP_INSTALL) -r requirements.txt >&2 && cp requirements.txt .venv/; }

installed-test: installed
	@cmp -s requirements-test.txt .venv/requirements-test.txt || { \
		echo "Installing requirements-test.txt" >&2; \
		$(PIP_INSTALL) -r requirements-test.txt >&2 && cp requirements-test.txt .venv/; }

local-env: venv
	@$(PY) -m plan_portal.local_env var/local.env

# uv writes for all supported versions of Python at once. Neither this machine's own
# configuration nor its package folders may leave a trace in the locks.
UV := env -u PIP_FIND_LINKS -u UV_FIND_LINKS .venv/bin/python -m uv pip compile \
	--no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
lock: installed-test ## rebuild both files of locked requirements
	$(UV) $(ARGS) requirements.in --output-file requirements.txt
	$(UV) $(ARGS) requirements-test.in --constraint requirements.txt \
		--output-file requirements-test.txt

clean: ## remove .venv and caches; keeps var/, where the database is
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage htmlcov var/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -delete
