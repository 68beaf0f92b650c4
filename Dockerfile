# syntax=docker/dockerfile:1

# The compiler runs on the build platform, and compiles for the platform of the image:
#   docker buildx build --platform linux/amd64,linux/arm64 .
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev TARGETOS TARGETARCH
RUN GOOS=${TARGETOS} GOARCH=${TARGETARCH} scripts/build-release.sh /out/unleash-mock "${VERSION}"
RUN mkdir /data

# No shell and no package manager, only certificates and a user that is not root.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/unleash-mock /usr/local/bin/unleash-mock
# For --store: a new volume here belongs to the user, too.
COPY --from=build --chown=65532:65532 /data /data
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
# By default serve listens on loopback, which cannot be reached from outside the container.
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=4242
EXPOSE 4242
# health finds the server by these variables, BASE_URI_PATH and those for HTTPS. Set them instead of
# flags of serve.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["unleash-mock", "health"]
ENTRYPOINT ["unleash-mock"]
CMD ["serve"]
