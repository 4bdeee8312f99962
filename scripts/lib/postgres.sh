# A private PostgreSQL server for tests: on a free port, with a folder of its own, gone afterwards. To be sourced,
# after install.sh.
#
#   postgres_start    sets postgres_url
#   postgres_stop     ends it and removes its folder; does nothing if there is none
#
# It never runs as root, which PostgreSQL refuses, and it touches no server that is there already. It trusts
# whoever connects and does not wait for the disk: for data that is thrown away, and for nothing else.

postgres_url=''
postgres_dir=''
postgres_user=''
postgres_bin=''

postgres_install() {
    postgres_find && return
    # Debian's package sets up and starts a server of its own on port 5432 unless it is told not to.
    local told=/etc/postgresql-common/createcluster.d/zhanjian-test.conf
    apt_install postgresql-common || return 1
    as_root mkdir -p "${told%/*}" || return 1
    echo 'create_main_cluster = false' | as_root tee "$told" >/dev/null || return 1
    apt_install postgresql
    local installed=$?
    as_root rm -f "$told"
    [[ $installed -eq 0 ]] && postgres_find && return
    echo "PostgreSQL could not be installed: there is no initdb in /usr/lib/postgresql or on the PATH." >&2
    return 1
}

# The newest version that is installed.
postgres_find() {
    local initdb
    initdb=$(find /usr/lib/postgresql /usr/pgsql-* /opt/homebrew/opt/postgresql@* -path '*/bin/initdb' 2>/dev/null |
        sort -V | tail -n 1)
    [[ -n $initdb ]] || initdb=$(command -v initdb) || return 1
    postgres_bin=$(dirname "$(readlink -f "$initdb")")
}

postgres_start() {
    postgres_install || return 1
    postgres_choose_user || return 1
    # Not below $TMPDIR: the path of a socket has room for 107 characters.
    postgres_dir=$(mktemp -d /tmp/zhanjian-postgres.XXXXXX) || return 1
    if [[ -n $postgres_user ]]; then
        chown "$postgres_user" "$postgres_dir" || return 1
    fi
    postgres_as "$postgres_bin/initdb" --pgdata="$postgres_dir/data" --username=zhanjian --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$postgres_dir.log" 2>&1 ||
        { postgres_failed initdb; return 1; }

    # Somebody may take the port between the look and the start: then try another.
    local attempt port
    for attempt in 1 2 3 4 5; do
        port=$(free_port) || return 1
        if postgres_as "$postgres_bin/pg_ctl" start --pgdata="$postgres_dir/data" --wait --timeout=60 --silent \
            --log="$postgres_dir/server.log" --options="$(postgres_options "$port")" >>"$postgres_dir.log" 2>&1; then
            postgres_url="postgres://zhanjian@127.0.0.1:$port/postgres"
            return
        fi
    done
    postgres_failed "the server (attempt $attempt)"
    return 1
}

postgres_stop() {
    [[ -n $postgres_dir ]] || return 0
    if [[ -e $postgres_dir/data/postmaster.pid ]]; then
        postgres_as "$postgres_bin/pg_ctl" stop --pgdata="$postgres_dir/data" --mode=immediate --silent >/dev/null 2>&1
    fi
    rm -rf "$postgres_dir" "$postgres_dir.log"
    postgres_dir=''
    postgres_url=''
}

# Root needs somebody else to be: the system user that Debian's package made, or else nobody.
postgres_choose_user() {
    [[ $EUID -eq 0 ]] || return 0
    local user
    for user in postgres nobody; do
        if getent passwd "$user" >/dev/null; then
            postgres_user=$user
            return
        fi
    done
    echo "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as." >&2
    return 1
}

# postgres_as COMMAND…: runs it as the server's user, in a folder which that user may enter.
postgres_as() {
    if [[ -n $postgres_user ]]; then
        (cd / && exec runuser -u "$postgres_user" -- "$@")
    else
        "$@"
    fi
}

# Many tests at once, each with its pools: more connections than the usual 100. Commits are handed to the system before
# they are acknowledged, as in earnest: a test that ends the server abruptly counts on what it was told.
postgres_options() {
    local option
    for option in listen_addresses=127.0.0.1 "port=$1" "unix_socket_directories=$postgres_dir" \
        max_connections=400 shared_buffers=64MB fsync=off full_page_writes=off \
        log_min_messages=warning; do
        printf -- '-c %s ' "$option"
    done
}

postgres_failed() {
    echo "PostgreSQL: $1 failed." >&2
    tail -n 20 "$postgres_dir.log" "$postgres_dir/server.log" >&2 2>/dev/null
    return 0
}

# free_port: prints a port of this machine on which nobody listens.
free_port() {
    local port attempt
    for attempt in {1..50}; do
        port=$((20000 + RANDOM % 12000))
        # Refused means free.
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    echo "No free port found in $attempt attempts." >&2
    return 1
}
