#!/usr/bin/env bash
# Runs the unit tests of web/static (web/tests) with Node's own runner, which needs no packages.
#
#   scripts/test-web.sh
set -euo pipefail

cd "$(dirname "$0")/.."
# Node 20 is the first with the mocked timers that the tests of live answers use.
node --eval 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || {
  echo "test-web.sh: this needs Node 20 or newer on the PATH." >&2
  exit 1
}
# The mocked timers are experimental in Node 20, which warns of them each time.
node --disable-warning=ExperimentalWarning --test web/tests/*.test.js
