#!/usr/bin/env bash
# Builds the images and starts them like `docker compose up`, with .env.example and a new password. It draws and labels
# over HTTP, restarts and replaces every container, and checks that the same rows exist. It uses a separate Compose
# project and port, and removes all containers and data.
#
#   COMPOSE_TEST_PORT=<port>    the published port, instead of any free port
set -euo pipefail

cd "$(dirname "$0")/.."
json='Content-Type: application/json'
export DIGITS_VERSION=compose-test
export DIGITS_PORT=${COMPOSE_TEST_PORT:-0}
unset POSTGRES_PASSWORD API_DATABASE_PASSWORD

say() { echo "-- $*"; }
fail() { echo "compose-test.sh: $*" >&2; exit 1; }
compose() { docker compose --project-name digits-test --env-file "$settings" "${files[@]}" "$@"; }

docker info >/dev/null 2>&1 || fail "the Docker engine is unavailable. Install and start Docker, or run this as a user with access to it."
docker compose version >/dev/null 2>&1 || fail "this Docker has no Compose. Install the docker-compose-plugin package."

clean_up() {
  outcome=$?
  if [ "$outcome" != 0 ]; then compose logs --no-color --tail 100 >&2 || true; fi
  compose down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
  docker image rm digits-api:compose-test digits-model:compose-test >/dev/null 2>&1 || true
  rm -rf "$folder"
}

start() {
  compose up --detach --wait --wait-timeout 180 --quiet-pull || fail "not all services became healthy."
  locate
}

locate() {
  address=$(published)
  curl --silent --fail --output /dev/null --noproxy '*' --retry 60 --retry-delay 1 --retry-all-errors "$address/readyz" ||
    fail "$address/readyz did not become ready."
}

