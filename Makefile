# make run           everything from nothing: environment, database, demo team, server and worker
# make dev           the same with Django's reloading server and DEBUG=1
# make manage CMD=…  any manage.py command with the settings that make run uses
#
# make test          the whole suite on SQLite (browser tests too, where there is a Chromium)
# make test-pg       the same on a private PostgreSQL
# make check         style, templates, import arrows, missing migrations, deployment check
# make fix           mend what the tools can mend
# make kill-test     kill the worker again and again while it imports; KILL_ARGS="--seed 7 --database sqlite"
# make two-hosts     two hosts, each with web and worker, one PostgreSQL, processes killed (TWO_ARGS="--pgbouncer")
# make bench         every page at 10,000 and 1,000,000 customers, against the bars (about an hour; BENCH_ARGS=)
# make screenshots   take the pictures of the guide anew (docs/guide/pictures)
# make bench-import  what importing costs, against the bars of docs/performance.md (about 40 minutes; BENCH_ARGS=)
# make lock-mutants  take out each permission lock in turn; the tests must notice every one
# make fuzz          damage 2,000 spreadsheets and import each (FUZZ_ARGS="--count 10000 --seed 8")
# make case-costs    time and memory of each file in ../shared/cases against its budget
#
# make clean         remove the environment and everything under var/, the database included
#
# PORT=, HOST=, DATABASE_URL= and the README's other settings come from the environment.
# PYTEST_ARGS= is passed on to pytest. BROWSER=required: a missing Chromium fails the tests.

PYTHON ?= python3
# Relative, so that a space in the path of the working copy never reaches a command line.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# Runs a command with the embedded database's secret key (see the script).
WITH_SECRET := scripts/with_secret.sh $(PY)
# Tools and tests must not depend on the settings of whoever runs them.
CLEAN := env -u DATABASE_URL -u SECRET_KEY -u DEBUG -u DEMO -u HTTPS -u ALLOWED_HOSTS -u TIME_ZONE -u HOME_COUNTRY \
  -u ORGANISATION -u EXPORTS -u ERASED_KEY -u PGBOUNCER -u MEDIA_ROOT -u MEDIA_STORAGE -u MEDIA_STORAGE_OPTIONS \
  -u DJANGO_SETTINGS_MODULE
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help setup run dev manage test test-pg check fix screenshots kill-test two-hosts bench bench-import lock-mutants fuzz \
  case-costs clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# Debian keeps ensurepip in a package of its own, so a machine with Python may still lack it.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; \
	  else echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; fi; }
	@$(PYTHON) -m venv $(VENV)

# One stamp per requirements file: pip runs again only when the file has changed.
$(VENV)/.prod: requirements.txt | $(PY)
	@echo "Installing what requirements.txt names (about half a minute) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(PY)
	@echo "Installing what requirements-dev.txt names (about half a minute) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.prod

setup: $(VENV)/.dev

# Demo people exist only in the embedded database: a real one starts with create_user.
run: export HTTPS := $(or $(HTTPS),0)
run: export DEMO := $(if $(DATABASE_URL),0,1)
run: $(VENV)/.prod
	@$(PY) scripts/serve.py --check-port
	@$(WITH_SECRET) manage.py migrate --verbosity 0
	@$(WITH_SECRET) manage.py collectstatic --noinput --verbosity 0
	@$(if $(DATABASE_URL),$(WITH_SECRET) scripts/first_user.py,$(WITH_SECRET) manage.py demo)
	@exec $(WITH_SECRET) scripts/serve.py

dev: export DEBUG := 1
dev: export HTTPS := 0
dev: export DEMO := $(if $(DATABASE_URL),0,1)
dev: $(VENV)/.dev
	@$(PY) scripts/serve.py --check-port
	@$(WITH_SECRET) manage.py migrate --verbosity 0
	@$(if $(DATABASE_URL),$(WITH_SECRET) scripts/first_user.py,$(WITH_SECRET) manage.py demo)
	@exec $(WITH_SECRET) scripts/serve.py

manage: export HTTPS := $(or $(HTTPS),0)
manage: $(VENV)/.prod
	@$(WITH_SECRET) manage.py $(CMD)

test: $(VENV)/.dev
	@$(CLEAN) $(PY) -m pytest $(PYTEST_ARGS)

test-pg: $(VENV)/.dev
	@dir=$$(mktemp -d /tmp/crm-pg.XXXXXX) && trap 'scripts/pg.sh stop "$$dir"' EXIT && \
	url=$$(scripts/pg.sh start "$$dir" | tail -n 1) && [ -n "$$url" ] && \
	$(CLEAN) DATABASE_URL="$$url" $(PY) -m pytest $(PYTEST_ARGS)

# The checks read no data: a database in memory keeps them away from the one in use.
check: $(VENV)/.dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint templates --lint --quiet
	@$(PY) $(VENV)/bin/lint-imports --no-logo
	@key=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))'); \
	export DATABASE_URL=sqlite://:memory: SECRET_KEY="$$key" HTTPS=1 DEBUG=0 ALLOWED_HOSTS=crm.example; \
	echo "manage.py makemigrations --check" && $(PY) manage.py makemigrations --check --dry-run && \
	echo "manage.py check --deploy" && $(PY) manage.py check --deploy --fail-level WARNING

fix: $(VENV)/.dev
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

kill-test: $(VENV)/.dev
	@$(CLEAN) $(PY) scripts/kill_test.py $(KILL_ARGS)

screenshots: $(VENV)/.dev
	@$(CLEAN) GUIDE_PICTURES=1 BROWSER=required $(PY) -m pytest -q -p no:randomly tests/browser/test_guide.py

two-hosts: $(VENV)/.dev
	@$(CLEAN) $(PY) scripts/two_hosts.py $(TWO_ARGS)

# An environment of its own: the packages to compare with are none of the product's. Sections: bench/run.py.
$(VENV)-bench/.done: requirements-bench.txt requirements.txt | $(PY)
	@$(PYTHON) -m venv $(VENV)-bench
	@echo "Installing what requirements-bench.txt names (about half a minute) ..."
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

bench-import: $(VENV)-bench/.done
	@$(CLEAN) $(VENV)-bench/bin/python -m bench.run $(BENCH_ARGS)

bench: $(VENV)/.prod
	@$(CLEAN) $(PY) -m bench.institute $(BENCH_ARGS)

lock-mutants: $(VENV)/.dev
	@$(CLEAN) $(PY) scripts/lock_mutants.py $(MUTANT_ARGS)

fuzz: $(VENV)/.dev
	@$(CLEAN) $(PY) scripts/fuzz_imports.py $(FUZZ_ARGS)

case-costs: $(VENV)/.dev
	@$(CLEAN) $(PY) scripts/case_costs.py

clean:
	rm -rf $(VENV) $(VENV)-bench var .pytest_cache .ruff_cache .import_linter_cache .hypothesis
