#!/usr/bin/env bash
# Restores a backup of the profile `backup`. It restores into a new database while the api is stopped, applies the
# deletions and revocations since the backup, and then exchanges the databases. The database before it stays under
# another name. If the api does not become healthy, the databases are exchanged back.
#
#   deploy/restore.sh                           the newest backup
#   deploy/restore.sh digits-20261130T030000Z   the backup of this name
set -euo pipefail

cd "$(dirname "$0")/.."
say() { echo "-- $*"; }
fail() { echo "restore.sh: $*" >&2; exit 1; }
backup() { docker compose run --rm --no-deps --no-TTY --quiet-pull backup "$@" </dev/null; }
sql() {
  docker compose exec --no-TTY postgres psql --username digits --dbname postgres --quiet --tuples-only --no-align \
    --set ON_ERROR_STOP=1 "$@" </dev/null
}
# The api decides about a success: the container `backup` is unhealthy after a failed backup, and a registry may be
# unavailable when another image is missing.
start() {
  docker compose up --detach --wait --wait-timeout 180 --quiet-pull api || return
  docker compose up --detach --quiet-pull ||
    say "the api serves, but not all other services started (see above). Start them with: docker compose up --detach --wait"
}
# Gives two databases new names, in one transaction.
rename() { # from, to, from, to
  sql --single-transaction --command "alter database $1 rename to $2" --command "alter database $3 rename to $4"
}

docker compose config --quiet || fail "Compose cannot read the configuration (see above)."
say "Starting PostgreSQL, and stopping the services that use it"
docker compose up --detach --wait --wait-timeout 180 --quiet-pull postgres
docker compose --profile '*' stop api backup postgres-exporter
name=${1:-$(backup list | head -n 1)}
[ -n "$name" ] || fail "there is no backup in ${BACKUP_FOLDER:-./backups}. Copy digits-<time>.dump, digits-<time>.rows and revocations.tsv there."
name=$(basename "$name" .dump)

say "Restoring $name into the database digits_restored"
backup archive || fail "the deletions and revocations of the present database were not archived. Nothing has changed; start the services with: docker compose up --detach --wait"
backup restore "$name" digits_restored || fail "nothing has changed. Start the services with: docker compose up --detach --wait"

previous=digits_before_$(date --utc +%Y%m%dT%H%M%SZ | tr '[:upper:]' '[:lower:]')
say "Exchanging the databases"
rename digits "$previous" digits_restored digits ||
  fail "the databases were not exchanged; perhaps a program is connected to digits. Disconnect it, and run this again."
if ! start; then
  docker compose --profile '*' stop api backup postgres-exporter
  rename digits digits_restored "$previous" digits
  start || true
  fail "the api did not become healthy with the restored database. The database before it serves again. Read: docker compose logs migrate api"
fi
if [ "$(docker compose exec --no-TTY postgres psql --username digits --dbname "$previous" --tuples-only --no-align --command "select count(*) from pg_tables where schemaname = 'public'" </dev/null)" = 0 ]; then
  sql --command "drop database $previous"
  say "$name serves."
else
  say "$name serves. When you are sure, delete the database before it:"
  echo "   docker compose exec postgres dropdb -U digits $previous"
fi
