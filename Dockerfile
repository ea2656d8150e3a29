# The fake Smartflo as a container:
#   docker build --tag smartflo-contract . && docker run --rm --publish 127.0.0.1:8080:8080 smartflo-contract
# SMARTFLO_ variables configure it, as they do `smartflo-contract serve`. No daemon builds it in CI: .ci/image.py runs its
# instructions in a clean environment.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY . /src
RUN python -m venv /opt/smartflo && \
    /opt/smartflo/bin/pip install "/src[stores]" && \
    /opt/smartflo/bin/pip uninstall --yes pip

FROM python:3.13-slim

LABEL org.opencontainers.image.title="smartflo-contract" \
      org.opencontainers.image.description="A fake of Tata Tele's Smartflo lead list API" \
      org.opencontainers.image.licenses="Apache-2.0 AND BSD-3-Clause AND MIT" \
      org.opencontainers.image.version="0.1.0"
COPY --from=build /opt/smartflo /opt/smartflo
ENV PATH=/opt/smartflo/bin:$PATH PYTHONUNBUFFERED=1 SMARTFLO_HOST=0.0.0.0 SMARTFLO_PORT=8080
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["smartflo-contract", "ready"]
ENTRYPOINT ["smartflo-contract"]
CMD ["serve"]