# Sends a request as a browser that keeps its cookies.
ask() {
  curl --silent --show-error --fail-with-body --noproxy '*' --max-time 20 --cookie "$folder/cookies" --cookie-jar "$folder/cookies" "$@" ||
    fail "the request failed: $*"
}
# The status of a request by somebody without cookies.
status() { curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' "$@"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"; }
sql() { compose exec -T postgres psql --username digits --dbname digits --quiet --tuples-only --no-align --command "$1"; }

# Checks the rows of this test, in the database and through the web service.
expect_rows() {
  local rows
  rows=$(sql "select id, prediction, true_label from prediction_logs order by id")
  [ "$rows" = "$drawn|8|8"$'\n'"$uploaded|8|" ] || fail "prediction_logs does not hold the two rows of this test $1:"$'\n'"$rows"
  ask "$address/api/v1/predictions/$drawn" | grep --quiet '"true_label":8' || fail "GET /api/v1/predictions/$drawn does not return the label $1."
  say "The rows are there $1"
}

# Checks the database of a new volume, and the intervals of Docker's health checks.
expect_defaults() {
  local provider checksums checks
  provider=$(sql "select datlocprovider, datlocale from pg_database where datname = 'digits'")
  [ "$provider" = 'b|C.UTF-8' ] || fail "the database's collation is '$provider', not the builtin C.UTF-8."
  checksums=$(sql "show data_checksums")
  [ "$checksums" = on ] || fail "data checksums are off."
  checks=$(compose ps --quiet | xargs docker inspect \
    --format '{{.Config.Healthcheck.Interval}} {{.Config.Healthcheck.StartInterval}}' | sort --unique)
  [ "$checks" = '30s 1s' ] || fail "the intervals of health checks must be 30 s, and 1 s while starting, but are: $checks"
  [ "$(sql "select count(*) from pg_tables where tableowner <> 'digits' and schemaname = 'public'")" = 0 ] ||
    fail "a table belongs to another role than the one that migrates."
  [ "$(sql "select usename from pg_stat_activity where usename <> 'digits' and datname = 'digits' limit 1")" = digits_api ] ||
    fail "the web service does not connect as digits_api."
  say "The database and the health checks are as configured"
}

# Checks the licences in an image, which has no shell: each file must exist and not be empty.
expect_licences() { # service, file...
  local service=$1 file
  shift
  for file in LICENSE crates.txt.gz swagger-ui/LICENSE swagger-ui/NOTICE "$@"; do
    [ "$(compose cp "$service:/usr/local/share/doc/digits/$file" - | tar --extract --to-stdout | wc --bytes)" -gt 0 ] ||
      fail "the image of $service lacks the licence $file."
  done
}

# Serves digits.test with Caddy, which gets its certificate from another Caddy over ACME, and checks what a browser gets.
expect_https() {
  local port http head
  cat >"$folder/ca" <<'END'
https://ca.test {
  tls internal
  acme_server
}
END
  cat >"$folder/caddy" <<'END'
{
  acme_ca https://ca.test/acme/local/directory
  acme_ca_root /ca/caddy/pki/authorities/local/root.crt
}
import /etc/caddy/Caddyfile
END
  chmod --recursive a+rX "$folder"
  sed -i 's/^# DOMAIN=$/DOMAIN=digits.test/; s/^# COMPOSE_PROFILES=/COMPOSE_PROFILES=/' "$settings"
  files+=(--file docker-compose.yml --file scripts/compose-test-https.yml)
  export COMPOSE_TEST_FOLDER=$folder
  compose up --detach --wait --wait-timeout 180 --quiet-pull || fail "not all services became healthy with HTTPS."
  port=$(compose port caddy 443 | sed 's/.*://')
  http=$(compose port caddy 80 | sed 's/.*://')
  for _ in $(seq 60); do
    compose exec -T ca cat /data/caddy/pki/authorities/local/root.crt >"$folder/root.crt" 2>/dev/null || true
    https --output /dev/null https://digits.test/livez 2>/dev/null && break
    sleep 1
  done
  head=$(https --include https://digits.test/) || fail "Caddy does not serve digits.test with a certificate of the authority."
  for line in 'HTTP/2 200' 'strict-transport-security: max-age=31536000' 'set-cookie: __Host-visitor=' 'alt-svc: h3='; do
    grep --quiet --ignore-case "^$line" <<<"$head" || fail "the page over HTTPS lacks '$line':"$'\n'"$(sed '/^\r*$/q' <<<"$head")"
  done
  https --form file=@examples/eight.png https://digits.test/predict | grep --quiet '"prediction":8' || fail "no answer over HTTPS."
  [ "$(https --output /dev/null --write-out '%{http_code} %{redirect_url}' http://digits.test/history)" = '308 https://digits.test/history' ] ||
    fail "HTTP is not redirected to HTTPS."
  expect_inference
  [ "$(https --output /dev/null --write-out '%{http_code}' https://digits.test/metrics)" = 404 ] || fail "Caddy shows the metrics."
  [ "$(status "$(published)/")" = 421 ] || fail "the api answers at another host than digits.test."
  # The api takes the client's address from Caddy, so a client that forges one is limited like any other.
  for _ in $(seq 60); do
    https --header "X-Forwarded-For: 203.0.113.$((RANDOM % 250))" --output /dev/null --write-out '%{http_code}\n' \
      --header "$json" --data @examples/eight.json https://digits.test/predict || true
  done >"$folder/statuses"
  grep --quiet 429 "$folder/statuses" || fail "a forged address escapes the rate limit."
  say "Caddy serves a domain over HTTPS, with a certificate that it got over ACME"
}

# Checks that a program with an API token classifies over HTTPS by the Open Inference Protocol, and loads no version.
expect_inference() {
  local token bearer pixels
  token=$(compose exec -T api api token new inference --user ada --scopes predict) || fail "api token new failed."
  bearer="Authorization: Bearer $token"
  pixels=$(sed 's/.*:\(.*\)}/\1/' examples/eight-pixels.json)
  https --header "$bearer" --data '{"inputs":[{"name":"image","datatype":"FP32","shape":[1,1,28,28],"data":'"$pixels"'}]}' \
    https://digits.test/v2/models/digits/infer | grep --quiet '"probabilities"' || fail "no inference over HTTPS."
  [ "$(https --output /dev/null --write-out '%{http_code}' --header "$bearer" --request POST https://digits.test/v2/repository/models/digits/load)" = 403 ] ||
    fail "a program with an API token loads a version."
}

# Sends a request to digits.test through Caddy, by the certificate of the test's authority.
https() {
  curl --silent --show-error --noproxy '*' --max-time 20 --cacert "$folder/root.crt" \
    --connect-to "digits.test:443:127.0.0.1:$port" --connect-to "digits.test:80:127.0.0.1:$http" "$@"
}

# The address at which Compose publishes the api to this machine.
published() { echo "http://$(compose port api 8501 | sed 's/^0\.0\.0\.0/127.0.0.1/')"; }

files=()
folder=$(mktemp --directory)
settings=$folder/.env
trap clean_up EXIT
cp .env.example "$settings"
if refusal=$(compose config 2>&1 >/dev/null); then fail "Compose accepts .env.example without a password."; fi
grep --quiet --fixed-strings 'openssl rand -hex 24' <<<"$refusal" || fail "the error of Compose does not explain how to generate a password: $refusal"
for name in POSTGRES API_DATABASE; do sed -i "s/^${name}_PASSWORD=$/&$(openssl rand -hex 24)/" "$settings"; done
compose down --volumes --remove-orphans >/dev/null 2>&1 || true

say "Building"
compose build
docker image ls --format '{{.Repository}} {{.Size}}' | grep '^digits-' | sed 's|^|   |'
say "Starting"
start
expect_defaults
expect_licences api
expect_licences model ../libtorch/LICENSE
say "The images hold the licences"

say "Drawing and labelling at $address"
ask "$address/" >/dev/null
drawn=$(ask --header "$json" --data @examples/eight.json "$address/predict" | field id)
uploaded=$(ask --form file=@examples/eight.png "$address/predict" | field id)
ask --request PUT --header "$json" --data '{"true_label": 8}' "$address/api/v1/predictions/$drawn/label" >/dev/null
expect_rows "after drawing"
[ "$(status "$address/api/v1/predictions/$drawn")" = 404 ] || fail "another visitor sees the drawing."

say "The first operator comes from the command line"
invitation=$(compose exec -T api api user invite ada --role operator) || fail "api user invite failed."
ask --data-urlencode "code=$(tail -n 1 <<<"$invitation")" --data-urlencode "password=correct horse battery" "$address/invitation"
ask "$address/people" | grep --quiet ada || fail "the operator does not see the people."

say "The service token rotates while the api runs"
compose run --rm --no-deps service-tokens token rotate-service || fail "api token rotate-service failed."
[ "$(compose cp api:/run/service-tokens/tokens - | tar --extract --to-stdout | grep --count dgt_)" = 2 ] || fail "the api does not see two service tokens."

say "The owner removes metadata from stored images"
compose run --rm --no-deps migrate strip-metadata || fail "strip-metadata failed."

compose restart --timeout 20 >/dev/null 2>&1
locate
expect_rows "after a restart"

compose down --timeout 20 >/dev/null 2>&1
start
expect_rows "after the containers were replaced"

[ "$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' "$address/metrics")" = 404 ] ||
  fail "the published port shows the metrics."
[ "$(compose ps --format '{{.Publishers}}' | grep -c ' [1-9][0-9]* tcp')" = 1 ] || fail "more ports than that of the page are published."
expect_https
say "The Compose setup works"
