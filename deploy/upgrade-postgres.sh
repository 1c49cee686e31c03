#!/usr/bin/env bash
# Moves the database to a newer major version of PostgreSQL: from a dump into a new volume, which is compared before the
# api uses it. The old volume stays as it is.
#
#   deploy/upgrade-postgres.sh 18
set -euo pipefail

cd "$(dirname "$0")/.."
say() { echo "-- $*"; }
fail() { echo "upgrade-postgres.sh: $*" >&2; exit 1; }
backup() { docker compose run --rm --no-deps --no-TTY --quiet-pull backup "$@" </dev/null; }
start() { docker compose up --detach --wait --wait-timeout 180 --quiet-pull "$@"; }
sql() {
  docker compose exec --no-TTY postgres psql --username digits --dbname digits --quiet --tuples-only --no-align \
    --set ON_ERROR_STOP=1 "$@" </dev/null
}

to=${1:-}
[ "$to" = 18 ] || fail "name the new version: deploy/upgrade-postgres.sh 18. This release supports no newer one."
[ -w .env ] || fail "there is no .env that can be written here. The new version will be noted there."
docker compose config --quiet || fail "Compose cannot read the configuration (see above)."
volume=$(POSTGRES_VERSION=$to DATABASE_VOLUME=database$to:/var/lib/postgresql docker compose config --format json |
  sed -n "s/^ *\"name\": \"\(.*_database$to\)\".*/\1/p" | head -n 1)
if [ -n "$volume" ] && docker volume inspect "$volume" >/dev/null 2>&1; then
  fail "the volume $volume exists, perhaps from an earlier attempt. If no server uses it, delete it with: docker volume rm $volume"
fi
start postgres
from=$(sql --command 'show server_version')
[ "${from%%.*}" -lt "$to" ] || fail "PostgreSQL $from runs already."
backup check || fail "an upgrade needs a backup of the last 26 hours that passed its drill (see above). Set COMPOSE_PROFILES=backup in .env, and start the services."

say "Stopping the services that use PostgreSQL $from, and backing up"
docker compose --profile '*' stop api backup postgres-exporter
back() {
  unset POSTGRES_VERSION DATABASE_VOLUME
  start api || true
  docker compose up --detach --quiet-pull || true
  fail "$1 PostgreSQL $from serves again, with all rows. Delete the new volume before the next attempt: docker volume rm $volume"
}
backup now || back "There is no backup (see above)."
name=$(backup list | head -n 1)

say "Starting PostgreSQL $to with a new volume, and restoring $name"
export POSTGRES_VERSION=$to DATABASE_VOLUME=database$to:/var/lib/postgresql
start postgres || back "PostgreSQL $to did not start (see above)."
backup verify "$name" digits || back "The backup was not restored (see above)."
start api || back "The api did not become healthy with PostgreSQL $to. Read: docker compose logs migrate api."
sed -i '/^POSTGRES_VERSION=/d; /^DATABASE_VOLUME=/d' .env
printf 'POSTGRES_VERSION=%s\nDATABASE_VOLUME=%s\n' "$POSTGRES_VERSION" "$DATABASE_VOLUME" >>.env
docker compose up --detach --quiet-pull ||
  say "not all other services started (see above). Start them with: docker compose up --detach --wait"
say "PostgreSQL $(sql --command 'show server_version') serves the rows of PostgreSQL $from. .env names the new version and volume."
echo "   When you are sure, delete the old volume: docker volume ls shows it as …_database"
