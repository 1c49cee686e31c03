#!/usr/bin/env bash
# Links geckodriver, which drives Firefox, as .geckodriver, where the tests find it. Debian has no package of it, so this
# builds the pinned version once, into the per-user cache.
#
#   scripts/geckodriver.sh
set -euo pipefail

cd "$(dirname "$0")/.."
version=0.37.1
folder=${XDG_CACHE_HOME:-$HOME/.cache}/digits/geckodriver-$version
if [ ! -x "$folder/bin/geckodriver" ]; then
  echo "Building geckodriver $version into $folder (once, some minutes)"
  cargo install --quiet --debug geckodriver --version "$version" --locked --root "$folder" || {
    echo "geckodriver.sh: geckodriver could not be built (see above). It needs a network connection, once." >&2
    exit 1
  }
fi
ln -sfn "$folder" .geckodriver
