# lookalike in a container:  docker build -t lookalike . && docker run --rm -p 9292:9292 lookalike
#
# Both base images can be replaced (--build-arg): by a registry's mirror, or by local ones as scripts/check-dockerfile does.
ARG BUILDER_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${BUILDER_IMAGE} AS builder
WORKDIR /build
COPY . .
# The caches make a second build quick; the program is copied out because a cache is not part of the image.
RUN --mount=type=cache,target=/build/target \
    --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --release --locked && cp target/release/lookalike /lookalike
# An empty folder to give away below: the last stage runs nothing, so that any base will do, even one without a shell.
RUN mkdir /data

FROM ${RUNTIME_IMAGE}
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=builder /lookalike /usr/local/bin/lookalike
# A new volume takes its owner from this folder.
COPY --from=builder --chown=10001:10001 /data /data
# A number, because Kubernetes' runAsNonRoot cannot judge names.
USER 10001:10001
ENV LOOKALIKE_LISTEN=0.0.0.0:9292 \
    LOOKALIKE_DATA=/data
VOLUME /data
EXPOSE 9292
# Often, because CI waits for it before its first test.
HEALTHCHECK --interval=2s --timeout=5s --start-period=10s --retries=5 CMD ["lookalike", "healthcheck"]
ENTRYPOINT ["lookalike"]
CMD ["serve"]
