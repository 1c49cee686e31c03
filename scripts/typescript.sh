#!/usr/bin/env bash
# Gets TypeScript, which checks the types in web/static, into a per-user cache, and runs it. It writes no JavaScript: the
# pages get the files of web/static as they are. The version is pinned, because each one finds more errors.
#
#   scripts/typescript.sh
set -euo pipefail

cd "$(dirname "$0")/.."
version=5.9.3
sum=8e5d6f6733c38a72ebf5e52ddc9feded5e8580d130f508ef04f772b33f4a7d00c3e357d0ac2d98e2f290762694a454f86d795bd511e12e9a7cc2d9ba3394e04b
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits
target=$cache/typescript-$version

fail() { echo "typescript.sh: $*" >&2; exit 1; }

if [ ! -e "$target/lib/tsc.js" ]; then
  echo "Getting TypeScript $version into $target"
  mkdir -p "$cache"
  work=$(mktemp --directory "$cache/.typescript.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  npm pack --silent --pack-destination "$work" "typescript@$version" >/dev/null ||
    fail "the download failed (see above). It needs a network connection, once, and npm."
  echo "$sum  $work/typescript-$version.tgz" | sha512sum --check --status ||
    fail "the download is not TypeScript $version as it was when this was written."
  mkdir "$work/ready"
  tar --extract --gzip --file "$work/typescript-$version.tgz" --directory "$work/ready" --strip-components 1
  # Renamed into place whole, so that an interrupted run leaves nothing that looks finished.
  mv -T "$work/ready" "$target" 2>/dev/null || [ -e "$target/lib/tsc.js" ]
fi
node "$target/lib/tsc.js" --project web
