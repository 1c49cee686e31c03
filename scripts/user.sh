#!/usr/bin/env bash
# Invites a person to the digits that `API_ACCESS=accounts make run` runs in this folder. Prints an address and a code,
# with which the person sets a password.
#
#   scripts/user.sh NAME ROLE      ROLE is labeller or operator
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "user.sh: $*" >&2; exit 1; }

name=${1:-}
role=${2:-}
[ -n "$name" ] && [ -n "$role" ] || fail "name the person and the role: make user name=ada role=operator"
[ -x target/release/api ] || fail "digits is not built yet: make run builds it."
if [ -z "${DATABASE_URL:-}" ]; then
  [ -e .run/postgres ] || fail "digits has no database yet: make run makes it."
  export DATABASE_URL="postgres://digits_api@localhost/digits?host=$(readlink -f .run/postgres)"
  # `make run` writes its address there.
  export PUBLIC_URL=${PUBLIC_URL:-$(cat .run/lock)}
fi
RUST_LOG=warn target/release/api user invite "$name" --role "$role"
