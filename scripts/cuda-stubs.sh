#!/usr/bin/env bash
# Replaces the two CUDA libraries that LibTorch is linked with, but does not use on a processor, by empty ones: they have
# the same symbols, and each function returns an error. That saves 5 MB in an image, and NVIDIA's licences.
#
#   scripts/cuda-stubs.sh FOLDER      the folder with LibTorch's libraries
set -euo pipefail

fail() { echo "cuda-stubs.sh: $*" >&2; exit 1; }
[ $# = 1 ] || fail "usage: FOLDER"
cd "$1"
symbols=$(nm --dynamic --undefined-only libtorch_cpu.so)
for library in libcudart libcupti; do
  # LibTorch for another architecture may not need it.
  file=$(readelf --dynamic libtorch_cpu.so | grep --only-matching "$library\.so\.[0-9]*" | head -1) || continue
  code=
  for function in $(sed -n "s/.* \([A-Za-z]*\)@$file$/\1/p" <<<"$symbols"); do
    case $function in
      *ErrorString) code+="const char *$function(void) { return \"CUDA is not available\"; }"$'\n' ;;
      *) code+="int $function(void) { return 999; }"$'\n' ;; # "unknown error" of both libraries
    esac
  done
  [ -n "$code" ] || fail "libtorch_cpu.so uses no symbol of $file."
  cc -shared -fPIC -Os -s -Wl,-soname,"$file" -Wl,--version-script=<(echo "$file { global: *; };") \
    -x c -o "$file" - <<<"$code" || fail "cannot build $file."
done
