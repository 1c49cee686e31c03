#!/usr/bin/env bash
# Runs the tests, installing what they lack, against a throw-away PostgreSQL cluster.
#
#   scripts/test.sh                all tests, those of web/static (scripts/test-web.sh) first
#   scripts/test.sh ARGUMENT...    cargo test ARGUMENT...
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/setup.sh test

# Where no browser can be had (Ubuntu), all but the tests that need it run, and this says so.
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
  echo "Not run: the end-to-end tests in a browser. They need chromium and chromedriver on the PATH, which are not packages here."
