# Functions to run a private PostgreSQL cluster on a unix socket, for ./dev run and the tests. Source it.
#
#   pg_cluster_start DIR    makes the cluster if needed, starts it if needed, prints its DSN
#   pg_cluster_stop DIR [fast|immediate|smart]
#   pg_cluster_standby DIR DSN   the files of a streaming standby of the cluster at DSN, on this machine
#   pg_cluster_promote DIR       makes it a primary
#   pg_cluster_remove DIR   stops it and deletes everything of it
#
# DIR is where the cluster is known by. Its files are in DIR/home if the PostgreSQL user can get there,
# else in a directory under /var/tmp that the link DIR/home names; its socket is in a short directory
# under /tmp (a socket's path has a limit of about 100 characters) that the link DIR/socket names.
# PostgreSQL refuses to run as root: as root everything of it runs as the user postgres.
# Settings for a new cluster: lines of postgresql.conf in PG_CLUSTER_CONF. The server's programs are those in
# RGW_PG_BIN, else the newest that are installed.

pg_bin() {
    local bin
    if [ -n "${RGW_PG_BIN:-}" ]; then
        echo "$RGW_PG_BIN"
        return
    fi
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$bin" ]; then
        echo "no PostgreSQL server found in /usr/lib/postgresql: apt-get install postgresql" >&2
        return 1
    fi
    echo "$bin"
}

pg_user() {
    if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi
}

pg_as_user() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid postgres --regid postgres --clear-groups -- "$@")
    else
        "$@"
    fi
}

# Makes the link $1 to a new directory, under $2, that belongs to the PostgreSQL user.
_pg_linked_directory() {
    local made
    made=$(pg_as_user mktemp -d "$2/rgw-pg.XXXXXX") || return 1
    ln -sfn "$made" "$1"
}

_pg_prepare() {
    local dir=$1 bin=$2
    mkdir -p "$dir"
    if [ ! -e "$dir/home" ]; then
        if mkdir "$dir/home" && chown "$(pg_user)" "$dir/home" && pg_as_user test -w "$dir/home"; then
            :
        else
            rm -rf "$dir/home"
            _pg_linked_directory "$dir/home" /var/tmp || return 1
        fi
    fi
    if [ ! -e "$dir/socket" ]; then
        _pg_linked_directory "$dir/socket" /tmp || return 1
    fi
    local home
    home=$(readlink -f "$dir/home")
    if [ ! -e "$home/data/PG_VERSION" ]; then
        pg_as_user "$bin/initdb" --no-sync --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
            --username="$(pg_user)" -D "$home/data" >"$dir/initdb.log" 2>&1 || {
            cat "$dir/initdb.log" >&2
            return 1
        }
        {
            echo "listen_addresses = ''"
            echo "log_line_prefix = '%m [%p] %q%a@%d '"
            echo "${PG_CLUSTER_CONF:-}"
        } >>"$home/data/postgresql.conf"
    fi
}

# Of a running cluster. Line 4 of postmaster.pid is the port, which names the socket as well.
pg_cluster_dsn() {
    local port
    port=$(sed -n 4p "$1/home/data/postmaster.pid")
    echo "host=$(readlink -f "$1/socket") port=$port user=$(pg_user) dbname=${2:-postgres}"
}

pg_cluster_running() {
    pg_as_user "$(pg_bin)/pg_ctl" status -D "$(readlink -f "$1/home")/data" >/dev/null 2>&1
}

pg_cluster_start() {
    local dir=$1 bin home
    bin=$(pg_bin) && _pg_prepare "$dir" "$bin" || return 1
    home=$(readlink -f "$dir/home")
    if ! pg_cluster_running "$dir"; then
        pg_as_user "$bin/pg_ctl" start -w -t 60 -D "$home/data" -l "$home/server.log" \
            -o "-k '$(readlink -f "$dir/socket")'" >/dev/null </dev/null || {
            tail -n 20 "$home/server.log" >&2
            return 1
        }
    fi
    pg_cluster_dsn "$dir"
}

# A base backup by SQL and cp: pg_basebackup has to be as new as the server.
pg_cluster_standby() {
    local dir=$1 dsn=$2 home from begin="pg_backup_start('standby', true)" end="pg_backup_stop(false)"
    from=$(psql -X -At -d "$dsn" -c "show data_directory") || return 1
    if [ "$(psql -X -At -d "$dsn" -c "show server_version_num")" -lt 150000 ]; then
        begin="pg_start_backup('standby', true, false)" end="pg_stop_backup(false, false)"
    fi
    _pg_linked_directory "$dir/home" /var/tmp || return 1
    home=$(readlink -f "$dir/home")
    pg_as_user psql -X -q -At -v ON_ERROR_STOP=1 -d "$dsn" >/dev/null 2>&1 <<SQL || return 1
select $begin;
\\! cp -a '$from' '$home/data'
select labelfile from $end \\g '$home/data/backup_label'
SQL
    pg_as_user bash -s "$home/data" "$dsn" <<'SHELL'
rm -f "$1/postmaster.pid" "$1/postmaster.opts"
touch "$1/standby.signal"
echo "primary_conninfo = '$2'" >>"$1/postgresql.auto.conf"
SHELL
}

pg_cluster_promote() {
    pg_as_user "$(pg_bin)/pg_ctl" promote -w -t 60 -D "$(readlink -f "$1/home")/data" >/dev/null
}

pg_cluster_stop() {
    local dir=$1
    [ -e "$dir/home" ] || return 0
    if pg_cluster_running "$dir"; then
        pg_as_user "$(pg_bin)/pg_ctl" stop -w -t 60 -m "${2:-fast}" \
            -D "$(readlink -f "$dir/home")/data" >/dev/null
    fi
}

pg_cluster_remove() {
    local dir=$1
    [ -d "$dir" ] || return 0
    pg_cluster_stop "$dir" immediate
    rm -rf "$(readlink -f "$dir/home")" "$(readlink -f "$dir/socket")" "$dir"
}
