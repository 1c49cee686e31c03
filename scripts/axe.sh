#!/usr/bin/env bash
# Links axe-core, which finds barriers in a page, as .axe-core, where the tests in a browser read it. The version is pinned,
# because each one knows more rules, and a test must not fail by itself.
#
#   scripts/axe.sh
set -euo pipefail

cd "$(dirname "$0")/.."
sum=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
folder=$(scripts/npm-package.sh axe-core 4.14.1 "$sum")
ln -sfn "$folder" .axe-core
