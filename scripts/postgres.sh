#!/usr/bin/env bash
# A PostgreSQL cluster of this project's own, apart from any other on the machine: it listens on a socket in its
# own folder and on no port, and only the user who runs it (and root) can reach it, so it needs no password.
#
#   scripts/postgres.sh start FOLDER      make the cluster if it is new, start it if it is stopped, print its DATABASE_URL
#   scripts/postgres.sh stop FOLDER       stop it; the data stays
#   scripts/postgres.sh with COMMAND...   run COMMAND with the DATABASE_URL of a throw-away cluster, removed afterwards
set -euo pipefail

fail() { echo "postgres.sh: $*" >&2; exit 1; }

initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort --version-sort | tail -n 1) ||
  fail "PostgreSQL is not installed. scripts/setup.sh run installs it."
bin=$(dirname "$initdb")
# From version 17 on PostgreSQL sorts text by itself, so that another C library cannot make an index wrong.
locale=(--locale C.UTF-8)
[ "$(basename "$(dirname "$bin")")" -lt 17 ] || locale+=(--locale-provider builtin --builtin-locale C.UTF-8)

# PostgreSQL refuses to run as root: there, the user postgres of Debian's package stands in.
if [ "$(id -u)" = 0 ]; then server_user=postgres; else server_user=$(id -un); fi
as_server() {
  # From a folder that any user can enter.
  (cd / && if [ "$(id -u)" = 0 ]; then runuser -u "$server_user" -- "$@"; else "$@"; fi)
}

# Whether a cluster can live in this folder: the server's user reaches it, and its socket's path is short (107 bytes)
# and needs no escaping in a URL.
fits() {
  case $1 in *[!A-Za-z0-9/._-]*) return 1 ;; esac
  [ ${#1} -le 88 ] && as_server test -d "$1"
}

# Where the cluster of a folder lives: in it, or, where it does not fit, in a folder that it then links to.
settle() {
  local folder elsewhere
  mkdir -p "$(dirname "$1")"
  folder=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
  [ -L "$folder" ] || mkdir -p "$folder"
  if [ ! -L "$folder" ] && ! fits "$folder"; then
    if [ "$(id -u)" = 0 ]; then elsewhere=/var/lib; else elsewhere=${XDG_DATA_HOME:-$HOME/.local/share}; fi
    elsewhere=$elsewhere/digits-$(printf %s "$folder" | cksum | cut -d ' ' -f 1)
    mkdir -p "$elsewhere"
    fits "$elsewhere" || fail "PostgreSQL can live neither in $folder nor in $elsewhere (unreachable for $server_user, or the path is too long). Move the project, or set DATABASE_URL."
    rmdir "$folder"
    ln -s "$elsewhere" "$folder"
    echo "The database is kept in $elsewhere: PostgreSQL cannot use $folder itself." >&2
  fi
  folder=$(readlink --canonicalize "$folder")
  mkdir -p "$folder"
  echo "$folder"
}

# Sets $home and $data, and takes the PostgreSQL version and the user that already made the data.
locate() {
  home=$(settle "$1")
  data=$home/data
  [ "$(id -u)" != 0 ] || [ -e "$data" ] || chown "$server_user" "$home"
  [ -e "$data" ] || return 0
  local owner version
  owner=$(stat --format %U "$data")
  [ "$(id -u)" = 0 ] || [ "$owner" = "$server_user" ] || fail "the database in $home belongs to the user $owner. Run this as root, or remove that folder to start anew."
  server_user=$owner
  version=$(as_server cat "$data/PG_VERSION")
  bin=/usr/lib/postgresql/$version/bin
  [ -x "$bin/postgres" ] || fail "the database in $home was made by PostgreSQL $version, which is no longer installed. Install postgresql-$version, or remove that folder to start anew."
}

running() { as_server "$bin/pg_ctl" status --pgdata "$data" >/dev/null; }

# Starts the cluster of a folder; further arguments are settings of the server. Prints the DATABASE_URL.
start() {
  local folder=$1 settings=(-c "listen_addresses=" -p 5432)
  shift
  locate "$folder"
  if [ ! -e "$data" ]; then
    # Made under another name and renamed, so that an interrupted run leaves nothing that looks finished.
    as_server rm -rf "$data.new"
    as_server "$bin/initdb" --pgdata "$data.new" --username digits --auth trust --encoding UTF8 "${locale[@]}" --data-checksums >/dev/null ||
      fail "the database could not be made in $home (see above)."
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
    fail "PostgreSQL runs in $home but does not answer (see above). Its log is $home/log; scripts/postgres.sh stop $folder stops it."
  [ "$exists" = 1 ] || "${psql[@]}" --command "create database digits"
  echo "postgres://digits@localhost:5432/digits?host=$home"
}

stop() {
  locate "$1"
  [ ! -e "$data" ] || ! running || as_server "$bin/pg_ctl" stop --silent --wait --mode fast --pgdata "$data"
}

with() {
  folder=$(mktemp --directory /tmp/digits-postgres.XXXXXX)
  trap 'stop "$folder"; rm -rf "$folder"' EXIT
  # Nothing here outlives the command, so nothing waits for the disk.
  DATABASE_URL=$(start "$folder" -c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  export DATABASE_URL
  "$@"
}

case ${1:-} in
  start | stop | with) "$@" ;;
  *) fail "start FOLDER, stop FOLDER or with COMMAND...?" ;;
esac
