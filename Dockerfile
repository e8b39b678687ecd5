# Any image with Python 3.11 or newer and its venv module can be the base: docker build --build-arg BASE_IMAGE=…
ARG BASE_IMAGE=docker.io/library/python:3.13.16-slim-trixie

FROM ${BASE_IMAGE} AS build
COPY requirements.txt /build/
RUN python3 -m venv /build/venv \
    && python3 -m venv --without-pip /app/.venv \
    && /build/venv/bin/pip --python /app/.venv/bin/python --no-cache-dir install \
        --quiet --no-compile --require-hashes --only-binary :all: --requirement /build/requirements.txt \
    && find /app/.venv/lib -type d -name tests -prune -exec rm -r {} + \
    && rm -r /app/.venv/bin/[Aa]ctivate* \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /app/.venv/lib
COPY entrypoint.py /app/
COPY pulse_ci /app/pulse_ci
# Readable for every user, and never compiled again, whatever the umask and the clock of the machine that built it.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /app/pulse_ci && chmod -R a+rX /app

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="pulse-migrate-action" \
      org.opencontainers.image.description="Makes a Cloudflare D1 migration safe to merge" \
      org.opencontainers.image.licenses="MIT"
# The public image ships the standard library uncompiled, and with pip, which nothing here needs.
RUN rm -rf /usr/local/lib/python3.*/site-packages/* /usr/local/bin/pip* \
    && python3 -m compileall -q -x '/(test|idlelib|tkinter|turtledemo|ensurepip|(dist|site)-packages)/' \
        "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=build /app/.venv /app/.venv
COPY --from=build /app/entrypoint.py /app/
COPY --from=build /app/pulse_ci /app/pulse_ci
# -E: a workflow's own PYTHONPATH and the like reach the container, and must not reach this Python.
ENTRYPOINT ["/app/.venv/bin/python", "-EuB", "/app/entrypoint.py"]
