#!/usr/bin/env bash
# Installs the requirements of the tests, and runs them against a temporary PostgreSQL cluster.
#
#   scripts/test.sh                all tests, those of web/static (scripts/test-web.sh) first
#   scripts/test.sh ARGUMENT...    cargo test ARGUMENT...
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh test

# Ubuntu has no browser package. There, the script skips the browser tests, with a message.
without_browser=
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  without_browser=yes
  export DIGITS_TEST_WITHOUT_BROWSER=yes
fi

if [ $# = 0 ]; then
  scripts/test-web.sh
  set -- --workspace --locked
fi
scripts/postgres.sh with cargo test "$@"
[ -z "$without_browser" ] ||
  echo "Not run: the end-to-end tests in a browser. They need chromium and chromedriver on the PATH."
