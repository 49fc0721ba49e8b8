# What one does with the portal. Each target does the set-up that it needs.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

PY := .venv/bin/python
PO := plan_portal/locale/es/LC_MESSAGES/django.po

# Settings of a local run; variables of the environment win.
export ENV_FILE ?= var/local.env
export SITE_URL ?= http://localhost:$(PORT)
export CORRECTIONS_EMAIL ?= correcciones@example.org

# Hashes make sure that what is installed is what was locked. Python compiles a module when
# it is first imported; pip would compile every one.
INSTALL := $(PY) -m pip install --disable-pip-version-check --no-input --no-compile \
	--require-hashes
unexport PYTHONDONTWRITEBYTECODE

# make itself would print which folder it enters, and `manage` must print nothing.
MAKEFLAGS += --no-print-directory

# Targets set up the same things: with -j they would do it twice at once.
ifeq ($(MAKELEVEL),0)
.NOTPARALLEL:
endif

.DEFAULT_GOAL := help
.PHONY: help run dev manage test check lint messages bench faults lock clean \
	html deep rehearsal lighthouse parts screenshots states port vnu venv installed test-packages installed-test local-env gettext wrk

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s%s\n", $$1, $$2 }' Makefile

run: port installed local-env ## set up what is missing, load the plan, serve on PORT (8000)
	@exec $(PY) manage.py serve_portal --prepare --port $(PORT)

dev: port installed-test local-env ## the same with autoreload and Django's debug pages
	@DEBUG=true $(PY) manage.py prepare_portal
	@DEBUG=true exec $(PY) manage.py runserver $(PORT)

states: port installed-test ## serve an invented plan in its second year; ARGS=next another one alone
	@$(PY) tools/serve_states.py $(PORT) $(ARGS)

manage: installed local-env ## any command, as run has it: make -s manage ARGS="help"
	@$(PY) manage.py prepare_portal --database-only --verbosity 0 >&2
	@$(PY) manage.py $(ARGS)

test: installed-test ## every test, on every database and browser found; ARGS for pytest
	@$(PY) tools/run_tests.py $(ARGS)

check: lint gettext ## what a change must pass besides the tests
	@$(PY) tools/check.py

lint: installed-test ## style of Python and templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@git ls-files '*.py' | xargs $(PY) -m django_upgrade --target-version 5.2 --check
	@git ls-files 'templates/*.html' | xargs .venv/bin/djade --target-version 5.2 --check
	@git ls-files 'templates/*.html' | xargs $(PY) -m djhtml --tabwidth 2 --check

html: installed-test vnu ## what the Nu Html Checker says of every public page
	@DEEP=1 $(PY) -m pytest -q tests/test_crawl.py -k valid_html

deep: installed-test vnu ## every test in its long form, for hours; ARGS=tests/agencies for a part
	@DEEP=1 $(PY) tools/run_tests.py $(ARGS)

rehearsal: installed-test ## run docs/operate.md on an empty Debian machine, as root
	@$(PY) -m tools.rehearsal.run $(ARGS)

messages: installed-test local-env gettext ## collect sentences to translate
	@$(PY) tools/check.py --write

bench: installed-test wrk ## measure speed against a yardstick in the same run
	@$(PY) tools/benchmarks/run.py $(ARGS)

faults: installed-test ## break one thing after the other; ARGS="F2 F10" plays some
	@$(PY) tools/faults/run.py $(ARGS)

LIGHTHOUSE := var/tools/lighthouse/node_modules/.bin/lighthouse
lighthouse: installed-test ## measure the main pages as Lighthouse does, on a telephone
	@test -x $(LIGHTHOUSE) || \
		npm install --silent --no-save --ignore-scripts \
			--prefix var/tools/lighthouse lighthouse@12.8.2
	@$(PY) tools/benchmarks/lighthouse.py $(LIGHTHOUSE)

screenshots: installed-test ## take the pictures of README.md again
	@$(PY) tools/screenshots.py

# uv writes for all supported versions of Python at once. Neither this machine's own
# configuration nor its package folders may leave a trace in the locks.
UV := env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(PY) -m uv pip compile \
	--no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
lock: installed-test ## rebuild the locked requirements; ARGS="--upgrade" for new ones
	$(UV) $(ARGS) requirements.in --output-file requirements.txt
	$(UV) $(ARGS) requirements-test.in --constraint requirements.txt \
		$$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements.txt) \
		--output-file requirements-test.txt

parts: installed-test ## list every library in var/parts.json (CycloneDX), for a scanner
	@mkdir -p var
	@$(PY) -m cyclonedx_py requirements requirements.txt --output-reproducible \
		--output-format JSON --output-file var/parts.json

clean: ## remove .venv and caches; keeps var/, where the database is
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	rm -rf var/static var/static.stamp var/styles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -delete

port:
	@echo '$(PORT)' | grep -Eqx '[1-9][0-9]{0,4}' && test '$(PORT)' -le 65535 || { \
		echo "PORT must be a number from 1 to 65535, not $(PORT)" >&2; exit 1; }

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
define install
@cmp -s $(1) .venv/$(1) || { \
	echo "Installing $(1)" >&2; \
	$(INSTALL) $(2) -r $(1) >&2 && cp $(1) .venv/ || { \
		echo "$(1) could not be installed: the first time needs the network" \
			"or a package index that pip knows" >&2; exit 1; }; }
endef

installed: venv
	$(call install,requirements.txt)

test-packages: venv
	$(call install,requirements-test.txt,--no-deps)

# The two locks share no package: at once they take half the time. The second one lacks
# what the first one holds, so that pip must not look for it there.
installed-test: venv
	@$(MAKE) --jobs=2 installed test-packages

local-env: venv
	@$(PY) -m plan_portal.local_env var/local.env

gettext:
	@command -v msgfmt >/dev/null && command -v xgettext >/dev/null || { \
		echo "gettext is missing: install Debian's package gettext" >&2; exit 1; }

# The Nu Html Checker is a Java program that npm delivers. A test uses it when it is here.
vnu:
	@command -v java >/dev/null && command -v npm >/dev/null || { \
		echo "Java or npm is missing: install Debian's default-jre-headless and npm" >&2; \
		exit 1; }
	@test -e var/tools/vnu/node_modules/vnu-jar/build/dist/vnu.jar || \
		npm install --silent --no-save --ignore-scripts \
			--prefix var/tools/vnu vnu-jar@26.9.27

wrk:
	@command -v wrk >/dev/null || { \
		echo "wrk is missing: install Debian's package wrk" >&2; exit 1; }
