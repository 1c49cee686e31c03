#!/usr/bin/env bash
# Finds names that were given up for those of the field (scripts/vocabulary.txt) in the files of the repository.
#
#   scripts/vocabulary.sh
set -euo pipefail

cd "$(dirname "$0")/.."
# Applied migrations are never edited; the changelog, and tests of an older database, have to name what was.
exempt=(':!migrations' ':!CHANGELOG.md' ':!scripts/vocabulary.*' ':!crates/system-tests/tests/system/migrations.rs'
  ':!crates/system-tests/tests/system/quality.rs' ':!crates/system-tests/tests/data' ':!web/static/*deletion-tokens.js' ':!crates/system-tests/tests/system/regret.rs'
  ':!*.png' ':!*.json' ':!*.html' ':!Cargo.lock')
found=
while IFS=$'\t' read -r pattern instead; do
  case $pattern in '' | '#'*) continue ;; esac
  if git grep --line-number --perl-regexp -e "$pattern" -- "${exempt[@]}"; then
    echo "^ $pattern: write $instead"
    found=yes
  fi
done <scripts/vocabulary.txt
[ -z "$found" ] || { echo "vocabulary.sh: the names above were given up. Write the field's." >&2; exit 1; }
