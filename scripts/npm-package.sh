#!/usr/bin/env bash
# Downloads an npm package into the per-user cache, once for each version, verifies its hash and prints its folder.
#
#   scripts/npm-package.sh NAME VERSION SHA512
set -euo pipefail

name=$1 version=$2 sum=$3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits
# The package @scope/name is in the file scope-name-version.tgz.
file=${name#@}
file=${file//\//-}-$version
target=$cache/$file

fail() { echo "npm-package.sh: $*" >&2; exit 1; }

if [ ! -e "$target" ]; then
  echo "Downloading $name $version into $target" >&2
  mkdir -p "$cache"
  work=$(mktemp --directory "$cache/.$file.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  npm pack --silent --pack-destination "$work" "$name@$version" >/dev/null ||
    fail "the download failed (see above). It needs a network connection, once, and npm."
  echo "$sum  $work/$file.tgz" | sha512sum --check --status ||
    fail "the SHA-512 of the download differs from the pinned hash of $name $version."
  mkdir "$work/ready"
  tar --extract --gzip --file "$work/$file.tgz" --directory "$work/ready" --strip-components 1
  # Rename the complete folder into place, so that an interrupted run leaves no partial result.
  mv -T "$work/ready" "$target" 2>/dev/null || [ -e "$target" ]
fi
echo "$target"
