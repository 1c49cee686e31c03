#!/usr/bin/env bash
# Builds digits and runs all of it on this machine until Ctrl-C: the database, the model service and the web service. A
# second run starts quickly and keeps the data. Logs, process state and the database are in .run/.
#
#   DATABASE_URL=<url>          use this PostgreSQL instead of a private one in .run/postgres
#   MIGRATION_DATABASE_URL=<url>   apply migrations as this role, and grant the role of DATABASE_URL its rights
#   API_LISTEN=<host:port>      address of the page instead of 127.0.0.1:8501
#   API_ACCESS=accounts         visitors see their own drawings, and people log in (default: open)
#   MODEL_LISTEN=<host:port>    address of the model service instead of 127.0.0.1:8000
#   API_METRICS_LISTEN=<host:port>, MODEL_METRICS_LISTEN=<host:port>
#                               addresses of the metrics instead of 127.0.0.1:9501 and 127.0.0.1:9500
set -euo pipefail

cd "$(dirname "$0")/.."
export API_LISTEN=${API_LISTEN:-127.0.0.1:8501}
# On one machine, everybody may do everything.
export API_ACCESS=${API_ACCESS:-open}
export MODEL_LISTEN=${MODEL_LISTEN:-127.0.0.1:8000}
api_metrics=${API_METRICS_LISTEN:-127.0.0.1:9501}
model_metrics=${MODEL_METRICS_LISTEN:-127.0.0.1:9500}
export MODEL_URL=http://${MODEL_LISTEN/#0.0.0.0:/127.0.0.1:}
address=http://${API_LISTEN/#0.0.0.0:/127.0.0.1:}

fail() { echo "run.sh: $*" >&2; exit 1; }

ask() { curl --silent --noproxy '*' --output /dev/null --max-time 2 "$@"; }

# Checks that a program listens at this address: curl's exit status 7 means "could not connect".
taken() {
  local outcome=0
  ask "$1" || outcome=$?
  [ "$outcome" != 7 ]
}

# Fails if a program listens at this address.
check_free() { # address, the variable that sets it, another address
  ! taken "http://$1" || fail "$1 is in use by another program. Stop that one, or choose another port: $2=$3 make run"
}

# Starts a service in the background, with its log in .run/. The service also ends if this script is killed.
launch() { # service, VARIABLE=VALUE...
  env "${@:2}" setpriv --pdeathsig TERM "target/release/$1" >".run/$1.log" 2>&1 9>&- &
}

gave_up() { # service, what it did
  tail -n 15 ".run/$1.log" >&2
  fail "the $1 service $2. The end of its log (.run/$1.log) is above."
}

check_alive() {
  kill -0 "$model" 2>/dev/null || gave_up model "ended by itself"
  kill -0 "$api" 2>/dev/null || gave_up api "ended by itself"
}

stop() {
  trap '' INT TERM HUP
  kill $model $api 2>/dev/null || true
  wait
  [ -z "$private" ] || scripts/postgres.sh stop .run/postgres
  echo "Stopped."
}

# One run per folder. The lock ends with this process, so its child processes must not inherit it (9>&-).
mkdir -p .run
exec 9>>.run/lock
flock --nonblock 9 || fail "digits already runs from this folder, at $(cat .run/lock)."
echo "$address" >.run/lock

scripts/setup.sh run
check_free "${address#http://}" API_LISTEN 127.0.0.1:8502
check_free "${MODEL_URL#http://}" MODEL_LISTEN 127.0.0.1:8001
check_free "$api_metrics" API_METRICS_LISTEN 127.0.0.1:9511
check_free "$model_metrics" MODEL_METRICS_LISTEN 127.0.0.1:9510
# Select the features of the whole workspace, like scripts/stack.sh; others would compile most packages again.
cargo build --release --locked --workspace --bin api --bin model || fail "the build failed (see above). The first one needs a network connection."

private='' model='' api=''
trap stop EXIT
trap 'exit 0' INT TERM HUP
if [ -z "${DATABASE_URL:-}" ]; then
  private=yes
  MIGRATION_DATABASE_URL=$(scripts/postgres.sh start .run/postgres 9>&-)
  DATABASE_URL=${MIGRATION_DATABASE_URL/digits@/digits_api@}
  export MIGRATION_DATABASE_URL DATABASE_URL
fi
RUST_LOG=warn target/release/api migrate || fail "the migrations of the database failed (see above)."
# The model service and the trainer call the web service with this token.
export SERVICE_TOKENS_FILE=${SERVICE_TOKENS_FILE:-$PWD/.run/service-tokens}
RUST_LOG=warn target/release/api token rotate-service --if-missing >/dev/null || fail "the service token could not be made (see above)."
# Only the web service calls the model service, which continues its traces.
launch model METRICS_LISTEN="$model_metrics" TRUST_TRACE_CONTEXT=true
model=$!
launch api METRICS_LISTEN="$api_metrics"
api=$!

for _ in $(seq 120); do
  ! ask --fail "$address/readyz" || break
  check_alive
  sleep 0.5
done
ask --fail "$address/readyz" || gave_up api "was not ready within a minute"

echo
echo "digits is ready: $address"
echo "Ctrl-C stops it. Logs: .run/model.log and .run/api.log."
wait -n "$model" "$api" || true
check_alive
