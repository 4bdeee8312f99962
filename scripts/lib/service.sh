# The service with sample data, for checks from outside. To be sourced, after postgres.sh (for free_port).
#
#   service_start BINARY DIR [DATABASE_URL]
#                              sets service_url (without a path) and service_credentials (the file with its sample
#                              accounts); its log is DIR/service.log
#   service_stop               asks it to end (SIGTERM) and fails unless it ends well and in time

service_url=''
service_credentials=''
service_pid=''
service_log=''

service_start() {
    local binary=$1 dir=$2 database=${3:-} port name
    local -a clean=() more=()
    [[ -z $database ]] || more=(--database-url "$database")
    port=$(free_port) || return 1
    service_log=$dir/service.log
    # A developer's own settings must not change what is checked: no variable of ours, no settings file.
    for name in $(compgen -e ZHANJIAN_ || true); do
        clean+=(-u "$name")
    done
    service_credentials=$dir/credentials.json
    (cd "$dir" && exec env ${clean[@]+"${clean[@]}"} "$binary" serve --demo --demo-credentials "$service_credentials" \
        --listen "127.0.0.1:$port" --data-dir "$dir/data" ${more[@]+"${more[@]}"}) >"$service_log" 2>&1 &
    service_pid=$!
    service_await_ready "$port" || return 1
    service_url=http://127.0.0.1:$port
}

# Waits until /health/ready says 200, two minutes at most: a debug build takes its time over the sample data.
service_await_ready() {
    local deadline=$((SECONDS + 120))
    while ((SECONDS < deadline)); do
        if ! kill -0 "$service_pid" 2>/dev/null; then
            echo "The service ended before it was ready:" >&2
            tail -n 30 "$service_log" >&2
            service_pid=''
            return 1
        fi
        [[ $(http_status "$1" /health/ready) == 200 ]] && return
        sleep 0.2
    done
    echo "The service was not ready within two minutes:" >&2
    tail -n 30 "$service_log" >&2
    return 1
}

service_stop() {
    [[ -n $service_pid ]] || return 0
    local pid=$service_pid status=0
    service_pid=''
    kill -TERM "$pid" 2>/dev/null
    # Past the grace that it gives to open requests there is nothing left to wait for.
    local deadline=$((SECONDS + 40))
    while kill -0 "$pid" 2>/dev/null; do
        ((SECONDS < deadline)) || kill -KILL "$pid" 2>/dev/null
        sleep 0.1
    done
    wait "$pid" || status=$?
    if [[ $status -ne 0 ]]; then
        echo "The service ended with status $status when asked to stop:" >&2
        tail -n 30 "$service_log" >&2
        return 1
    fi
}

# http_status PORT PATH: prints the status of a GET, or 000. Needs no other program.
http_status() {
    local version status rest
    if { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; then
        printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
        read -r -t 5 version status rest <&3 || status=000
        exec 3>&- 3<&-
    fi
    echo "${status:-000}"
}
