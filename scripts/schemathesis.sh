#!/usr/bin/env bash
# Tests both services against their OpenAPI documents with Schemathesis. It generates valid and invalid requests from
# each document, and compares each response with the document. The seed is fixed, so that two runs send the same
# requests.
#
#   scripts/schemathesis.sh
#   PROFILE=dev                 the build profile, instead of release
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "schemathesis.sh: $*" >&2; exit 1; }

# Installs Schemathesis into a per-user cache, once for each version of the list.
install() {
  local sum
  sum=$(sha256sum scripts/schemathesis.txt | cut -c 1-12)
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/digits/schemathesis-$sum
  [ ! -e "$environment/ready" ] || return 0
  echo "Downloading Schemathesis into $environment"
  rm -rf "$environment"
  python3 -m venv "$environment" || fail "python3 could not create a virtual environment (see above). Debian needs the package python3-venv."
  "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement scripts/schemathesis.txt ||
    fail "pip could not install Schemathesis (see above). It needs a network connection, once."
  touch "$environment/ready"
}

# Tests one service.
compare() { # name, address
  echo "-- Schemathesis: the $1 service"
  # Schemathesis stores failures in its working folder, and would repeat them in the next run.
  (cd "$folder" && "$environment/bin/schemathesis" --config-file "$config" --no-color run "$2/openapi.json")
}

install
if [ "${1:-}" = beside ]; then
  config=$PWD/scripts/schemathesis.toml
  folder=$(mktemp --directory)
  trap 'rm -rf "$folder"' EXIT
  failed=
  compare model "$MODEL_URL" || failed=yes
  compare api "$API_URL" || failed=yes
  [ -z "$failed" ] || fail "a service does not conform to its OpenAPI document (see above)."
else
  exec scripts/stack.sh scripts/schemathesis.sh beside
fi
