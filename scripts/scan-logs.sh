#!/usr/bin/env bash
# Searches the logs of a test run for the secrets that its tests made, and for what looks like one. Fails with the file,
# the line and the kind of each that it finds.
#
#   scripts/scan-logs.sh FOLDER
#
# The files FOLDER/*.log are the logs. FOLDER/secrets/ has a file for each kind of secret, with one on each line.
set -euo pipefail

fail() { echo "scan-logs.sh: $*" >&2; exit 1; }

folder=${1:?the folder of the logs}
[ -n "$(find "$folder" -maxdepth 1 -name '*.log' -size +0)" ] || fail "$folder holds no log."
[ -n "$(find "$folder/secrets" -type f -size +0)" ] || fail "$folder holds no secrets to search for."

# Prints the places of a kind of secret, without the secret.
search() { # kind, options of grep
  local kind=$1
  shift
  { grep --text --with-filename --line-number "$@" "$folder"/*.log || true; } | cut -d : -f 1,2 | sed "s/\$/: $kind/"
}

found=$({
  for secrets in "$folder"/secrets/*; do
    search "$(basename "$secrets")" --fixed-strings --file "$secrets"
  done
  search "API token" --extended-regexp 'dgt_[0-9a-f]{30,}'
  search cookie --extended-regexp '(session|visitor|known-browser)=[0-9a-f]{8}'
  search "password hash" --fixed-strings '$argon2'
} | sort --unique)
[ -z "$found" ] || fail "the logs hold secrets:"$'\n'"$found"
echo "The logs of the tests hold none of $(cat "$folder"/secrets/* | wc -l) secrets."
