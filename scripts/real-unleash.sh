#!/usr/bin/env bash
# Runs a real open-source Unleash without Docker, 8.2.0 by default: the npm package unleash-server with
# a Postgres cluster of its own. It is for verifying the suite against the server that the mock
# imitates.
#
#   scripts/real-unleash.sh start     install if needed, start afresh, wait until healthy
#   scripts/real-unleash.sh stop      stop server and database
#   scripts/real-unleash.sh status    print whether it is running
#
# start writes tokens.env (URL, ADMIN_TOKEN, ADMIN_PAT, VIEWER_TOKEN, BACKEND_TOKEN, FRONTEND_TOKEN) to
# the state folder and prints its path. Every start uses a fresh database. If start fails or is
# interrupted, it leaves nothing running. Environment:
#   REAL_UNLEASH_HOME     folder for the installation and the server's state;
#                         default: <cache>/unleash-mock/real-unleash
#   REAL_UNLEASH_VERSION  version of unleash-server; default 8.2.0
#   REAL_UNLEASH_PORT     port of Unleash; default 4243. Any other port has a state folder of its
#                         own, so that several servers can run.
#   REAL_UNLEASH_PG_PORT  port of Postgres; default 54329
#   REAL_UNLEASH_LIMITS   off lifts the limits on calls of the Client and Frontend APIs
# Unleash's own variables (DATABASE_URL, BASE_URI_PATH, ...) are not passed on to the server, so that it
# is the same everywhere and never touches another database. The script needs Node 20 or newer with
# npm, and curl. If Postgres is missing and apt-get is available, it installs Postgres. Both servers
# listen on 127.0.0.1 only.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${REAL_UNLEASH_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/unleash-mock/real-unleash}
port=${REAL_UNLEASH_PORT:-4243}
pg_port=${REAL_UNLEASH_PG_PORT:-54329}
default_version=8.2.0
version=${REAL_UNLEASH_VERSION:-$default_version}
# The folder of the npm package, and that of one running server.
npm=$home/npm
[ "$version" = "$default_version" ] || npm=$npm-$version
[ "$port" = 4243 ] || home=$home-$port
pg_home=$home/postgres
[ "$(id -u)" != 0 ] || pg_home=/var/tmp/unleash-mock-postgres-$pg_port

die() {
    echo "real-unleash: $*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null || die "$1 is missing; install $2"
}

# shellcheck source=scripts/postgres.sh
. "$here/postgres.sh"

install_unleash() {
    [ "$(cat "$npm/version" 2>/dev/null)" != "$version" ] || return 0
    need npm "Node 20 or newer"
    echo "real-unleash: installing unleash-server@$version" >&2
    mkdir -p "$npm"
    (cd "$npm" && { [ -f package.json ] || echo '{"private":true,"type":"module"}' >package.json; } &&
        npm install --no-audit --no-fund "unleash-server@$version") >"$npm.log" 2>&1 ||
        die "npm install failed; see $npm.log"
    echo "$version" >"$npm/version"
}

start_postgres() {
    echo "$pg_home" >"$home/postgres.path"
    start_cluster "$pg_home" "$pg_port" unleash
}

start_unleash() {
    cp "$here/real-unleash/start.mjs" "$here/real-unleash/tokens.mjs" "$npm/"
    # In a session of its own, so that it outlives this script and its terminal.
    local session=(nohup)
    ! command -v setsid >/dev/null || session=(setsid nohup)
    (cd "$npm" && exec env -i PATH="$PATH" HOME="$home" NODE_ENV=production PORT="$port" PG_PORT="$pg_port" \
        LIMITS="${REAL_UNLEASH_LIMITS:-}" \
        "${session[@]}" node start.mjs) >"$home/unleash.log" 2>&1 </dev/null &
    echo $! >"$home/unleash.pid"
    local deadline=$((SECONDS + 120))
    while [ "$SECONDS" -lt "$deadline" ]; do
        ! is_healthy || return 0
        kill -0 "$(cat "$home/unleash.pid")" 2>/dev/null || die "Unleash ended; see $home/unleash.log"
        sleep 0.5
    done
    die "Unleash is not healthy after 120 s; see $home/unleash.log"
}

is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

is_healthy() {
    curl -fs -m 5 -o /dev/null "http://127.0.0.1:$port/health"
}

start() {
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "REAL_UNLEASH_VERSION=$version is not a version such as $default_version"
    need curl curl
    need node "Node 20 or newer"
    mkdir -p "$home"
    stop
    ! is_taken "$port" || die "port $port is in use; choose another with REAL_UNLEASH_PORT"
    ! is_taken "$pg_port" || die "port $pg_port is in use; choose another with REAL_UNLEASH_PG_PORT"
    install_postgres "$home/apt.log"
    install_unleash
    trap stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start_postgres
    start_unleash
    (umask 077 && cd "$npm" && node tokens.mjs "http://127.0.0.1:$port" >"$home/tokens.env") 2>>"$home/unleash.log" ||
        die "creating tokens failed; see $home/unleash.log"
    trap - EXIT INT TERM
    echo "real Unleash $version at http://127.0.0.1:$port, tokens in $home/tokens.env"
}

stop() {
    local pid cluster
    rm -f "$home/tokens.env"
    if pid=$(cat "$home/unleash.pid" 2>/dev/null); then
        # After a restart of the machine the number may belong to another process.
        ps -o args= -p "$pid" 2>/dev/null | grep -q 'start\.mjs' || pid=
    fi
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 40); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.25
        done
        kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$home/unleash.pid"
    # The folder as of the start: REAL_UNLEASH_PG_PORT may have changed since.
    ! cluster=$(cat "$home/postgres.path" 2>/dev/null) || stop_cluster "$cluster"
    rm -f "$home/postgres.path"
}

status() {
    if is_healthy; then
        echo "running at http://127.0.0.1:$port"
    else
        echo "not running"
        return 1
    fi
}

case "${1:-}" in
start | stop | status) "$1" ;;
*) die "usage: $0 start|stop|status" ;;
esac
