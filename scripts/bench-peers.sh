#!/usr/bin/env bash
# Compares the speed of the mock with that of its peers, and writes the tables of docs/performance.md.
#
#   scripts/bench-peers.sh [admin|sdks|documents] [--rounds N] [--duration 5s]
#
# admin, the default, compares the Admin API with Prism. sdks compares requests of SDKs with a real
# Unleash, which scripts/real-unleash.sh runs, and with @unleash/proxy. documents compares serving
# GitHub's document, which has 13 MB and 1,200 operations, with Prism. The script needs wrk, which it
# installs on Debian as root, and npm for the peers and the Node that they run on. It keeps these in
# BENCH_CACHE, by default ~/.cache/unleash-mock/bench-peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly prism=5.16.0 proxy=1.4.19 node=24.21.0 github=23.0.2
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/unleash-mock/bench-peers}
contest=admin
case "${1:-}" in
admin | sdks | documents)
    contest=$1
    shift
    ;;
esac

if ! command -v wrk >/dev/null; then
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || {
        echo "wrk is missing; install it" >&2
        exit 1
    }
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk
fi

mkdir -p "$cache"
if [ "$(cat "$cache/versions" 2>/dev/null)" != "$prism $proxy $node" ]; then
    npm install --silent --no-audit --no-fund --prefix "$cache" "@stoplight/prism-cli@$prism" "@unleash/proxy@$proxy" "node@$node"
    echo "$prism $proxy $node" >"$cache/versions"
fi

scripts/build-release.sh "$cache/unleash-mock" bench
go build -o "$cache/benchpeers" ./scripts/benchpeers
peers="Prism $prism on Node $node" real=()
if [ "$contest" = sdks ]; then
    peers="unleash-server 8.2.0, @unleash/proxy $proxy on Node $node"
    trap 'scripts/real-unleash.sh stop' EXIT
    # With the same Node as the proxy.
    started=$(PATH=$cache/node_modules/node/bin:$PATH REAL_UNLEASH_LIMITS=off scripts/real-unleash.sh start)
    tokens=${started##*tokens in }
    # shellcheck disable=SC1090 # the script writes it
    . "$tokens"
    real=(--real "$URL" --real-pid "$(cat "$(dirname "$tokens")/unleash.pid")")
fi
if [ "$contest" = documents ]; then
    real=(--document "$cache/github-$github.json")
    if [ ! -e "${real[1]}" ]; then
        (cd "$cache" && npm pack --silent "@octokit/openapi@$github" &&
            tar xzOf "octokit-openapi-$github.tgz" package/generated/api.github.com.json >github.part &&
            mv github.part "${real[1]}")
        rm "$cache/octokit-openapi-$github.tgz"
    fi
    peers+=", @octokit/openapi $github"
    set -- --connections 4 "$@" # with more, requests wait seconds for Prism
fi
"$cache/benchpeers" --contest "$contest" --cache "$cache" --beside "$peers" "${real[@]}" --page docs/performance.md "$@"
