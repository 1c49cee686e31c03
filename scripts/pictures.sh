#!/usr/bin/env bash
# Makes the pictures of the pages in docs/: submits and labels drawings (bench seed-data), makes it look like ten
# weeks (bench/weeks.sql), and has Chromium look at the pages, on a desk and on a phone, light and dark.
#
#   scripts/pictures.sh
set -euo pipefail

cd "$(dirname "$0")/.."

# Looks at a page, and writes what is seen to a file.
look() { # path, file, width,height, light or dark
  local scheme=1
  [ "$4" = light ] || scheme=0
  chromium --headless=new --no-sandbox --no-proxy-server --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
    --virtual-time-budget=3000 --window-size="$3" --blink-settings=preferredColorScheme="$scheme" \
    --screenshot="docs/$2.png" "$API_URL$1" 2>/dev/null
  echo "docs/$2.png"
}

# The answer to one of the ten digits, recorded: its id.
drawn() {
  node --input-type=module -e '
    import { readFileSync } from "node:fs";
    const strokes = JSON.parse(readFileSync("examples/ten-digits.json", "utf8"))[process.argv[1]];
    const body = JSON.stringify({ strokes, width: 280, height: 280 });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${process.env.API_URL}/predict?source=canvas`, { method: "POST", headers, body });
    console.log((await answer.json()).id);' "$1"
}

if [ "${1:-}" = beside ]; then
  target/release/bench seed-data --drawings 2500
  psql "$DATABASE_URL" --quiet --output /dev/null --file bench/weeks.sql
  id=$(drawn 8)
  look "/?shown=$id" page 1280,900 light
  look "/?shown=$id" dark 1280,900 dark
  look "/?shown=$id" phone 390,844 light
  look /history history 1280,900 light
  look /quality quality 1280,1720 light
  look "/drawings/$id" drawing 1280,900 dark
  exit
fi

scripts/setup.sh test
scripts/stack.sh scripts/pictures.sh beside
