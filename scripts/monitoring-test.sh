#!/usr/bin/env bash
# Tests the Compose profile `monitoring`: the configuration and each alert with promtool and amtool, the dashboards with
# Grafana's schema, and every expression of rules and dashboards with a Prometheus that scrapes running services. It uses a
# separate Compose project, and removes all containers and data.
#
#   scripts/monitoring-test.sh
#   MONITORING_TEST_VERSION=<tag>     use the images digits-api and digits-model with this tag, instead of building them
#   MONITORING_TEST_PORT=<port>       the published port of the api, instead of 8598
#   MONITORING_TEST_NETWORK=<prefix>  the first three numbers of the network of the api, instead of 10.203.88
set -euo pipefail

cd "$(dirname "$0")/.."
json='Content-Type: application/json'
project=digits-monitoring-test
port=${MONITORING_TEST_PORT:-8598}
address=http://127.0.0.1:$port
unset POSTGRES_PASSWORD API_DATABASE_PASSWORD POSTGRES_VERSION DATABASE_VOLUME BACKUP_FOLDER ALERTMANAGER_FOLDER
unset DIGITS_IMAGES COMPOSE_PROFILES PUBLIC_URL DOMAIN OTEL_EXPORTER_OTLP_ENDPOINT
export COMPOSE_PROJECT_NAME=$project WEB_NETWORK=${MONITORING_TEST_NETWORK:-10.203.88} GRAFANA_PORT=127.0.0.1:0 TRACES_PORT=127.0.0.1:0
export DIGITS_VERSION=${MONITORING_TEST_VERSION:-monitoring-test}

say() { echo "-- $(date +%T) $*"; }
fail() { echo "monitoring-test.sh: $*" >&2; exit 1; }

clean_up() {
  outcome=$?
  cd "$folder"
  [ "$outcome" = 0 ] || docker compose logs --no-color --tail 40 >&2 || true
  docker compose --profile '*' down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
  [ -n "${MONITORING_TEST_VERSION:-}" ] || docker image rm digits-api:monitoring-test digits-model:monitoring-test >/dev/null 2>&1 || true
  cd /
  # Root owns some of the files.
  rm -rf "$folder" 2>/dev/null || docker run --rm --volume "$folder:/folder" postgres:17-trixie bash -c 'rm -rf /folder/*'
}

sql() { docker compose exec --no-TTY postgres psql --username digits --dbname digits --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1" </dev/null; }
# A program of an image with a folder of configuration. Without the limits of the service, because the tests of alerts take
# more memory than Prometheus itself.
tool() { # program, image, folder, its place in the container, arguments
  local program=$1 image=$2 folder=$3 place=$4
  shift 4
  docker run --rm --network none --volume "$folder:$place:ro" --entrypoint "$program" "$image" "$@"
}
image() { sed -n "s|^    image: \($1:.*\)|\1|p" docker-compose.yml; }
promtool() { tool promtool "$(image prom/prometheus)" "$PWD/deploy/monitoring/prometheus" /etc/prometheus "$@"; }
# Fails unless Alertmanager accepts the configuration on the standard input.
check_alertmanager() {
  mkdir -p "$folder/alertmanager"
  cat >"$folder/alertmanager/alertmanager.yml"
  chmod --recursive a+rX "$folder/alertmanager"
  tool amtool "$(image prom/alertmanager)" "$folder/alertmanager" /etc/alertmanager check-config /etc/alertmanager/alertmanager.yml ||
    fail "Alertmanager rejects $1."
}
draw() { # drawing, times
  local status
  for _ in $(seq "$2"); do
    status=$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --max-time 20 --header "$json" --data "$1" "$address/predict")
    [ "$status" = 200 ] || fail "a drawing got the status $status."
  done
}

# Each alert has one section in the document, and each section has an alert.
expect_sections() {
  diff <(sed -n 's/^ *- alert: //p' deploy/monitoring/prometheus/alerts.yml | sort) \
    <(sed -n '/^## Alerts/,/^## [^A]/s/^### //p' "$repository/docs/monitoring.md" | sort) ||
    fail "the alerts of alerts.yml (<) and the sections of docs/monitoring.md (>) differ."
}

