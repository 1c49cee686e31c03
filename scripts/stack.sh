#!/usr/bin/env bash
# Builds digits, starts all services with an empty database on free ports, runs a command, stops the services, and
# deletes the data. The command gets API_URL, MODEL_URL, API_METRICS_URL, MODEL_METRICS_URL, API_PID and MODEL_PID.
#
#   scripts/stack.sh COMMAND...
#   CORES=0,2-3                 processors for the services and the database, instead of all
#   PROFILE=dev                 the build profile, instead of release
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "stack.sh: $*" >&2; exit 1; }
ask() { curl --silent --fail --noproxy '*' --output /dev/null --max-time 2 "$@"; }
now() { date +%s%3N; }
on_cores=()
[ -z "${CORES:-}" ] || on_cores=(taskset --cpu-list "$CORES")

scripts/setup.sh run
profile=${PROFILE:-release}
cargo build --profile "$profile" --locked --workspace --bin api --bin model --bin bench
case $profile in dev) binaries=target/debug ;; *) binaries=target/$profile ;; esac

folder=$(mktemp --directory /tmp/digits-stack.XXXXXX)
chmod 755 "$folder" # PostgreSQL may run as another user, who needs access
MODEL_PID='' API_PID=''
stop() {
  kill $MODEL_PID $API_PID 2>/dev/null || true
  wait
  scripts/postgres.sh stop "$folder/postgres"
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

# Prints an address that a service logged.
logged() { # service, what is there
  sed -n "s/.*$2 on \(http:[^ ]*\).*/\1/p" "$folder/$1.log"
}

# Starts a service, waits until it is ready, and prints how long that took. Sets $pid, $address and $metrics.
start() {
  local started
  started=$(now)
  : >"$folder/$1.log"
  DATABASE_URL=$service_url "${on_cores[@]}" setpriv --pdeathsig TERM "$binaries/$1" 2>>"$folder/$1.log" &
  pid=$!
  until address=$(logged "$1" listening) && [ -n "$address" ] && ask "$address/readyz"; do
    kill -0 $pid 2>/dev/null || { cat "$folder/$1.log" >&2; fail "the $1 service ended unexpectedly. Its log is above."; }
    [ $(($(now) - started)) -lt 60000 ] || { cat "$folder/$1.log" >&2; fail "the $1 service was not ready within a minute. Its log is above."; }
    sleep 0.01
  done
  metrics=$(logged "$1" metrics)
  echo "$1: ready after $(($(now) - started)) ms"
}

# The services log their addresses and errors, but not every request.
export NO_COLOR=1 RUST_LOG=warn,api=info,model=info
export API_ACCESS=${API_ACCESS:-open}
export API_LISTEN=127.0.0.1:0 MODEL_LISTEN=127.0.0.1:0 METRICS_LISTEN=127.0.0.1:0
# The command may change the models, so it gets a copy.
mkdir "$folder/models"
cp -r models/champion "models/$(cat models/champion)" "$folder/models"
export MODEL_DIR=$folder/models
# The command gets the address of the owner role; the web service gets a role that owns nothing.
DATABASE_URL=$("${on_cores[@]}" scripts/postgres.sh start "$folder/postgres")
export DATABASE_URL
service_url=${DATABASE_URL/digits@/digits_api@}
RUST_LOG=warn "$binaries/api" migrate --database-url "$service_url" --migration-database-url "$DATABASE_URL"
# Only the web service calls the model service, which continues its traces.
TRUST_TRACE_CONTEXT=true start model
MODEL_PID=$pid MODEL_URL=$address MODEL_METRICS_URL=$metrics
export MODEL_PID MODEL_URL MODEL_METRICS_URL
start api
API_PID=$pid API_URL=$address API_METRICS_URL=$metrics
export API_PID API_URL API_METRICS_URL

echo
"$@"
