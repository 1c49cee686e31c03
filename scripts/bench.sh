#!/usr/bin/env bash
# Loads digits on this machine, started anew with an empty database (scripts/stack.sh), and says how it fared.
#
#   scripts/bench.sh speed ARGUMENT...       how fast it is
#   scripts/bench.sh swaps ARGUMENT...       whether the model can be exchanged meanwhile
#   scripts/bench.sh soak ARGUMENT...        whether memory stays as it is
#   scripts/bench.sh overload ARGUMENT...    what becomes of too much
#   scripts/bench.sh history-latency ARGUMENT...   the latency of the history over a million drawings
#   scripts/bench.sh input-latency ARGUMENT...     the time on the page from the end of a drawing to the painted answer
#
# The arguments are those of target/release/bench, such as speed --clients 1,16 --seconds 5.
#   ROWS=1000000                    how many drawings the history holds
#   PEER_URL=<url>                  a peer to load in turns with digits: POST <url>/predict/, a picture in the field "file"
#   PEER_PID=<pid>                  its process, to tell its memory
set -euo pipefail

cd "$(dirname "$0")/.."

if [ "${1:-}" = beside ]; then
  shift
  if [ "${1:-}" = history-latency ]; then
    psql --quiet --output /dev/null --set rows="${ROWS:-1000000}" --file bench/seed-data.sql --command 'vacuum analyze' "$DATABASE_URL"
  fi
  exec target/release/bench "$@" --pid "model=$MODEL_PID" --pid "api=$API_PID" ${PEER_PID:+--pid "peer=$PEER_PID"}
fi

# The processors that this program may use, one a line.
cores() {
  local ranges first last
  IFS=, read -ra ranges <<<"$(taskset --cpu-list --pid $$ | sed 's/.*: //')"
  for range in "${ranges[@]}"; do
    IFS=- read -r first last <<<"$range"
    seq "$first" "${last:-$first}"
  done
}

# Too much must come from elsewhere, or it keeps from the services what they would need to bear it: where there are two
# processors, each side gets its half.
loader=()
mapfile -t all < <(cores)
half=$((${#all[@]} / 2))
if [ "${1:-}" = overload ] && [ "$half" -gt 0 ]; then
  CORES=$(IFS=,; echo "${all[*]:half}")
  loader=(taskset --cpu-list "$(IFS=,; echo "${all[*]:0:half}")")
  export CORES
fi

exec scripts/stack.sh "${loader[@]}" scripts/bench.sh beside "$@"
