#!/usr/bin/env bash
# Loads digits on this machine, started anew with an empty database (scripts/stack.sh), and says how it fared.
#
#   scripts/bench.sh speed ARGUMENT...       how fast it is
#   scripts/bench.sh swaps ARGUMENT...       whether the model can be exchanged meanwhile
#   scripts/bench.sh soak ARGUMENT...        whether memory stays as it is
#   scripts/bench.sh overload ARGUMENT...    what becomes of too much
#
# The arguments are those of target/release/bench, such as speed --clients 1,16 --seconds 5.
#   PEER_URL=<url>                  a peer to load in turns with digits: POST <url>/predict/, a picture in the field "file"
#   PEER_PID=<pid>                  its process, to tell its memory
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck disable=SC2016 # the variables are those of scripts/stack.sh
exec scripts/stack.sh bash -c \
  'exec target/release/bench "$@" --pid "model=$MODEL_PID" --pid "api=$API_PID" ${PEER_PID:+--pid "peer=$PEER_PID"}' bench "$@"
