#!/usr/bin/env bash
# Builds digits and runs all of it on this machine until Ctrl-C: the database, the model service and the web service.
# A second run is quick and finds the data of the first. Logs, process state and the database lie in .run/.
#
#   DATABASE_URL=<url>          use that PostgreSQL in place of a private one in .run/postgres
#   MIGRATION_DATABASE_URL=<url>   bring its tables up to date as another role, and give that of DATABASE_URL what it needs
#   API_LISTEN=<host:port>      another address for the page than 127.0.0.1:8501
#   MODEL_LISTEN=<host:port>    another address for the model service than 127.0.0.1:8000
#   API_METRICS_LISTEN=<host:port>, MODEL_METRICS_LISTEN=<host:port>
#                               other addresses for their metrics than 127.0.0.1:9501 and 127.0.0.1:9500
set -euo pipefail

cd "$(dirname "$0")/.."
export API_LISTEN=${API_LISTEN:-127.0.0.1:8501}
export MODEL_LISTEN=${MODEL_LISTEN:-127.0.0.1:8000}
api_metrics=${API_METRICS_LISTEN:-127.0.0.1:9501}
model_metrics=${MODEL_METRICS_LISTEN:-127.0.0.1:9500}
export MODEL_URL=http://${MODEL_LISTEN/#0.0.0.0:/127.0.0.1:}
address=http://${API_LISTEN/#0.0.0.0:/127.0.0.1:}

fail() { echo "run.sh: $*" >&2; exit 1; }

ask() { curl --silent --noproxy '*' --output /dev/null --max-time 2 "$@"; }

# Whether anything listens at this address: curl's 7 is "could not connect".
taken() {
  local outcome=0
  ask "$1" || outcome=$?
  [ "$outcome" != 7 ]
}

# Fails where anything listens at this address.
check_free() { # address, the variable that sets it, another address
  ! taken "http://$1" || fail "$1 is in use by another program. Stop that one, or choose another port: $2=$3 make run"
}

# Starts a service in the background, its log in .run/; it also ends where this script is killed outright.
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

# One run per folder. The lock goes with this process, however it ends, so what it starts must not inherit it (9>&-).
mkdir -p .run
exec 9>>.run/lock
flock --nonblock 9 || fail "digits already runs from this folder, at $(cat .run/lock)."
echo "$address" >.run/lock

scripts/setup.sh run
check_free "${address#http://}" API_LISTEN 127.0.0.1:8502
check_free "${MODEL_URL#http://}" MODEL_LISTEN 127.0.0.1:8001
check_free "$api_metrics" API_METRICS_LISTEN 127.0.0.1:9511
check_free "$model_metrics" MODEL_METRICS_LISTEN 127.0.0.1:9510
# The whole workspace's features, as scripts/stack.sh selects them: other ones would compile most packages anew.
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
RUST_LOG=warn target/release/api migrate || fail "the database could not be brought up to date (see above)."
# The web service alone asks the model service, which goes on with its traces.
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
