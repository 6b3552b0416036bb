# fogis-redis on its own: one file, the certificates of the public authorities, and nobody else.
#   docker build -t fogis-redis .        scripts/image builds it without a registry

FROM debian:trixie-slim AS build
WORKDIR /src
COPY . .
# The binary that is taken has passed its own test suite against a real server.
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends ca-certificates \
 && ./scripts/quickstart

FROM scratch
LABEL org.opencontainers.image.title="fogis-redis" \
      org.opencontainers.image.description="Diagnoses the Redis pub/sub wiring of the FOGIS services" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/build/release/fogis-redis /usr/local/bin/fogis-redis
ENV PATH=/usr/local/bin
USER 10001:10001
# REDIS_URL says which server; without it, redis://fogis-redis:6379.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 \
  CMD ["fogis-redis", "ping", "--quiet", "--connect-timeout", "3s", "--timeout", "3s"]
ENTRYPOINT ["fogis-redis"]
CMD ["--help"]
