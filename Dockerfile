# lookalike in a container:  docker build -t lookalike . && docker run --rm -p 9292:9292 lookalike
#
#   --platform linux/arm64         on a machine of that kind (buildx emulates it elsewhere, which is slow)
#   --build-arg PROGRAM=prebuilt   nothing is compiled: the context is a folder with the program in it, `lookalike`,
#                                  built for a glibc no newer than the builder image's
#
# The base image can be replaced: by a registry's mirror, or by a local one as scripts/check-dockerfile does.
ARG BUILDER_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG PROGRAM=builder

FROM ${BUILDER_IMAGE} AS builder
WORKDIR /build
COPY . .
# The caches make a second build quick; the program is copied out because a cache is not part of the image.
RUN --mount=type=cache,target=/build/target,sharing=locked \
    --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --profile dist --locked && cp target/dist/lookalike /lookalike

FROM scratch AS prebuilt
COPY lookalike /lookalike

FROM ${PROGRAM} AS program

# What the program needs to run, and nothing else: qemu-img (for the import plugin image_conversion), the libraries that
# the two are linked to and their loader (where ldd finds them, which is another place on each kind of machine),
# certificates, and the few files that the C library reads.
FROM ${BUILDER_IMAGE} AS parts
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends qemu-utils
COPY --from=program /lookalike /image/usr/local/bin/lookalike
RUN set -eu; cd /image; \
    chmod 755 usr/local/bin/lookalike; \
    cp --parents -L -t . /usr/bin/qemu-img /etc/ssl/certs/ca-certificates.crt; \
    for program in usr/local/bin/lookalike usr/bin/qemu-img; do ldd "$program"; done | \
        grep -o '/[^ ]*' | sort -u | xargs cp --parents -L -t .; \
    echo 'hosts: files dns' >etc/nsswitch.conf; \
    echo 'lookalike:x:10001:10001::/data:/nonexistent' >etc/passwd; \
    echo 'lookalike:x:10001:' >etc/group; \
    mkdir -m 1777 tmp; \
    mkdir /data

FROM scratch
# What registries show of it; a release gives both.
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title=lookalike \
    org.opencontainers.image.description="A self-hosted server for the OpenStack Images API v2" \
    org.opencontainers.image.licenses=Apache-2.0 \
    org.opencontainers.image.version=${VERSION} \
    org.opencontainers.image.revision=${REVISION}
COPY --from=parts /image /
# A new volume takes its owner from this folder.
COPY --from=parts --chown=10001:10001 /data /data
# A number, because Kubernetes' runAsNonRoot cannot judge names.
USER 10001:10001
ENV PATH=/usr/local/bin:/usr/bin LOOKALIKE_LISTEN=0.0.0.0:9292 LOOKALIKE_DATA=/data
VOLUME /data
EXPOSE 9292
# Often, because CI waits for it before its first test.
HEALTHCHECK --interval=2s --timeout=5s --start-period=10s --retries=5 CMD ["lookalike", "healthcheck"]
ENTRYPOINT ["lookalike"]
CMD ["serve"]
