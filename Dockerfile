# The server over stdio. docker build --tag kaizen-mcp . ; docs/install.md has the lines for a client.
ARG PYTHON=docker.io/library/python:3.13-slim
FROM ${PYTHON} AS build
COPY constraints.txt pyproject.toml README.md LICENSE /source/
COPY kaizen_mcp /source/kaizen_mcp
ENV PIP_CONSTRAINT=/source/constraints.txt PIP_BUILD_CONSTRAINT=/source/constraints.txt
# pip compiles what it installs, because the server could not keep what it compiles at a start.
RUN python -m venv /app \
    && /app/bin/python -m pip install --no-cache-dir --compile /source \
    && /app/bin/python -m pip uninstall --yes pip

FROM ${PYTHON}
COPY --from=build /app /app
# nobody and nogroup, as numbers, so that a cluster can see that it is not root.
USER 65534:65534
ENTRYPOINT ["/app/bin/kaizen-mcp"]
