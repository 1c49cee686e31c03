#!/usr/bin/env bash
# Runs the unit tests of web/static (web/tests) with Node's own test runner, which needs no packages.
#
#   scripts/test-web.sh
set -euo pipefail

cd "$(dirname "$0")/.."
# Node 20 is the first version with mocked timers, which the tests of live predictions use.
node --eval 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || {
  echo "test-web.sh: this needs Node 20 or newer on the PATH." >&2
  exit 1
}
# Mocked timers are experimental in Node 20, which prints a warning each time.
node --disable-warning=ExperimentalWarning --test web/tests/*.test.js
