# Short names for commands that can also be typed directly: go, docker, .ci/run.

VERSION ?= dev
FUZZ_TIME ?= 1m

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the mock on http://127.0.0.1:4242
	go run ./cmd/unleash-mock serve

.PHONY: build
build: ## build the static binary, dist/unleash-mock; VERSION=1.2.3
	scripts/build-release.sh dist/unleash-mock $(VERSION)

.PHONY: test
test: ## run the tests
	go test ./...
	go -C internal/tools test ./...

.PHONY: race
race: ## run the tests with the race detector
	go test -race ./...

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-peers
bench-peers: ## compare speed with Prism and others, and write docs/performance.md
	scripts/bench-peers.sh

.PHONY: bench-documents
bench-documents: ## compare speed with Prism on a large document of another API, and write docs/performance.md
	scripts/bench-peers.sh documents

.PHONY: bench-sdks
bench-sdks: ## compare speed with a real Unleash and @unleash/proxy on requests of SDKs, and write docs/performance.md
	scripts/bench-peers.sh sdks

.PHONY: soak
soak: ## send millions of requests, hostile clients and documents, for an hour, and write docs/reliability.md
	.ci/run soak-long

.PHONY: fuzz
fuzz: ## run every fuzz target; FUZZ_TIME=1m each
	FUZZ_TIME=$(FUZZ_TIME) .ci/run fuzz-long

.PHONY: lint
lint: ## check format, go vet and staticcheck
	.ci/run lint

.PHONY: spec-lint
spec-lint: ## lint the OpenAPI document
	.ci/run spec-lint

.PHONY: ci
ci: ## run everything that a change must pass
	.ci/run

.PHONY: ci-full
ci-full: ## also run what takes longer: cross builds, long fuzzing, load
	.ci/run full

.PHONY: docker
docker: ## build the image unleash-mock:VERSION
	docker build --build-arg VERSION=$(VERSION) --tag unleash-mock:$(VERSION) .

.PHONY: up
up: ## start the mock in a container
	docker compose up --build

.PHONY: up-real
up-real: ## start the mock and a real Unleash in containers
	docker compose --profile real up --build

.PHONY: real
real: ## start a real Unleash without containers; scripts/real-unleash.sh stop ends it
	scripts/real-unleash.sh start
