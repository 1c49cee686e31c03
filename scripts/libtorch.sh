#!/usr/bin/env bash
# Downloads LibTorch (the C++ library of PyTorch, CPU only) as part of the PyTorch wheel into a per-user cache, and
# links it as .libtorch, the path in .cargo/config.toml. A second clone downloads nothing.
#
#   scripts/libtorch.sh            cache and link
#   LIBTORCH_CACHE=<dir>           use this cache instead of ~/.cache/digits
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(dirname "$here")
machine=$(uname -m)
version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$here/libtorch.txt")
cache=${LIBTORCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/digits}
target=$cache/libtorch-$version-$machine

fail() { echo "libtorch.sh: $*" >&2; exit 1; }

case $machine in x86_64 | aarch64) ;; *) fail "LibTorch $version is published for x86_64 and aarch64, not for $machine." ;; esac

download() { # folder: the pinned wheels, whatever Python is installed here (the C++ libraries are the same for all)
  local platforms=() tag
  for tag in manylinux_2_28 manylinux_2_25 manylinux_2_17 manylinux2014; do platforms+=(--platform "${tag}_$machine"); done
  python3 -m pip download --quiet --no-deps --no-cache-dir --require-hashes --only-binary=:all: \
    --python-version 3.12 --implementation cp --abi cp312 --abi none "${platforms[@]}" \
    --dest "$1" --requirement "$here/libtorch.txt" ||
    fail "the download failed (see above). It needs a network connection, about 540 MB once, and pip (Debian: python3-pip)."
}

unpack() { # wheels, into: headers and CPU libraries, without what only a GPU or Python would use
  unzip -q "$1/torch-*.whl" 'torch/include/*' 'torch/lib/*' 'torch-*/licenses/*' \
    -x 'torch/lib/*cuda*' 'torch/lib/*nvrtc*' 'torch/lib/*nvshmem*' 'torch/lib/*python.so' 'torch/lib/libshm*' 'torch/lib/*global_deps.so' -d "$1/torch"
  unzip -qj "$1/nvidia_cuda_runtime-*.whl" '*/libcudart.so.13' -d "$1/torch/torch/lib"
  unzip -qj "$1/nvidia_cuda_cupti-*.whl" '*/libcupti.so.13' -d "$1/torch/torch/lib"
  mkdir -p "$2"
  mv "$1/torch/torch/include" "$1/torch/torch/lib" "$1/torch/torch-$version.dist-info/licenses" "$2/"
  # The wheel's libtorch.so requires the CUDA half. This linker script of one line replaces it.
  echo 'INPUT(-ltorch_cpu)' >"$2/lib/libtorch.so"
  # Only a linker of LibTorch itself would need these symbols: a fifth of the file.
  strip --strip-unneeded "$2/lib/libtorch_cpu.so"
}

if [ ! -e "$target/lib/libtorch_cpu.so" ]; then
  for tool in python3 unzip strip; do command -v "$tool" >/dev/null || fail "$tool is missing (Debian: apt install python3-pip unzip binutils)."; done
  echo "Downloading LibTorch $version for $machine (about 540 MB, once) into $target"
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/.libtorch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  download "$work"
  unpack "$work" "$work/ready"
  # Rename the complete folder into place, so that an interrupted run leaves no partial result.
  mv -T "$work/ready" "$target" 2>/dev/null || [ -e "$target/lib/libtorch_cpu.so" ]
fi
ln -sfn "$target" "$project/.libtorch"
