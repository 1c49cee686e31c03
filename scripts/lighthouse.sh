#!/usr/bin/env bash
# Runs Lighthouse on each page as a phone and as a desktop computer, and prints the scores. It fails if a score is below
# 100 for accessibility, 100 for best practices or 95 for performance.
#
#   scripts/lighthouse.sh
set -euo pipefail

cd "$(dirname "$0")/.."
# The version is pinned, since each version scores differently. This is the last one for Debian's Node.js.
version=12.8.2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits
target=$cache/lighthouse-$version

fail() { echo "lighthouse.sh: $*" >&2; exit 1; }

# Scores a page of stack.sh as a phone or a desktop, and writes Lighthouse's report to a file.
judge() { # phone or desktop, path, file
  local preset=()
  [ "$1" = phone ] || preset=(--preset=desktop)
  CHROME_PATH=$(command -v chromium) "$target/node_modules/.bin/lighthouse" "$API_URL$2" --quiet "${preset[@]}" \
    --only-categories=performance,accessibility,best-practices --output=json --output-path="$3" \
    --chrome-flags="--headless=new --no-sandbox --no-proxy-server --disable-dev-shm-usage"
}

if [ "${1:-}" = beside ]; then
  target/release/bench seed-data --drawings 500
  id=$(curl --silent --noproxy '*' "$API_URL/api/v1/predictions?limit=1" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  files=()
  for path in / /history "/drawings/$id" /label /quality; do
    page=$(cut --delimiter=/ --fields=2 <<<"$path")
    for device in phone desktop; do
      files+=("$2/${page:-draw} $device.json")
      judge "$device" "$path" "${files[-1]}"
    done
  done
  node scripts/lighthouse.mjs "${files[@]}"
  exit
fi

scripts/setup.sh lighthouse
if [ ! -e "$target" ]; then
  echo "Downloading Lighthouse $version into $target"
  mkdir -p "$cache"
  work=$(mktemp --directory "$cache/.lighthouse.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  npm install --silent --no-audit --no-fund --prefix "$work" "lighthouse@$version" ||
    fail "the download failed (see above). It needs a network connection, once."
  # Rename the complete folder into place, so that an interrupted run leaves no partial result.
  mv -T "$work" "$target" 2>/dev/null || [ -e "$target" ]
fi
reports=$(mktemp --directory)
trap 'rm -rf "$reports"' EXIT
scripts/stack.sh scripts/lighthouse.sh beside "$reports"
