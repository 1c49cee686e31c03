#!/usr/bin/env bash
# Tests deploy/ with an installation like that of a release: the compose file, .env and deploy/ in an empty folder, and
# images by version. It uses a separate Compose project and port, and removes all containers, images and data.
#
#   scripts/deploy-test.sh            back up, restore, upgrade PostgreSQL
#   DEPLOY_TEST_PORT=<port>           the published port, instead of 8599
set -euo pipefail

cd "$(dirname "$0")/.."
old=01000000-0000-7000-8000-000000000000
json='Content-Type: application/json'
project=digits-deploy-test
port=${DEPLOY_TEST_PORT:-8599}
address=http://127.0.0.1:$port
unset POSTGRES_PASSWORD API_DATABASE_PASSWORD POSTGRES_VERSION DATABASE_VOLUME
unset DIGITS_VERSION DIGITS_IMAGES COMPOSE_PROFILES PUBLIC_URL DOMAIN
export COMPOSE_PROJECT_NAME=$project WEB_NETWORK=10.203.86

say() { echo "-- $(date +%T) $*"; }
fail() { echo "deploy-test.sh: $*" >&2; exit 1; }

clean_up() {
  outcome=$?
  cd "$folder"
  [ "$outcome" = 0 ] || docker compose logs --no-color --tail 60 >&2 || true
  docker compose --profile '*' down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
  docker volume ls --quiet --filter "label=com.docker.compose.project=$project" | xargs --no-run-if-empty docker volume rm >/dev/null || true
  docker image rm digits-api:deploy-test digits-model:deploy-test >/dev/null 2>&1 || true
  cd /
  # Root owns some of the files.
  rm -rf "$folder" 2>/dev/null || docker run --rm --volume "$folder:/folder" postgres:17-trixie bash -c 'rm -rf /folder/*'
}

