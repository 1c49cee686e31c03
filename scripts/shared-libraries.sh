#!/usr/bin/env bash
# Copies the shared libraries of the system that programs need, the loader included, into a folder, under their own paths.
# An image that starts from nothing then runs the programs.
#
#   scripts/shared-libraries.sh FOLDER PROGRAM...
set -euo pipefail

fail() { echo "shared-libraries.sh: $*" >&2; exit 1; }
[ $# -ge 2 ] || fail "usage: FOLDER PROGRAM..."
folder=$1
shift
mkdir -p "$folder"
for program; do
  libraries=$(ldd "$program") || fail "ldd cannot read $program."
  if missing=$(grep 'not found' <<<"$libraries"); then fail "$program lacks libraries:"$'\n'"$missing"; fi
  # LibTorch, which is not in a folder of the system, has a layer of its own in the image.
  sed -n 's#.*[[:space:]]\(/\(usr/\)\{0,1\}lib[^ ]*\) (.*#\1#p' <<<"$libraries" |
    xargs -r cp --parents --dereference --target-directory "$folder"
done
