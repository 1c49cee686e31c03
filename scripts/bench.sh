#!/usr/bin/env bash
# Measures digits on this machine under load, started with an empty database (scripts/stack.sh), and prints the results.
#
#   scripts/bench.sh speed ARGUMENT...       throughput and latency
#   scripts/bench.sh accounts ARGUMENT...    the same beside a second digits with accounts, the "peer", for a visitor
#   scripts/bench.sh swaps ARGUMENT...       switches of the model under load
#   scripts/bench.sh soak ARGUMENT...        memory over a million requests
#   scripts/bench.sh overload ARGUMENT...    responses to more requests than the capacity
#   scripts/bench.sh abuse ARGUMENT...       one address that misuses digits, beside other clients
#   scripts/bench.sh history-latency ARGUMENT...   the latency of the history over a million drawings
#   scripts/bench.sh input-latency ARGUMENT...     the time on the page from the end of a stroke to the painted prediction
#
# The arguments are those of target/release/bench, such as speed --clients 1,16 --seconds 5.
#   ROWS=1000000                    number of drawings in the history
#   PEER_URL=<url>                  a peer to load in turns with digits: POST <url>/predict/, an image in the field "file"
#   PEER_PID=<pid>                  the peer's process, to measure its memory
set -euo pipefail

cd "$(dirname "$0")/.."

if [ "${1:-}" = beside ]; then
  shift
  if [ "${1:-}" = history-latency ]; then
    psql --quiet --output /dev/null --set rows="${ROWS:-1000000}" --file bench/seed-data.sql --command 'vacuum analyze' "$DATABASE_URL"
  fi
  if [ "${1:-}" = abuse ]; then
    INVITATION_CODE=$(RUST_LOG=warn target/release/api user invite ada --role operator | tail -1)
    export INVITATION_CODE
  fi
  exec target/release/bench "$@" --pid "model=$MODEL_PID" --pid "api=$API_PID" ${PEER_PID:+--pid "peer=$PEER_PID"}
fi

# The peer is digits with accounts. Its client has the cookie of a visitor.
if [ "${1:-}" = accounts ]; then
  shift
  API_ACCESS=accounts RATE_LIMITS=false exec scripts/stack.sh scripts/bench.sh beside-accounts "$@"
fi
if [ "${1:-}" = beside-accounts ]; then
  shift
  export PEER_URL=$API_URL PEER_PID=$API_PID PEER_COOKIE=visitor=8e03978e-40d5-43dd-bc93-6894a57f9324 API_ACCESS=open
  set -- speed "$@"
fi

# With accounts, and the load generator as a proxy that names the address of each client.
if [ "${1:-}" = abuse ]; then
  export API_ACCESS=accounts TRUSTED_PROXIES=127.0.0.1
fi

# Prints the processors that this script may use, one per line.
cores() {
  local ranges first last
  IFS=, read -ra ranges <<<"$(taskset --cpu-list --pid $$ | sed 's/.*: //')"
  for range in "${ranges[@]}"; do
    IFS=- read -r first last <<<"$range"
    seq "$first" "${last:-$first}"
  done
}

# The load generator must not take the services' CPU time. On two or more processors, each side gets half of them.
loader=()
mapfile -t all < <(cores)
half=$((${#all[@]} / 2))
if [[ ${1:-} = overload || ${1:-} = abuse ]] && [ "$half" -gt 0 ]; then
  CORES=$(IFS=,; echo "${all[*]:half}")
  loader=(taskset --cpu-list "$(IFS=,; echo "${all[*]:0:half}")")
  export CORES
fi

exec scripts/stack.sh "${loader[@]}" scripts/bench.sh beside "$@"
