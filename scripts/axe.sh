#!/usr/bin/env bash
# Downloads axe-core, which finds accessibility faults, and links it as .axe-core for the browser tests. The version is
# pinned, since new versions have more rules, which could make a test fail without a change of the code.
#
#   scripts/axe.sh
set -euo pipefail

cd "$(dirname "$0")/.."
sum=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
folder=$(scripts/npm-package.sh axe-core 4.14.1 "$sum")
ln -sfn "$folder" .axe-core
