#!/usr/bin/env bash
# Prints the licences of a program's crates: each text once, after the crates that it applies to.
#
#   scripts/licences.sh PACKAGE
set -euo pipefail

cd "$(dirname "$0")/.."
package=$1
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src

fail() { echo "licences.sh: $*" >&2; exit 1; }

# List the crates, one per line: name, version and licence. Crates of this workspace have a path, and are excluded.
crates() {
  cargo tree --package "$package" --edges normal --prefix none --locked --format '{p}|{l}' |
    sed -n 's/ (\*)$//; s/^\([^ ]*\) v\([^ |(]*\)\( (proc-macro)\)\{0,1\}|\(.*\)$/\1 \2 \4/p' | sort --unique
}

declare -A users=() texts=()
list=$(crates)
[ -n "$list" ] || fail "cargo lists no crates of $package (see above)."
while read -r name version licence; do
  sources=("$registry"/*/"$name-$version")
  [ -d "${sources[0]}" ] || fail "the source of $name $version is not in $registry. Build $package first."
  mapfile -t files < <(find "${sources[0]}" -maxdepth 1 -type f \
    \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'copyright*' -o -iname 'notice*' -o -iname 'unlicense*' \) | sort)
  [ ${#files[@]} -gt 0 ] || users[none]+="  $name $version: $licence"$'\n'
  for file in "${files[@]}"; do
    sum=$(sha256sum <"$file")
    texts[$sum]=$file
    users[$sum]+="  $name $version: $licence"$'\n'
  done
done <<<"$list"

echo "The crates of $package, and their licences."
for sum in "${!texts[@]}"; do
  printf '\n%s\n\n%s\n' "--------------------------------------------------------------------------------" "${users[$sum]}"
  cat "${texts[$sum]}"
done
[ -z "${users[none]:-}" ] || printf '\n%s\n\nThese crates name their licence without its text:\n\n%s' \
  "--------------------------------------------------------------------------------" "${users[none]}"