# The examples of Alertmanager's configuration in the document.
expect_examples() {
  local block count=0
  while IFS= read -r -d $'\f' block; do
    grep --quiet '^receivers:' <<<"$block" || continue
    check_alertmanager "an example of docs/monitoring.md" <<<"$block" >/dev/null
    count=$((count + 1))
  done < <(awk '/^```/ { if (inside) printf "\f"; inside = ($0 == "```yaml" && !inside); next } inside' "$repository/docs/monitoring.md")
  [ "$count" -ge 2 ] || fail "docs/monitoring.md has no examples of messages."
  say "Alertmanager accepts $count examples of docs/monitoring.md"
}

# Inserts the data that a new installation has only after days: a training run, and labels of the random sample.
fill() {
  draw @"$repository/examples/eight.json" 25
  sql "insert into random_sample (prediction_id) select id from predictions order by id limit 5 on conflict do nothing;
       update random_sample set people = 1, true_label = '8';
       insert into models (version) values ('cnn6-large-test');
       insert into model_events (version, state, actor) values ('cnn6-large-test', 'proposed', 'test'), ('cnn6-large-test', 'training', 'test');
       insert into training_progress (version, progress)
       values ('cnn6-large-test', '{\"step\": \"training\", \"epoch\": 3, \"epochs\": 10, \"loss\": 0.1, \"accuracy\": 0.97}')"
}

# A failed backup is an alert that needs no time, and Alertmanager gets it.
expect_alert() {
  sed -i 's/^digits_backup_last_attempt_succeeded 1$/digits_backup_last_attempt_succeeded 0/' backups/metrics/digits_backup.prom
  for _ in $(seq 30); do
    docker compose exec --no-TTY alertmanager amtool --alertmanager.url=http://localhost:9093 alert query BackupFailed </dev/null |
      grep --quiet BackupFailed && { say "Alertmanager gets an alert"; return; }
    sleep 5
  done
  fail "Alertmanager got no alert within 150 seconds."
}

# The role of the exporter reads counts, and no drawing, account or token.
expect_role() {
  local table
  for table in predictions labels users sessions api_tokens visitors models; do
    [ "$(sql "select has_table_privilege('digits_monitor', '$table', 'select')")" = f ] || fail "the exporter may read the table $table."
  done
  sql "select rolsuper or rolcreaterole or rolcreatedb or rolreplication from pg_roles where rolname = 'digits_monitor'" | grep --quiet f ||
    fail "the role of the exporter has an attribute that it does not need."
  say "The exporter may read neither drawings nor accounts"
}

expect_loopback() {
  local publishers
  publishers=$(docker compose ps --format '{{range .Publishers}}{{if .PublishedPort}}{{.URL}} {{end}}{{end}}' | tr ' ' '\n' | sort --unique | grep . )
  [ "$publishers" = 127.0.0.1 ] || fail "ports are published beyond this machine: $publishers"
}

# The commands of docs/monitoring.md.
expect_commands() {
  local alertmanager=(docker compose exec --no-TTY alertmanager amtool --alertmanager.url=http://localhost:9093)
  docker compose exec --no-TTY prometheus promtool check config /etc/prometheus/prometheus.yml </dev/null >/dev/null
  docker compose kill --signal HUP prometheus >/dev/null 2>&1
  cp -r deploy/monitoring/alertmanager alerting
  sed -i 's/receiver: none/receiver: nobody/; s/name: none/name: nobody/' alerting/alertmanager.yml
  echo ALERTMANAGER_FOLDER=./alerting >>.env
  docker compose run --rm --no-TTY --entrypoint amtool alertmanager check-config /etc/alertmanager/alertmanager.yml </dev/null >/dev/null
  docker compose up --detach --force-recreate --wait alertmanager >/dev/null 2>&1
  "${alertmanager[@]}" config show </dev/null | grep --quiet nobody || fail "Alertmanager does not use the folder of .env."
  "${alertmanager[@]}" alert add Test severity=warning </dev/null
  "${alertmanager[@]}" alert query </dev/null | grep --quiet Test || fail "the test alert did not arrive."
  "${alertmanager[@]}" silence add alertname=MemoryLow --duration 2h --comment 'more memory is ordered' --author ada </dev/null >/dev/null
  say "The commands for messages work"
}

# PostgreSQL renames no database to which the exporter is connected, and a restored database has no privileges.
expect_restore() {
  deploy/restore.sh >"$folder/output" 2>&1 || fail "the restore failed with the exporter: $(cat "$folder/output")"
  docker compose up --detach --wait --wait-timeout 180 >/dev/null 2>&1
  for _ in $(seq 30); do
    [ "$(docker compose exec --no-TTY prometheus promtool query instant http://localhost:9090 'time() - timestamp(digits_models_total) < 30' </dev/null | wc -l)" -ge 1 ] &&
      { say "The exporter reads a restored database"; return; }
    sleep 5
  done
  fail "the exporter reads no counts after a restore."
}

# The collector gets the traces of both services.
expect_traces() {
  local services
  echo OTEL_EXPORTER_OTLP_ENDPOINT=http://traces:4318 >>.env
  docker compose --profile tracing up --detach --wait >/dev/null 2>&1 || fail "the collector did not start."
  draw @"$repository/examples/eight.json" 3
  for _ in $(seq 30); do
    services=$(curl --silent --noproxy '*' "http://$(docker compose port traces 16686)/api/services")
    case $services in *api*model* | *model*api*) say "The collector gets traces of both services"; return ;; esac
    sleep 1
  done
  fail "the collector has no traces of both services: $services"
}

