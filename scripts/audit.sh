#!/usr/bin/env bash
# Checks the dependencies: their licences, sources and bans (cargo-deny, deny.toml), and known vulnerabilities
# (cargo-audit). Both tools are pinned, and built once into the per-user cache.
#
#   scripts/audit.sh
#   ADVISORY_DB=<folder>        use this copy of the RustSec advisory database instead of downloading it
#   WITHOUT_ADVISORIES=yes      skip the known vulnerabilities, with a message, where the database is unavailable
set -euo pipefail

cd "$(dirname "$0")/.."

fail() { echo "audit.sh: $*" >&2; exit 1; }

scripts/setup.sh audit
deny=$(scripts/cargo-tool.sh cargo-deny 0.20.2)
"$deny/bin/cargo-deny" --locked check licenses bans sources
if [ -n "${WITHOUT_ADVISORIES:-}" ]; then
  echo "Not checked: known vulnerabilities (WITHOUT_ADVISORIES is set)."
  exit
fi
audit=$(scripts/cargo-tool.sh cargo-audit 0.22.2)/bin/cargo-audit
if [ -n "${ADVISORY_DB:-}" ]; then
  "$audit" audit --db "$ADVISORY_DB" --no-fetch --stale
else
  "$audit" audit || fail "the audit failed (see above). Without a network connection, set ADVISORY_DB to a copy of the advisory database."
fi
