#!/usr/bin/env bash
# Measures the mock beside its peers and writes the tables of docs/performance.md.
#
#   scripts/bench-peers.sh [--rounds N] [--duration 5s]
#
# It needs wrk, which it installs on Debian for root, and npm for Prism and for a
# Node that Prism runs on. They are kept in BENCH_CACHE, by default
# ~/.cache/unleash-mock/bench-peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly prism=5.16.0 node=24.21.0
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unleash-mock/bench-peers}

if ! command -v wrk >/dev/null; then
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || {
        echo "wrk is missing; install it" >&2
        exit 1
    }
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk
fi

mkdir -p "$cache"
if [ "$(cat "$cache/versions" 2>/dev/null)" != "$prism $node" ]; then
    npm install --silent --no-audit --no-fund --prefix "$cache" "@stoplight/prism-cli@$prism" "node@$node"
    echo "$prism $node" >"$cache/versions"
fi

CGO_ENABLED=0 go build -tags nomsgpack -trimpath -ldflags '-s -w -X main.version=bench' -o "$cache/unleash-mock" ./cmd/unleash-mock
go build -o "$cache/benchpeers" ./scripts/benchpeers
exec "$cache/benchpeers" --cache "$cache" --prism "$prism" --node "$node" --page docs/performance.md "$@"
