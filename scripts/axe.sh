#!/usr/bin/env bash
# Gets axe-core, which finds what in a page keeps people out, into a per-user cache and links it as .axe-core, where the
# tests in a browser read it. The version is pinned, because each one knows more rules, and a test must not fail by itself.
#
#   scripts/axe.sh
set -euo pipefail

cd "$(dirname "$0")/.."
version=4.14.1
sum=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits
target=$cache/axe-core-$version

fail() { echo "axe.sh: $*" >&2; exit 1; }

if [ ! -e "$target/axe.min.js" ]; then
  echo "Getting axe-core $version into $target"
  mkdir -p "$cache"
  work=$(mktemp --directory "$cache/.axe-core.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  npm pack --silent --pack-destination "$work" "axe-core@$version" >/dev/null ||
    fail "the download failed (see above). It needs a network connection, once, and npm."
  echo "$sum  $work/axe-core-$version.tgz" | sha512sum --check --status ||
    fail "what came is not axe-core $version as it was when this was written."
  mkdir "$work/ready"
  tar --extract --gzip --file "$work/axe-core-$version.tgz" --directory "$work/ready" --strip-components 1 \
    package/axe.min.js package/LICENSE
  # Renamed into place whole, so that an interrupted run leaves nothing that looks finished.
  mv -T "$work/ready" "$target" 2>/dev/null || [ -e "$target/axe.min.js" ]
fi
ln -sfn "$target" .axe-core