# Grafana finds its data source and both dashboards, without a login.
expect_grafana() {
  local grafana uid
  grafana=http://$(docker compose port grafana 3000)
  for uid in digits-service digits-model; do
    curl --silent --show-error --fail --output /dev/null --noproxy '*' --retry 30 --retry-delay 1 --retry-all-errors \
      "$grafana/api/dashboards/uid/$uid" || fail "Grafana has no dashboard $uid."
  done
  say "Grafana has both dashboards"
}

docker info >/dev/null 2>&1 || fail "the Docker engine is unavailable. Install and start Docker, or run this as a user with access to it."
scripts/dashboards.sh
say "The dashboards have the types of Grafana"
repository=$PWD
folder=$(mktemp --directory)
cp --recursive docker-compose.yml .env.example deploy "$folder"
chmod 755 "$folder"
trap clean_up EXIT
if [ -z "${MONITORING_TEST_VERSION:-}" ]; then
  say "Building"
  POSTGRES_PASSWORD=x API_DATABASE_PASSWORD=x docker compose build --quiet api model
fi
cd "$folder"
sed "s/^DIGITS_PORT=.*/DIGITS_PORT=127.0.0.1:$port/" .env.example >.env
for name in POSTGRES API_DATABASE; do sed -i "s/^${name}_PASSWORD=$/&$(openssl rand -hex 24)/" .env; done
printf '%s\n' "PUBLIC_URL=$address" COMPOSE_PROFILES=backup,monitoring >>.env
docker compose --profile '*' down --volumes --remove-orphans >/dev/null 2>&1 || true

expect_sections
promtool check config /etc/prometheus/prometheus.yml || fail "promtool rejects the configuration (see above)."
promtool test rules /etc/prometheus/alerts.test.yml || fail "an alert does not fire or is not silent (see above)."
check_alertmanager "the default configuration" <deploy/monitoring/alertmanager/alertmanager.yml
expect_examples

say "Starting"
if ! docker compose pull --quiet --policy missing grafana >/dev/null 2>&1; then
  say "skipped: Grafana, because its image cannot be downloaded"
  echo 'services: { grafana: { profiles: !override [without-image] } }' >docker-compose.override.yml
fi
docker compose up --detach --wait --wait-timeout 180 --quiet-pull 2>&1 | tail -n 3 || fail "not all services became healthy."
expect_loopback
fill
expect_role
say "Waiting until Prometheus has scraped twice"
sleep 65
draw '{"strokes": [[[0, 0], [300, 0], [0, 20], [300, 40], [0, 60], [200, 80]]]}' 2
draw @"$repository/examples/eight.json" 5
node "$repository/scripts/monitoring-queries.mjs" deploy/monitoring/grafana/dashboards/*.json
expect_alert
[ -e docker-compose.override.yml ] || expect_grafana
say "Memory:"
docker compose stats --no-stream --format "   {{.Name}} {{.MemUsage}}"
expect_commands
expect_restore
if docker compose --profile tracing pull --quiet --policy missing traces >/dev/null 2>&1; then
  expect_traces
else
  say "skipped: the collector of traces, because its image cannot be downloaded"
fi
say "The profile monitoring works"
