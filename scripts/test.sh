#!/usr/bin/env bash
# Installs the requirements of the tests, and runs them against a temporary PostgreSQL cluster.
#
#   scripts/test.sh                all tests, those of web/static (scripts/test-web.sh) first
#   scripts/test.sh ARGUMENT...    cargo test ARGUMENT...
#
# The last step searches all logs of the run for secrets (scripts/scan-logs.sh).
#
# Tests with special requirements have `ignore` with the reason "needs …". If the machine meets the requirement, the
# script runs them after the others. Otherwise its last lines name them. With CI=true only the data sets may be missing.
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "test.sh: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

# Succeeds if this machine meets the requirement of a test.
meets() {
  case $1 in
    Chromium) have chromium && have chromedriver ;;
    Firefox) have firefox-esr && [ -x .geckodriver/bin/geckodriver ] ;;
    nginx) have nginx && have openssl ;;
    python3) have python3 ;;
    "the data sets (DIGITS_DATA)") [ -n "${DIGITS_DATA:-}" ] ;;
    *) false ;;
  esac
}

scripts/setup.sh test
is_whole=
if [ $# = 0 ]; then
  is_whole=yes
  scripts/test-web.sh
  set -- --workspace --locked
fi
log=$(mktemp)
trap 'rm "$log"' EXIT
# The tests keep their logs and secrets there.
export TEST_LOGS=$PWD/target/test-logs
rm -rf "$TEST_LOGS"
scripts/postgres.sh with cargo test "$@" | tee "$log"

met=()
skipped=()
while IFS=$'\t' read -r name need; do
  if meets "$need"; then
    met+=("$name")
  elif [ "${CI:-}" = true ] && [[ $need != *DIGITS_DATA* ]]; then
    fail "$name needs $need, which is missing here, and CI=true has it run."
  else
    skipped+=("skipped  $name (it needs $need)")
  fi
done < <(sed -n 's/^test \(.*\) \.\.\. ignored, needs \(.*\)$/\1\t\2/p' "$log")

if [ ${#met[@]} -gt 0 ]; then
  case " $* " in *" -- "*) ;; *) set -- "$@" -- ;; esac
  case " $* " in *" --exact "*) ;; *) set -- "$@" --exact ;; esac # the test runner rejects a second --exact
  scripts/postgres.sh with cargo test "$@" --ignored "${met[@]}"
fi
# A run of a few tests may make no secret.
if [ -n "$is_whole" ] || [ -d "$TEST_LOGS/secrets" ]; then
  scripts/scan-logs.sh "$TEST_LOGS"
fi
[ ${#skipped[@]} = 0 ] || printf '%s\n' "${skipped[@]}"
