#!/usr/bin/env bash
# Backs up the database. It runs in the container `backup`, which has the programs of the database server's own image.
#
#   backup.sh serve                   back up every night, and archive deletions and revocations every minute
#   backup.sh now                     write a backup; it gets its name after a drill has restored and compared it
#   backup.sh archive                 add new deletions and revocations to the archive
#   backup.sh list                    print the names of the backups, the newest first
#   backup.sh check                   fail if the newest backup is older than 26 hours or the last attempt failed
#   backup.sh restore NAME DATABASE   restore a backup into a new database, apply what was deleted and revoked since
#   backup.sh verify NAME DATABASE    restore a backup into a new database, and compare
#
# The folder /backups holds:
#
#   digits-<time>.dump                a backup, in the format of pg_dump
#   digits-<time>.rows                the number of rows and a hash of each table in it
#   revocations.tsv                   deletions and revocations: time, kind, id, value
#   metrics/digits_backup.prom        metrics, for the text file collector of the node exporter
set -euo pipefail

folder=/backups
here=$(cd "$(dirname "$0")" && pwd)
kept=${BACKUPS_KEPT:-14}
hour=${BACKUP_HOUR:-3}
drill=digits_drill
export PGHOST=${PGHOST:-postgres} PGUSER=digits PGDATABASE=digits PGCONNECT_TIMEOUT=10
# No notices of what does not exist.
export PGOPTIONS="-c client_min_messages=warning"

say() { echo "backup.sh: $*"; }
fail() { echo "backup.sh: $*" >&2; exit 1; }
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# The backups, the newest first.
backups() { find "$folder" -maxdepth 1 -name 'digits-*.dump' | sort --reverse; }

# Restores a dump into a new database and compares the rows of each table with those of the source.
verify() { # dump, rows, database
  for file in "$1" "$2"; do
    [ -s "$file" ] || fail "$file is missing. backup.sh list prints the names of the backups."
  done
  if [ "$3" = digits ] && [ "$(sql --command "select count(*) from pg_tables where schemaname = 'public'")" != 0 ]; then
    fail "the database digits holds tables. Restore into another one."
  fi
  dropdb --if-exists --force "$3"
  # Nothing but the encoding and the collation of the cluster is in template0.
  createdb --template=template0 "$3"
  pg_restore --exit-on-error --single-transaction --no-privileges --dbname="$3" "$1" ||
    fail "pg_restore cannot restore $1 (see above)."
  sql --dbname="$3" --file="$here/rows.sql" | diff "$2" - >&2 ||
    fail "the restored rows differ from those of the source: < is the source, > the restored database."
}

# The drill needs room for a second copy of the database, and must not fill the disk of the first one.
check_room() {
  local needed available
  needed=$(sql --command "select pg_database_size('digits') * 12 / 10")
  available=$(df --output=avail --block-size=1 "$folder" | tail -n 1)
  [ "$available" -gt "$needed" ] ||
    fail "the backup and its drill need $((needed >> 20)) MiB, but only $((available >> 20)) MiB are free. Make room."
}

# Runs as a process of its own, so that each error ends it.
write() { # name
  local name=$1 partial=$folder/.partial
  rm -f "$partial".*
  check_room
  DUMP=$partial.dump sql --file="$here/dump.sql" >"$partial.rows" || fail "pg_dump failed (see above)."
  verify "$partial.dump" "$partial.rows" "$drill"
  dropdb "$drill"
  sync "$partial.dump" "$partial.rows"
  mv "$partial.rows" "$folder/$name.rows"
  mv "$partial.dump" "$folder/$name.dump"
  backups | tail -n "+$((kept + 1))" | while read -r old; do rm -f "$old" "${old%.dump}.rows"; done
}

# The file is complete whenever the node exporter reads it.
write_metrics() { # 1 for a success, seconds of the attempt
  local newest time=0 size=0
  newest=$(backups | head -n 1)
  [ -z "$newest" ] || read -r time size < <(stat --format '%Y %s' "$newest")
  mkdir -p "$folder/metrics"
  cat >"$folder/metrics/.new" <<METRICS
# HELP digits_backup_timestamp_seconds When the newest backup passed its drill; 0 if there is none.
# TYPE digits_backup_timestamp_seconds gauge
digits_backup_timestamp_seconds $time
# HELP digits_backup_last_attempt_succeeded Whether the last attempt made a backup.
# TYPE digits_backup_last_attempt_succeeded gauge
digits_backup_last_attempt_succeeded $1
# HELP digits_backup_last_attempt_seconds How long the last attempt took, with its drill.
# TYPE digits_backup_last_attempt_seconds gauge
digits_backup_last_attempt_seconds $2
# HELP digits_backup_bytes The size of the newest backup.
# TYPE digits_backup_bytes gauge
digits_backup_bytes $size
# HELP digits_backups The number of backups.
# TYPE digits_backups gauge
digits_backups $(backups | wc -l)
METRICS
  chmod 755 "$folder/metrics"
  chmod 644 "$folder/metrics/.new"
  mv "$folder/metrics/.new" "$folder/metrics/digits_backup.prom"
}

