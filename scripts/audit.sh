#!/usr/bin/env bash
# Checks the dependencies: their licences, sources and bans (cargo-deny, deny.toml), and known vulnerabilities
# (cargo-audit). Both tools are pinned, and built once into the per-user cache.
#
#   scripts/audit.sh
#   ADVISORY_DB=<folder>        use this copy of the RustSec advisory database instead of downloading it
#   WITHOUT_ADVISORIES=yes      skip the known vulnerabilities, with a message, where the database is unavailable
set -euo pipefail

cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits

fail() { echo "audit.sh: $*" >&2; exit 1; }

# Builds a tool unless the cache has it, and sets $tool to its program.
get() { # name, version
  local folder=$cache/$1-$2
  tool=$folder/bin/$1
  if [ ! -x "$tool" ]; then
    echo "Building $1 $2 into $folder (once, some minutes)"
    cargo install --quiet --debug "$1" --version "$2" --locked --root "$folder" ||
      fail "$1 could not be built (see above). It needs a network connection, once."
  fi
}

scripts/setup.sh audit
get cargo-deny 0.20.2
"$tool" --locked check licenses bans sources
if [ -n "${WITHOUT_ADVISORIES:-}" ]; then
  echo "Not checked: known vulnerabilities (WITHOUT_ADVISORIES is set)."
  exit
fi
get cargo-audit 0.22.2
if [ -n "${ADVISORY_DB:-}" ]; then
  "$tool" audit --db "$ADVISORY_DB" --no-fetch --stale
else
  "$tool" audit || fail "the audit failed (see above). Without a network connection, set ADVISORY_DB to a copy of the advisory database."
fi
