#!/usr/bin/env bash
# Searches the workflows of .github/ for security flaws with zizmor, which needs no network for that.
#
#   scripts/workflows.sh
set -euo pipefail

cd "$(dirname "$0")/.."
fail() { echo "workflows.sh: $*" >&2; exit 1; }
version=1.32.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/digits/zizmor-$version

if [ ! -e "$cache/bin/zizmor" ]; then
  echo "Downloading zizmor $version into $cache"
  mkdir -p "$cache"
  # The hashes are those of the wheels for x86_64 and aarch64.
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --require-hashes --target "$cache" \
    --requirement <(printf 'zizmor==%s --hash=sha256:%s --hash=sha256:%s\n' "$version" \
      84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071 \
      0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c) ||
    fail "pip could not install zizmor (see above). It needs a network connection, once."
fi
"$cache/bin/zizmor" --offline --no-progress --quiet .github/workflows
