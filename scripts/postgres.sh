#!/usr/bin/env bash
# Manages a PostgreSQL cluster for this project alone. It listens on a socket in its own folder and on no port. Only the
# user who runs it and root can reach it, so it needs no password.
#
#   scripts/postgres.sh start FOLDER      create the cluster if necessary, start it, and print its DATABASE_URL
#   scripts/postgres.sh stop FOLDER       stop the cluster; the data stays
#   scripts/postgres.sh with COMMAND...   run COMMAND with the DATABASE_URL of a temporary cluster, removed afterwards
set -euo pipefail

fail() { echo "postgres.sh: $*" >&2; exit 1; }

initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort --version-sort | tail -n 1) ||
  fail "PostgreSQL is not installed. scripts/setup.sh run installs it."
bin=$(dirname "$initdb")
# From version 17 on PostgreSQL has its own text collation, so that another C library cannot corrupt an index.
locale=(--locale C.UTF-8)
[ "$(basename "$(dirname "$bin")")" -lt 17 ] || locale+=(--locale-provider builtin --builtin-locale C.UTF-8)

# PostgreSQL does not run as root. In that case the user postgres of Debian's package runs it.
if [ "$(id -u)" = 0 ]; then server_user=postgres; else server_user=$(id -un); fi
as_server() {
  # Change to a folder that any user can enter.
  (cd / && if [ "$(id -u)" = 0 ]; then runuser -u "$server_user" -- "$@"; else "$@"; fi)
}

# Checks that a folder can hold a cluster: the server's user can reach it, and the path of its socket is short (107
# bytes) and needs no escaping in a URL.
fits() {
  case $1 in *[!A-Za-z0-9/._-]*) return 1 ;; esac
  [ ${#1} -le 88 ] && as_server test -d "$1"
}

# Prints the folder of the cluster: the given one, or, if that is unsuitable, another one that the given one links to.
settle() {
  local folder elsewhere
  mkdir -p "$(dirname "$1")"
  folder=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
  [ -L "$folder" ] || mkdir -p "$folder"
  if [ ! -L "$folder" ] && ! fits "$folder"; then
    if [ "$(id -u)" = 0 ]; then elsewhere=/var/lib; else elsewhere=${XDG_DATA_HOME:-$HOME/.local/share}; fi
    elsewhere=$elsewhere/digits-$(printf %s "$folder" | cksum | cut -d ' ' -f 1)
    mkdir -p "$elsewhere"
    fits "$elsewhere" || fail "PostgreSQL can use neither $folder nor $elsewhere (unreachable for $server_user, or the path is too long). Move the project, or set DATABASE_URL."
    rmdir "$folder"
    ln -s "$elsewhere" "$folder"
    echo "The database is in $elsewhere, since PostgreSQL cannot use $folder." >&2
  fi
  folder=$(readlink --canonicalize "$folder")
  mkdir -p "$folder"
  echo "$folder"
}

# Sets $home and $data. For existing data, selects the PostgreSQL version and the user that created it.
locate() {
  home=$(settle "$1")
  data=$home/data
  [ "$(id -u)" != 0 ] || [ -e "$data" ] || chown "$server_user" "$home"
  [ -e "$data" ] || return 0
  local owner version
  owner=$(stat --format %U "$data")
  [ "$(id -u)" = 0 ] || [ "$owner" = "$server_user" ] || fail "the database in $home belongs to the user $owner. Run this as root, or remove that folder to create a new database."
  server_user=$owner
  version=$(as_server cat "$data/PG_VERSION")
  bin=/usr/lib/postgresql/$version/bin
  [ -x "$bin/postgres" ] || fail "the database in $home was created by PostgreSQL $version, which is no longer installed. Install postgresql-$version, or remove that folder to create a new database."
}

running() { as_server "$bin/pg_ctl" status --pgdata "$data" >/dev/null; }

# Starts the cluster of a folder and prints the DATABASE_URL. Further arguments are settings of the server.
start() {
  local folder=$1 settings=(-c "listen_addresses=" -p 5432)
  shift
  locate "$folder"
  if [ ! -e "$data" ]; then
    # Create it under another name and rename it, so that an interrupted run leaves no partial result.
    as_server rm -rf "$data.new"
    as_server "$bin/initdb" --pgdata "$data.new" --username digits --auth trust --encoding UTF8 "${locale[@]}" --data-checksums >/dev/null ||
      fail "the database could not be created in $home (see above)."
    as_server mv "$data.new" "$data"
  fi
  settings+=(-c "unix_socket_directories=$home" -c unix_socket_permissions=0700 "$@")
  if ! running; then
    as_server "$bin/pg_ctl" start --silent --wait --pgdata "$data" --log "$home/log" --options "${settings[*]}" >/dev/null || {
      as_server tail -n 5 "$home/log" >&2
      fail "PostgreSQL did not start. The end of its log ($home/log) is above."
    }
  fi
  local psql=(as_server "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --host "$home" --port 5432 --username digits --dbname postgres)
  local exists
  exists=$("${psql[@]}" --command "select 1 from pg_database where datname = 'digits'") ||
    fail "PostgreSQL runs in $home but does not respond (see above). Its log is $home/log; scripts/postgres.sh stop $folder stops it."
  [ "$exists" = 1 ] || "${psql[@]}" --command "create database digits"
  echo "postgres://digits@localhost:5432/digits?host=$home"
}

stop() {
  locate "$1"
  [ ! -e "$data" ] || ! running || as_server "$bin/pg_ctl" stop --silent --wait --mode fast --pgdata "$data"
}

# Keeps the log of a temporary cluster if a test run asks for it.
keep_log() {
  [ -n "${TEST_LOGS:-}" ] || return 0
  mkdir -p "$TEST_LOGS"
  cp "$folder/log" "$TEST_LOGS/postgresql-$$.log"
}

with() {
  folder=$(mktemp --directory /tmp/digits-postgres.XXXXXX)
  trap 'stop "$folder"; keep_log; rm -rf "$folder"' EXIT
  # The data is temporary, so PostgreSQL need not wait for the disk.
  DATABASE_URL=$(start "$folder" -c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  export DATABASE_URL
  "$@"
}

case ${1:-} in
  start | stop | with) "$@" ;;
  *) fail "usage: start FOLDER, stop FOLDER or with COMMAND..." ;;
esac
