#!/usr/bin/env bash
# Installs the packages that this machine lacks to build and run digits, on Debian and Ubuntu, and prints why. If none
# is missing, it installs nothing, downloads nothing and needs no root rights.
#
#   scripts/setup.sh run     to build and run: a C++ compiler, LibTorch, PostgreSQL (unless DATABASE_URL is set)
#   scripts/setup.sh test    to build and test: the same, PostgreSQL in any case, pip, Node, Chromium, Firefox and nginx, and npm for axe-core
#   scripts/setup.sh test-web   to test the scripts of the pages: Node alone
#   scripts/setup.sh lint    to check the code: a C++ compiler, LibTorch, rustfmt and Clippy, and npm for TypeScript
#   scripts/setup.sh lighthouse   to score the pages: a C++ compiler, LibTorch, a browser, npm
#   scripts/setup.sh input-latency   to measure the page in a browser: the same as for run, and a browser
#   scripts/setup.sh schemathesis   to test against the OpenAPI documents: a C++ compiler, LibTorch, pip, Python's venv
#   scripts/setup.sh audit   to check the dependencies: a C++ compiler, LibTorch
#   scripts/setup.sh bench-onnx   to compare with ONNX Runtime: a C++ compiler, LibTorch, pip
set -euo pipefail

cd "$(dirname "$0")/.."
purpose=${1:?run, test, test-web, lint, lighthouse, input-latency, schemathesis, audit or bench-onnx}
missing=()
case $purpose in test | lighthouse | input-latency) with_browser=yes ;; *) with_browser= ;; esac
case $purpose in test) with_firefox=yes ;; *) with_firefox= ;; esac
case $purpose in test-web) with_build= ;; *) with_build=yes ;; esac

fail() { echo "setup.sh: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }
need() { # package, why
  missing+=("$1")
  echo "Missing: $1, $2."
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "the installation needs root, and sudo is missing. As root, run: apt-get install ${missing[*]}"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >/dev/null ||
    fail "apt-get could not install $* (see above). It needs a network connection and root rights."
}

[ -z "$with_build" ] || have cargo || fail "cargo is missing. Install Rust 1.95 or newer (https://rustup.rs), then run this again."
if [ "$purpose" = lint ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
  have rustup || fail "rustfmt or Clippy is missing, and rustup is missing. Install both, then run this again."
  rustup component add rustfmt clippy || fail "rustup could not install rustfmt and Clippy (see above)."
fi

if [ -n "$with_build" ]; then
  have c++ || need g++ "the C++ compiler that the binding to LibTorch needs"
  have ccache || need ccache "to compile this binding once, not once for each profile"
  have curl || need curl "to check that the services are ready"
  have make || need make "to run the commands of digits"
fi
if [ -n "$with_build" ] && [ ! -e .libtorch/lib/libtorch_cpu.so ]; then with_libtorch=yes; else with_libtorch=; fi
if [ "$purpose" = test ] || [ "$purpose" = lint ] || [ "$purpose" = bench-onnx ] || [ -n "$with_libtorch" ]; then
  python3 -m pip --version >/dev/null 2>&1 || need python3-pip "to download LibTorch and the Python tools"
fi
if [ "$purpose" = schemathesis ]; then
  python3 -c 'import ensurepip' 2>/dev/null || need python3-venv "to install Schemathesis apart from other Python packages"
fi
if [ -n "$with_libtorch" ]; then
  have unzip || need unzip "to unpack LibTorch"
  have strip || need binutils "to strip LibTorch"
fi
if [ "$purpose" = test ] || { [ "$purpose" = run ] && [ -z "${DATABASE_URL:-}" ]; }; then
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql "the database"
fi
if [ -n "$with_browser" ] && ! { have chromium && have chromedriver; }; then
  if grep -q '^ID=ubuntu' /etc/os-release; then
    echo "Note: Ubuntu has Chromium only as a snap, which the tests cannot use. No browser is installed."
    with_browser=
  else
    need chromium "the browser for the tests of the pages"
    need chromium-driver "to control that browser"
  fi
fi
if [ -n "$with_firefox" ] && ! have firefox-esr; then
  if grep -q '^ID=ubuntu' /etc/os-release; then
    echo "Note: Ubuntu has Firefox as a snap only, too; the test that needs it is skipped."
    with_firefox=
  else
    need firefox-esr "the other browser that the page is tested in"
  fi
fi
if [ "$purpose" = test ]; then
  have nginx || need nginx-light "to test the reverse proxy"
  have openssl || need openssl "to make a certificate for it"
fi
case $purpose in test | test-web | lint) have node || need nodejs "to test and to check the scripts of the pages" ;; esac
if [ "$purpose" = lint ]; then
  have npm || need npm "to download TypeScript, which checks types"
fi
if [ "$purpose" = lighthouse ] || { [ -n "$with_browser" ] && [ ! -e .axe-core/axe.min.js ]; }; then
  have npm || need npm "to download axe-core for the tests, and Lighthouse"
fi

if [ ${#missing[@]} -gt 0 ]; then
  have apt-get || fail "this is neither Debian nor Ubuntu (no apt-get). Install the above by hand, then run this again."
  echo "Installing: ${missing[*]}"
  as_root apt-get update -qq ||
    fail "apt-get could not update its package lists (see above). It needs a network connection and root rights."
  # Debian's PostgreSQL package creates and starts a cluster for the whole machine, which digits does not use. A
  # temporary setting prevents that during the installation.
  case " ${missing[*]} " in *" postgresql "*)
    setting=/etc/postgresql-common/createcluster.d/digits.conf
    apt_install postgresql-common
    as_root mkdir -p "$(dirname "$setting")"
    echo 'create_main_cluster = false' | as_root tee "$setting" >/dev/null
    ;;
  esac
  apt_install "${missing[@]}"
  [ -z "${setting:-}" ] || as_root rm "$setting"
fi

# Node 20 is the first version with mocked timers, which the tests of live answers use. Some distributions have an older
# one.
if [ "$purpose" = test-web ]; then
  node --eval 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
    fail "Node $(node --version) is too old: the tests of web/static need Node 20 or newer. Install it (https://nodejs.org), then run this again."
fi

[ -z "$with_build" ] || scripts/libtorch.sh
if [ "$purpose" = test ] && [ -n "$with_browser" ]; then
  scripts/axe.sh
fi
if [ -n "$with_firefox" ]; then
  scripts/geckodriver.sh
fi
