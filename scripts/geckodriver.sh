#!/usr/bin/env bash
# Links geckodriver, which drives Firefox, as .geckodriver, where the tests find it. Debian has no package of it, so this
# builds the pinned version once, into the per-user cache.
#
#   scripts/geckodriver.sh
set -euo pipefail

cd "$(dirname "$0")/.."
folder=$(scripts/cargo-tool.sh geckodriver 0.37.1)
ln -sfn "$folder" .geckodriver
