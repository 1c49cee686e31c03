#!/usr/bin/env bash
# Checks the types in web/static with TypeScript. It writes no JavaScript: browsers load the files of web/static
# unchanged. The version is pinned, since new versions find more errors.
#
#   scripts/typescript.sh
set -euo pipefail

cd "$(dirname "$0")/.."
sum=8e5d6f6733c38a72ebf5e52ddc9feded5e8580d130f508ef04f772b33f4a7d00c3e357d0ac2d98e2f290762694a454f86d795bd511e12e9a7cc2d9ba3394e04b
folder=$(scripts/npm-package.sh typescript 5.9.3 "$sum")
node "$folder/lib/tsc.js" --project web
