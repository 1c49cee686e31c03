#!/usr/bin/env bash
# Makes the screenshots in docs/. It submits and labels drawings (bench seed-data), spreads them over ten weeks
# (bench/weeks.sql), and opens the pages in Chromium, at desktop and phone size, light and dark.
#
#   scripts/pictures.sh
set -euo pipefail

cd "$(dirname "$0")/.."

# Opens a page and writes a screenshot to a file.
look() { # path, file, width,height, light or dark
  local scheme=1
  [ "$4" = light ] || scheme=0
  chromium --headless=new --no-sandbox --no-proxy-server --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
    --virtual-time-budget=3000 --window-size="$3" --blink-settings=preferredColorScheme="$scheme" \
    --screenshot="docs/$2.png" "$API_URL$1" 2>/dev/null
  echo "docs/$2.png"
}

# Submits one of the ten digits, and prints the id of its prediction.
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
