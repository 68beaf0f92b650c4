# syntax=docker/dockerfile:1

# The compiler runs on the platform that builds, and compiles for the one of the image:
#   docker buildx build --platform linux/amd64,linux/arm64 .
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev TARGETOS TARGETARCH
RUN GOOS=${TARGETOS} GOARCH=${TARGETARCH} scripts/build-release.sh /out/unleash-mock "${VERSION}"

# No shell, no package manager; certificates and a user that is not root.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/unleash-mock /usr/local/bin/unleash-mock
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
# serve listens on loopback by default, which nobody outside a container reaches.
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=4242
EXPOSE 4242
# health asks where these variables, BASE_URI_PATH and those of HTTPS have serve listen: set
# them, and not flags of serve.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["unleash-mock", "health"]
ENTRYPOINT ["unleash-mock"]
CMD ["serve"]
