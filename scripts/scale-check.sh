#!/usr/bin/env bash
# Tests --store postgres:// on a real Postgres: runs the tests of the store, and several mocks behind
# HAProxy, two of which are killed under load and come back.
#
#   scripts/scale-check.sh            everything
#   scripts/scale-check.sh store      only the tests of the store
#   scripts/scale-check.sh haproxy    only the mocks behind HAProxy
#
# Both servers listen on 127.0.0.1 only, and are gone when the script ends. On Debian as root it
# installs Postgres and HAProxy if they are missing. Environment:
#   SCALE_PG_PORT     port of Postgres; default 54330
#   SCALE_FLAGS       flags of scripts/scalecheck, such as --seconds 10 for a short run
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pg_port=${SCALE_PG_PORT:-54330}
dir=$(mktemp -d)
cluster=$dir/postgres
[ "$(id -u)" != 0 ] || cluster=/var/tmp/unleash-mock-scale-$pg_port # a folder that the user postgres can reach

die() {
    echo "scale-check: $*" >&2
    exit 1
}

# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

finish() {
    stop_cluster "$cluster"
    rm -rf "$dir" "$cluster"
}

check_store() {
    local output
    output=$(UNLEASH_MOCK_TEST_POSTGRES=$source go test -race -tags real -count=1 -v ./internal/store/postgres) || die "$output"
    ! grep -q -- '--- SKIP' <<<"$output" || die "a test of the store was skipped"
    grep -E '^(--- PASS|ok)' <<<"$output"
}

check_haproxy() {
    command -v haproxy >/dev/null || install_debian "$dir/apt.log" haproxy || die "HAProxy is missing; install it"
    go build -o "$dir/unleash-mock" ./cmd/unleash-mock
    # shellcheck disable=SC2086 # several flags
    go run ./scripts/scalecheck --program "$dir/unleash-mock" --postgres "$source/postgres" ${SCALE_FLAGS:-}
}

parts=("$@")
[ "${#parts[@]}" -gt 0 ] || parts=(store haproxy)
for part in "${parts[@]}"; do
    declare -F "check_$part" >/dev/null || die "usage: $0 [store] [haproxy]"
done
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
install_postgres "$dir/apt.log"
start_cluster "$cluster" "$pg_port" unleash_mock
source=postgres://unleash_mock@127.0.0.1:$pg_port
for part in "${parts[@]}"; do
    "check_$part"
done
