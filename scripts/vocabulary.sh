#!/usr/bin/env bash
# Finds replaced names (scripts/vocabulary.txt) in the files of the repository.
#
#   scripts/vocabulary.sh
set -euo pipefail

cd "$(dirname "$0")/.."
# Applied migrations never change. The changelog, and tests of an older database, must use the old names.
exempt=(':!migrations' ':!CHANGELOG.md' ':!scripts/vocabulary.*' ':!crates/system-tests/tests/system/migrations.rs'
  ':!crates/system-tests/tests/system/quality.rs' ':!crates/system-tests/tests/data' ':!web/static/*deletion-tokens.js' ':!crates/system-tests/tests/system/withdrawal.rs'
  ':!*.png' ':!*.json' ':!*.html' ':!Cargo.lock')
found=
while IFS=$'\t' read -r pattern instead; do
  case $pattern in '' | '#'*) continue ;; esac
  if git grep --line-number --perl-regexp -e "$pattern" -- "${exempt[@]}"; then
    echo "^ $pattern: write $instead"
    found=yes
  fi
done <scripts/vocabulary.txt
[ -z "$found" ] || { echo "vocabulary.sh: the names above are replaced. Use the field's terms." >&2; exit 1; }
