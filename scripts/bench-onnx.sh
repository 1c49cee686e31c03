#!/usr/bin/env bash
# Measures the latency of a model's network in digits and in ONNX Runtime.
#
#   scripts/bench-onnx.sh ARGUMENT...    arguments of bench/beside_onnx_runtime.py, such as a version or --turns 3
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "bench-onnx.sh: $*" >&2; exit 1; }

scripts/setup.sh bench-onnx
cargo build --release --locked --workspace --bin trainer

# Install ONNX Runtime and the other imports into a separate folder, once for each Python and each list of versions.
tag=$(python3 -c 'import sys; print(sys.implementation.cache_tag)')
sum=$(sha256sum bench/requirements.txt | cut -c1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits
packages=$cache/bench-onnx-$sum-$tag
if [ ! -e "$packages" ]; then
  echo "Downloading ONNX Runtime into $packages"
  mkdir -p "$cache"
  work=$(mktemp --directory "$cache/.bench-onnx.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip install --quiet --disable-pip-version-check --only-binary=:all: --target "$work/packages" \
    --requirement bench/requirements.txt || fail "the download failed (see above). It needs a network connection, once."
  # Rename the complete folder into place, so that an interrupted run leaves no partial result.
  mv -T "$work/packages" "$packages" 2>/dev/null || [ -e "$packages" ]
fi
PYTHONPATH=$packages PYTHONDONTWRITEBYTECODE=1 python3 bench/beside_onnx_runtime.py "$@"
