#!/usr/bin/env bash
# Builds a program of a crate into the per-user cache, once for each version, and prints its folder.
#
#   scripts/cargo-tool.sh NAME VERSION [ARGUMENT...]   the arguments are those of cargo install
set -euo pipefail

name=$1 version=$2
shift 2
folder=${XDG_CACHE_HOME:-$HOME/.cache}/digits/$name-$version
# Cargo creates this file empty, and writes it last.
if [ ! -s "$folder/.crates.toml" ]; then
  echo "Building $name $version into $folder (once, some minutes)" >&2
  cargo install --quiet --debug "$name" --version "$version" --locked --root "$folder" "$@" >&2 || {
    echo "cargo-tool.sh: $name could not be built (see above). It needs a network connection, once." >&2
    exit 1
  }
fi
echo "$folder"