back_up() {
  local name started=$SECONDS
  name=digits-$(date --utc +%Y%m%dT%H%M%SZ)
  touch "$folder/.attempt"
  # One backup at a time.
  exec 9>"$folder/.lock"
  flock --nonblock 9 || fail "another backup is being written. Wait for it."
  if "$0" write "$name"; then
    rm -f "$folder/.failed"
    write_metrics 1 $((SECONDS - started))
    say "$name.dump is complete: $(stat --format %s "$folder/$name.dump") bytes, restored and compared in $((SECONDS - started)) s."
  else
    touch "$folder/.failed"
    rm -f "$folder"/.partial.*
    dropdb --if-exists --force "$drill" || true
    write_metrics 0 $((SECONDS - started))
    say "there is no new backup; the old ones stay. The reason is above." >&2
    return 1
  fi
}

# Adds new rows of the table `revocations` to the archive. Rows stay in the archive, also when the database is lost. Rows
# may become visible some seconds after their time, so the search begins ten minutes before the last one.
archive() {
  local archive=$folder/revocations.tsv since until
  if [ "$(sql --command "select to_regclass('public.revocations') is not null")" != t ]; then
    say "the database has no tables yet, so nothing is archived."
    return 0
  fi
  touch "$archive"
  since=$(cat "$folder/.archived" 2>/dev/null || echo -infinity)
  until=$(sql --command "select now() - interval '10 minutes'")
  # Only the last row of the kind `pruned` means something.
  { cat "$archive"; sql --set since="$since" --file="$here/revocations.sql"; } | sort --unique |
    awk -F '\t' '$2 == "pruned" { pruned = $0; next } { print } END { if (pruned) print pruned }' >"$archive.new"
  if cmp --silent "$archive" "$archive.new"; then rm "$archive.new"; else mv "$archive.new" "$archive"; fi
  echo "$until" >"$folder/.archived"
}

# A backup is due if none was written since the last BACKUP_HOUR, in UTC. A failed attempt is repeated after an hour.
is_due() {
  local last newest
  last=$(date --utc --date "today $hour:00" +%s)
  [ "$last" -le "$(date +%s)" ] || last=$((last - 86400))
  newest=$(backups | head -n 1)
  [ -z "$newest" ] || [ "$(stat --format %Y "$newest")" -lt "$last" ] || return 1
  [ -z "$(find "$folder" -maxdepth 1 -name .attempt -mmin -60)" ] || [ ! -e "$folder/.failed" ]
}

serve() {
  trap 'exit 0' TERM INT
  while true; do
    "$0" archive || say "deletions and revocations were not archived; the next attempt is in a minute." >&2
    if is_due; then "$0" now || true; fi
    sleep 60 &
    wait $!
  done
}

check() {
  [ ! -e "$folder/.failed" ] || fail "the last attempt failed. Read the log of this container."
  [ -n "$(find "$folder" -maxdepth 1 -name 'digits-*.dump' -mmin -1560)" ] || fail "no backup is younger than 26 hours."
  [ -n "$(find "$folder" -maxdepth 1 -name .archived -mmin -10)" ] || fail "deletions were not archived for ten minutes."
}

# Prints what was applied.
restore() { # name, database
  local name=$1 database=$2 since
  verify "$folder/$name.dump" "$folder/$name.rows" "$database"
  if [ "$(sql --dbname="$database" --command "select to_regclass('public.revocations') is not null")" != t ]; then
    say "the backup is of a version without an archive of deletions: what was deleted since is back." >&2
    sql --dbname="$database" --command 'delete from sessions; delete from invitations'
    return 0
  fi
  [ -e "$folder/revocations.tsv" ] || fail "$folder/revocations.tsv is missing, so what was deleted since the backup would come back. Copy it there, or make an empty one if there is none."
  # PostgreSQL reads this form of the time, such as 20261130T030000Z.
  since=${name#digits-}
  sql --dbname="$database" --set since="$since" --set name="$name" --file="$here/apply.sql" <"$folder/revocations.tsv"
}

umask 077
case ${1:-} in
  serve) serve ;;
  now) archive; back_up ;;
  write) write "$2" ;;
  archive) archive ;;
  list) backups | sed 's|.*/||; s|\.dump$||' ;;
  check) check ;;
  verify) verify "$folder/$2.dump" "$folder/$2.rows" "$3" ;;
  restore) restore "$2" "$3" ;;
  *) fail "say what to do: serve, now, archive, list, check, verify or restore." ;;
esac
