#!/usr/bin/env bash
# The compiler checks the program's SQL against descriptions of its queries in .sqlx/. This script generates the
# descriptions from a temporary database with all migrations, or checks that they are up to date.
#
#   scripts/sqlx.sh prepare      write .sqlx/
#   scripts/sqlx.sh check        fail if `prepare` would change .sqlx/
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "sqlx.sh: $*" >&2; exit 1; }

case ${1:-} in
  prepare) flags=() ;;
  check) flags=(--check) ;;
  *) fail "usage: prepare or check" ;;
esac

scripts/setup.sh test

# The tool must have the same version as the library. It is built once into the per-user cache.
version=$(sed -n '/^name = "sqlx"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
tool=$(scripts/cargo-tool.sh sqlx-cli "$version" --no-default-features --features postgres)

PATH=$tool/bin:$PATH scripts/postgres.sh with bash -ec '
  cargo sqlx migrate run
  cargo sqlx prepare --workspace "$@" -- --package api --all-targets --locked
' sqlx "${flags[@]}"
