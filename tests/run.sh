#!/usr/bin/env bash
# Installs what is missing, builds and runs the tests. Says what it does; stops at the first failure.
#   tests/run.sh            what continuous integration runs
#   tests/run.sh --long     the long suites as well, and the tests that need large packages: Chromium, a cross compiler, llvm-mca
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ clang-19 libclang-rt-19-dev meson ninja-build pkg-config libhwy-dev libboost-dev libboost-test-dev libpng-dev zlib1g-dev rapidjson-dev libcli11-dev libelf-dev libtbb-dev binutils libonnx-testdata python3 cmake)
[ "${1:-}" = --long ] && packages+=(chromium g++-aarch64-linux-gnu llvm)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  echo "== installing: ${missing[*]}"
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

suites=(--no-suite long)
[ "${1:-}" = --long ] && suites=()

passed=0
run() {
  local name=$1 compiler=$2
  shift 2
  echo "== $name"
  if [ ! -f "build/$name/build.ninja" ]; then
    CXX=$compiler meson setup "build/$name" --werror "$@" >"build/$name.log" || { cat "build/$name.log"; exit 1; }
  fi
  meson test -C "build/$name" --print-errorlogs "${suites[@]}" | tee "build/$name.log"
  sed -n 's/^skipped: /   left out: /p' "build/$name/meson-logs/testlog.txt"
  passed=$((passed + $(sed -n 's/^Ok: *//p' "build/$name.log")))
}
mkdir -p build
run g++ g++
run clang clang++-19
echo "== the benchmark's short form: ratios to plain loops, beside a copy; nothing is judged"
tests/bench/run.sh --short
echo "$passed passed, 0 failed"
