# Postgres clusters for scripts that source this file: fresh ones, on 127.0.0.1 only, without fsync.
# If Postgres is missing and apt-get is available, Postgres is installed. The script must define a
# function die that prints its arguments and exits.

# Postgres refuses to run as root, and must be able to reach its files.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

pg_bin() {
    local found
    found=$(find /usr/lib/postgresql -maxdepth 3 -name initdb -path '*/bin/*' 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(command -v initdb || true)
    [ -z "$found" ] || dirname "$found"
}

# install_debian LOG PACKAGE installs a Debian package.
install_debian() {
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    if ! command -v apt-get >/dev/null || ! "${root[@]}" true 2>/dev/null; then
        return 1
    fi
    echo "installing $2" >&2
    { "${root[@]}" apt-get update &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"; } >"$1" 2>&1 ||
        die "installing $2 failed; see $1"
}

install_postgres() {
    [ -z "$(pg_bin)" ] || return 0
    install_debian "$1" postgresql ||
        die "Postgres is missing; install it, so that initdb is on the PATH or under /usr/lib/postgresql"
}

# start_cluster FOLDER PORT USER starts a fresh cluster that trusts every user of this host.
start_cluster() {
    local bin
    bin=$(pg_bin)
    rm -rf "$1"
    mkdir -p "$1"
    [ "$(id -u)" != 0 ] || chown postgres "$1"
    as_postgres "$bin/initdb" -D "$1/data" -U "$3" --auth=trust -E UTF8 --no-locale --no-sync >"$1/initdb.log" 2>&1 ||
        die "initdb failed; see $1/initdb.log"
    as_postgres "$bin/pg_ctl" -D "$1/data" -w -t 60 -l "$1/log" \
        -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" start >"$1/pg_ctl.log" 2>&1 ||
        die "Postgres does not start on port $2; see $1/log"
}

# stop_cluster FOLDER stops a cluster if it is running.
stop_cluster() {
    local bin
    bin=$(pg_bin)
    if [ -n "$bin" ] && [ -f "$1/data/postmaster.pid" ]; then
        as_postgres "$bin/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
    fi
}