# Sends a request as a browser that keeps its cookies in a file.
ask() { # browser, arguments of curl
  local cookies=$folder/$1
  shift
  curl --silent --show-error --fail-with-body --noproxy '*' --max-time 20 --cookie "$cookies" --cookie-jar "$cookies" "$@" ||
    fail "the request failed: $*"
}
status() { curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --max-time 20 "$@"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"; }
sql() { docker compose exec --no-TTY postgres psql --username digits --dbname digits --quiet --tuples-only --no-align --command "$1" </dev/null; }
# Prints the id of a new drawing, and keeps its deletion token.
draw() { # browser
  ask "$1" --header "$json" --data @"$repository/examples/eight.json" "$address/predict" >"$folder/answer"
  field deletion_token <"$folder/answer" >"$folder/$(field id <"$folder/answer").token"
  field id <"$folder/answer"
}
delete() { # id
  ask nobody --output /dev/null --request DELETE --header "Deletion-Token: $(cat "$folder/$1.token")" "$address/api/v1/predictions/$1"
}
operator() { docker compose exec --no-TTY api api "$@" </dev/null; }
backup() { docker compose exec --no-TTY backup /backup/backup.sh "$@" </dev/null; }
start() { docker compose up --detach --wait --wait-timeout 180 --quiet-pull 2>&1 | tail -n 3 || fail "not all services became healthy."; }

# Fails unless a command fails and its message says something.
refuses() { # message, command...
  local message=$1 output
  shift
  if output=$("$@" 2>&1); then fail "this must fail: $*"; fi
  grep --quiet --fixed-strings -- "$message" <<<"$output" || fail "the error of $* lacks '$message':"$'\n'"$output"
}

# The drawings, accounts and tokens of this test.
fill() {
  local name invitation
  # The page gives a browser its cookie.
  for name in visitor leaver; do ask $name --output /dev/null "$address/"; done
  kept=$(draw visitor)
  deleted=$(draw visitor)
  # A visitor who labels somebody else's drawing, and then deletes everything.
  draw leaver >/dev/null
  # An old drawing, which is pruned.
  sql "create temporary table old as select * from predictions where id = '$kept'; update old set id = '$old';
       insert into predictions select * from old" >/dev/null
  for name in ada bob; do
    invitation=$(operator user invite $name --role operator)
    ask $name --output /dev/null --data-urlencode "code=$(tail -n 1 <<<"$invitation")" --data-urlencode "password=correct horse battery" "$address/invitation"
  done
  token=$(operator token new nightly --user ada --scopes read,predict | tail -n 1)
  [ "$(status --header "Authorization: Bearer $token" "$address/api/v1/predictions")" = 200 ] || fail "the API token is not valid."
  [ "$(status --cookie "$folder/ada" "$address/people")" = 200 ] || fail "ada is not logged in."
}

# Changes after the backup: a deletion, revocations, and a drawing that the restore loses.
change() {
  delete "$deleted"
  ask leaver --output /dev/null --request DELETE "$address/api/v1/me"
  operator prune --older-than 365 >/dev/null
  operator token revoke "$(operator token list | sed -n 's/^\([0-9a-f-]\{36\}\).*/\1/p' | head -n 1)" >/dev/null
  operator user disable bob >/dev/null
  lost=$(draw visitor)
  backup archive
}

expect_drawings() { # ids
  local expected
  expected=$(printf '%s\n' "$@" | sort)
  [ "$(sql 'select id from predictions order by id')" = "$expected" ] || fail "the drawings are not: $expected"
}

expect_backups() {
  local name
  name=$(backup list)
  [ "$(wc -l <<<"$name")" = 1 ] || fail "the service did not make its first backup at the start."
  backup check
  sleep 1
  backup now
  name=$(backup list | head -n 1)
  grep --quiet '^digits_backup_last_attempt_succeeded 1$' "$folder/backups/metrics/digits_backup.prom" || fail "the metrics show no success."
  [ "$(sql "select count(*) from pg_database where datname = 'digits_drill'")" = 0 ] || fail "the drill left its database."
  [ "$(stat --format %a "$folder/backups/$name.dump")" = 600 ] || fail "others can read the backup."
  newest=$name
  say "A backup is written, restored and compared every night: $(stat --format %s "$folder/backups/$name.dump") bytes"
}

# A dump that cannot be restored: the constraint needs a table that is not there yet, and a search_path.
expect_broken_backup() {
  local before
  before=$(backup list)
  sql "create table zz (id integer); insert into zz values (1);
       create function has_zz() returns boolean language sql as 'select exists (select from zz)';
       create table aa (id integer check (has_zz())); insert into aa values (1)" >/dev/null
  refuses "there is no new backup; the old ones stay" backup now
  refuses "the last attempt failed" backup check
  for _ in $(seq 40); do
    [ "$(docker inspect --format '{{.State.Health.Status}}' "$(docker compose ps --quiet backup)")" != unhealthy ] || break
    sleep 1
  done
  [ "$(docker inspect --format '{{.State.Health.Status}}' "$(docker compose ps --quiet backup)")" = unhealthy ] || fail "the container is not unhealthy."
  [ "$(backup list)" = "$before" ] || fail "a broken backup changed the list of backups."
  grep --quiet '^digits_backup_last_attempt_succeeded 0$' "$folder/backups/metrics/digits_backup.prom" || fail "the metrics show a success."
  sql 'drop table aa, zz; drop function has_zz' >/dev/null
  say "A backup that cannot be restored fails, and the old ones stay"
}

expect_restore() {
  docker compose down --timeout 20 >/dev/null 2>&1
  docker volume rm "${project}_database" >/dev/null
  refuses "digits-20000101T000000Z.dump is missing" deploy/restore.sh digits-20000101T000000Z
  deploy/restore.sh "$newest" 2>&1 | grep --invert-match Container
  expect_drawings "$kept"
  [ "$(status --cookie "$folder/visitor" "$address/api/v1/predictions/$kept")" = 200 ] || fail "the visitor does not see the drawing."
  [ "$(status --cookie "$folder/visitor" "$address/api/v1/predictions/$deleted")" = 404 ] || fail "a deleted drawing is back."
  [ "$(status --header "Authorization: Bearer $token" "$address/api/v1/predictions")" = 401 ] || fail "a revoked API token is valid again."
  [ "$(status --cookie "$folder/ada" "$address/people")" != 200 ] || fail "a session survived the restore."
  operator user list | grep --quiet '^bob .*disabled' || fail "bob can log in again."
  ask ada --output /dev/null --data-urlencode name=ada --data-urlencode "password=correct horse battery" "$address/login"
  [ "$(status --cookie "$folder/ada" "$address/people")" = 200 ] || fail "ada cannot log in."
  say "A lost volume is restored, without what was deleted and revoked since the backup, and without $lost"
}

# A restore while the database is there, whose last deletion is not archived yet.
expect_restore_of_present() {
  local more
  more=$(draw visitor)
  backup now
  delete "$more"
  draw visitor >/dev/null
  deploy/restore.sh 2>&1 | grep --invert-match Container >"$folder/output"
  expect_drawings "$kept"
  previous=$(sed -n 's/.*dropdb -U digits //p' "$folder/output")
  [ "$(docker compose exec --no-TTY postgres psql --username digits --dbname "$previous" --tuples-only --no-align --command 'select count(*) from predictions' </dev/null)" = 2 ] ||
    fail "the database before the restore is not there: $(cat "$folder/output")"
  docker compose exec --no-TTY postgres dropdb -U digits "$previous" </dev/null
  say "A restore keeps the database before it, and deletions of the last minute"
}

expect_upgrade() {
  mv backups backups.elsewhere
  mkdir backups
  refuses "no backup is younger than 26 hours" deploy/upgrade-postgres.sh 18
  rm -r backups
  mv backups.elsewhere backups
  docker compose up --detach --force-recreate --no-deps --wait backup >/dev/null 2>&1
  sql 'show server_version' | sed 's/^/   before: PostgreSQL /'
  deploy/upgrade-postgres.sh 18 2>&1 | grep --invert-match Container
  sql 'show server_version' | sed 's/^/   after: PostgreSQL /'
  expect_drawings "$kept"
  docker volume inspect "${project}_database" "${project}_database18" >/dev/null || fail "the old volume is gone."
  start
  [ "$(sql 'show server_version_num' | cut -c 1-2)" = 18 ] || fail "the next start does not use PostgreSQL 18."
  draw visitor >/dev/null
  backup now
  refuses "exists, perhaps from an earlier attempt" deploy/upgrade-postgres.sh 18
  say "PostgreSQL 18 serves the rows, and the old volume stays"
}

docker info >/dev/null 2>&1 || fail "the Docker engine is unavailable. Install and start Docker, or run this as a user with access to it."
repository=$PWD
folder=$(mktemp --directory)
cp --recursive docker-compose.yml .env.example deploy "$folder"
trap clean_up EXIT
say "Building"
DIGITS_VERSION=deploy-test POSTGRES_PASSWORD=x API_DATABASE_PASSWORD=x docker compose build --quiet api model
cd "$folder"
sed "s/^DIGITS_PORT=.*/DIGITS_PORT=127.0.0.1:$port/" .env.example >.env
for name in POSTGRES API_DATABASE; do sed -i "s/^${name}_PASSWORD=$/&$(openssl rand -hex 24)/" .env; done
printf '%s\n' "PUBLIC_URL=$address" COMPOSE_PROFILES=backup DIGITS_VERSION=deploy-test >>.env
docker compose --profile '*' down --volumes --remove-orphans >/dev/null 2>&1 || true

say "Starting"
start
fill
expect_backups
change
expect_broken_backup
expect_restore
expect_restore_of_present
expect_upgrade
say "The deployment works"
