# The tag names the Python and the Debian release, so that a rebuild next year is still this image with its fixes.
FROM python:3.13-slim-bookworm AS dependencies

# Bytecode is compiled once, below, after everything that isn't needed has gone.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

# An environment of its own is one folder to copy into the final image. It needs no pip: the base image's installs into it.
RUN python -m venv --without-pip /opt/minority-report

# Only the lock is copied before the installation, so a change of our code doesn't install the dependencies anew.
# Dask is in it: the image is also a cluster's scheduler and worker.
COPY requirements-dask.txt /tmp/
RUN pip --python /opt/minority-report/bin/python install --no-compile --require-hashes -r /tmp/requirements-dask.txt

# XGBoost, LightGBM and CatBoost are 300 MB, so only an image that is built with EXTRA=boost has them; their lock agrees with
# the one above. plotly and graphviz draw charts of CatBoost's, 65 MB that no job asks for.
ARG EXTRA=
COPY requirements-boost.txt /tmp/
# hadolint ignore=DL3059
RUN case "$EXTRA" in \
        '') ;; \
        boost) pip --python /opt/minority-report/bin/python install --no-compile --require-hashes -r /tmp/requirements-boost.txt \
            && pip --python /opt/minority-report/bin/python uninstall --yes plotly graphviz ;; \
        *) echo "EXTRA is boost or nothing, but it is $EXTRA" >&2; exit 1 ;; \
    esac

# Test suites, type stubs, headers and C sources are 60 MB that no job reads, and what bokeh's custom models are compiled
# with is 12 MB that Dask's dashboard doesn't. Jinja2's tests.py is a module, not a suite, so only folders count.
# Licences stay: they are in the *.dist-info folders.
# hadolint ignore=DL3059
RUN find /opt/minority-report/lib -type d \( -name tests -o -name sample_data \) -prune -exec rm -r {} + \
    && find /opt/minority-report/lib -type f \
        \( -path '*/bokeh/server/static/js/compiler.js' -o -path '*/bokeh/server/static/js/lib/*' -o -name '*.d.ts' \
        -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.tp' -o -name '*.h' -o -name '*.c' -o -name '*.cpp' -o -name '*.a' \) \
        -delete

# A job starts three processes that import pandas and scikit-learn: without bytecode each of them spends seconds on
# compiling, in a read-only container every time. Unchecked, so that it depends on no file times.
# hadolint ignore=DL3059
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/minority-report/lib

# matplotlib makes a list of the fonts at its first start. Made here, it is the same in every container; the job copies it
# to a temporary folder, because matplotlib ignores, with a warning, a configuration folder that it cannot write.
# hadolint ignore=DL3059
RUN MPLCONFIGDIR=/opt/minority-report/share/matplotlib /opt/minority-report/bin/python -c 'import matplotlib.font_manager'


FROM dependencies AS package

# What the wheel is made of, and nothing else: see .dockerignore.
COPY . /src

# Into a prefix of its own, so that the final image gets our code as a layer of less than a megabyte.
RUN pip --python /opt/minority-report/bin/python install --no-compile --no-deps --prefix /package /src \
    && python -m compileall -q --invalidation-mode unchecked-hash /package/lib


FROM python:3.13-slim-bookworm

# The base image has no bytecode of the standard library, and a read-only container cannot keep any: without it each
# process of a job compiles what it imports anew, and --help takes four times as long. 18 MB. Nothing is installed in the
# image that runs, so pip goes, and its copy in the standard library with it.
RUN python -B -m pip uninstall --quiet --yes --root-user-action ignore pip \
    && rm -r /usr/local/lib/python3.13/ensurepip \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /usr/local/lib/python3.13

# LightGBM's wheel leaves OpenMP to the system; the other libraries bring their own.
ARG EXTRA=
# hadolint ignore=DL3008
RUN if [ "$EXTRA" = boost ]; then \
        apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin; \
    fi

# The large layer next: it changes only with the lock.
COPY --from=dependencies /opt/minority-report /opt/minority-report
COPY --from=package /package /opt/minority-report

# The job runs as any user, with a read-only root and without a home: nothing is written outside /output and /tmp.
ENV PATH=/opt/minority-report/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MINORITY_REPORT_OUTPUT=/output \
    MINORITY_REPORT_FONT_CACHE=/opt/minority-report/share/matplotlib

# Where the README mounts the data: `run spec.yaml` and `run /data/spec.yaml` are then the same.
WORKDIR /data

# A new named volume takes its owner and mode from here, so any user can write it; a mounted folder keeps its own.
RUN mkdir --mode=1777 /output

# Not root, also where nobody asks for a user. A number, because a cluster that demands non-root users checks for one.
USER 1000:1000

# The job is process 1: no shell stands between it and the SIGTERM of `docker stop`.
ENTRYPOINT ["minority-report"]

LABEL org.opencontainers.image.title="minority-report" \
      org.opencontainers.image.description="Does oversampling help on this data, which method, and at what price?" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13-slim-bookworm"

# Without arguments: the built-in example, on generated data.
CMD ["run"]
