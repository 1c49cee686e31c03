#!/usr/bin/env bash
# Runs every check of digits. The machine needs only Rust; the script installs the other requirements. Its last lines
# list the checks and the duration of each.
#
#   scripts/check.sh
#   CI=true                     fail if a browser or python3 is missing, instead of skipping the tests that need it
#   DIGITS_DATA=<folder>        also run the tests that need the data sets (mnist, pen, omniglot)
#   ADVISORY_DB=<folder>        use this copy of the RustSec advisory database instead of downloading it
set -euo pipefail

cd "$(dirname "$0")/.."
report=()
current=
output=$(mktemp)

summary() {
  outcome=$?
  rm "$output"
  echo
  echo "== Summary"
  printf '%s\n' "${report[@]}"
  [ "$outcome" = 0 ] || echo "FAILED   $current"
  [ "$outcome" != 0 ] || echo "All checks passed in $((SECONDS / 60)) min."
}
trap summary EXIT

step() { # name, command
  local started=$SECONDS
  current=$1
  shift
  echo
  echo "== $current"
  "$@" </dev/null | tee "$output"
  report+=("passed   $current ($((SECONDS - started)) s)")
  # Tests that did not run, by name.
  mapfile -t -O ${#report[@]} report < <(grep '^skipped  ' "$output")
}

step setup scripts/setup.sh test
step "lint (names, TypeScript, rustfmt, Clippy)" make lint
step "audit (licences, sources, advisories)" make audit
step sqlx-check make sqlx-check
step test make test
# This check reuses the build of the tests.
PROFILE=dev step schemathesis make schemathesis
if docker info >/dev/null 2>&1; then
  step compose-test make compose-test
else
  report+=("skipped  compose-test (no Docker engine answers here)")
fi
