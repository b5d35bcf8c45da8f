# Fundwatch (资金哨). `make demo` and `make test` do all set-up; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Telemetry of every library stays off.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PREFECT_LOGGING_LEVEL ?= WARNING
# Compiled bytecode makes imports three times faster.
unexport PYTHONDONTWRITEBYTECODE

DEMO_ARGS ?=
PYTEST_ARGS ?= -n auto

.PHONY: help setup demo test test-slow lint format bench lock screenshots debian-packages clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(STAMP) ## virtual environment with the pinned set; the program is .venv/bin/fundwatch

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本。Python 3.11 or later is needed."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 2 $(VENV)/lib >/dev/null 2>&1 || true
	@touch $(STAMP)

demo: setup ## a synthetic city through the whole pipeline, then the ranked alerts
	$(BIN)/fundwatch demo $(DEMO_ARGS)

test: setup debian-packages lint ## format, types, floors, licences, tests; all but those that take minutes
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m "not slow"

test-slow: setup debian-packages ## the tests that take minutes each
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m slow

lint: setup ## format, style, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## format and sort imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## figures as ratios within one run
	$(BIN)/python -m benchmarks

lock: setup ## compile requirements.lock from requirements.in with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header requirements.in -o requirements.lock

screenshots: setup debian-packages ## a picture of every page of the console at two widths, in screenshots/
	$(BIN)/python -m pytest -q tests/console/shots.py

debian-packages:
	@if command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -q "Noto Sans CJK"; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "安装测试所需的 Chromium 与中文字体。Installing Chromium and a Chinese font for the tests."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null; \
	else echo "未找到 Chromium 或中文字体：浏览器测试将跳过，请安装 chromium、fonts-noto-cjk。Chromium or a Chinese font is missing: its tests are skipped; install the packages chromium and fonts-noto-cjk."; fi
	@if ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "安装测试所需的 PostgreSQL。Installing PostgreSQL for the tests."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; \
	else echo "未找到 PostgreSQL：相关测试将跳过，请安装 postgresql 软件包。PostgreSQL is missing: its tests are skipped; install the package postgresql."; fi

clean: ## remove the virtual environment and the demo's data
	rm -rf $(VENV) var
