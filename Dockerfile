# fogis-redis on its own, for health checks and jobs in a compose file.
#   docker build -t fogis-redis .        scripts/image builds it without a registry

FROM debian:trixie-slim AS build
WORKDIR /src
COPY . .
# The binary that is taken has passed its own test suite against a real server.
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends ca-certificates \
 && ./scripts/quickstart

FROM debian:trixie-slim
# Certificates of the public authorities for rediss://; one file, not the package with its tools.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/build/release/fogis-redis /usr/local/bin/fogis-redis
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin fogis
USER 10001:10001
# REDIS_URL says which server; without it, redis://fogis-redis:6379.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 \
  CMD ["fogis-redis", "ping", "--quiet", "--connect-timeout", "3s", "--timeout", "3s"]
ENTRYPOINT ["fogis-redis"]
CMD ["--help"]
