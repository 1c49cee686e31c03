#!/usr/bin/env bash
# Installs Node if it is missing, and runs the unit tests of web/static (web/tests) with Node's own test runner, which
# needs no packages.
#
#   scripts/test-web.sh
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh test-web
# Mocked timers are experimental in Node 20, which prints a warning each time.
node --disable-warning=ExperimentalWarning --test web/tests/*.test.js
