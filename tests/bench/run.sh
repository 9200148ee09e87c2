#!/usr/bin/env bash
# The benchmark: installs the peers, builds, checks results against each other, measures, writes docs/benchmarks.md.
#   tests/bench/run.sh                     everything
#   tests/bench/run.sh build|measure|page  one step of it
#   tests/bench/run.sh measure FAMILY...   these families again; the page has the others from before
#   tests/bench/run.sh --short             what continuous integration runs: no peers but plain loops; prints ratios
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/bench
families=(small images convolutions winograd gradients depthwise lenet resnet18 pointwise streaming)
onnxruntime=1.30.0  # of the npm package onnxruntime-node

install_missing() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  echo "== installing: ${missing[*]}"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

build() {
  install_missing g++ clang-19 meson ninja-build pkg-config libhwy-dev libboost-dev rapidjson-dev python3-matplotlib \
    libdnnl-dev libeigen3-dev libopencv-core-dev libopencv-imgproc-dev libtorch-dev libopenblas0
  command -v npm >/dev/null || install_missing npm
  npm install --silent --no-save --ignore-scripts --prefix "$out/npm" "onnxruntime-node@$onnxruntime" >/dev/null
  for compiler in g++ clang++-19; do
    [ -f "$out/$compiler/build.ninja" ] || CXX=$compiler meson setup "$out/$compiler" -Dtests=false -Dexamples=false -Dbench=true >/dev/null
    ninja -C "$out/$compiler" --quiet
  done
}

measure() {
  mkdir -p "$out/results"
  for family in "$@"; do
    echo "== $family"
    "$out/g++/tests/bench/runner" --only "^$family:" --json "$out/results/$family.json" "$out"/*/tests/bench/*.so
  done
}

page() {
  /usr/bin/python3 tests/bench/page.py "$out/results" docs
}

short() {
  [ -f "$out/short/build.ninja" ] || CXX=g++ meson setup "$out/short" -Dtests=false -Dexamples=false -Dtool=disabled -Dbench=true -Dbench_brief=true >/dev/null
  ninja -C "$out/short" --quiet
  "$out/short/tests/bench/runner" --brief --rounds 5 "$out"/short/tests/bench/*.so
}

case "${1:-all}" in
  --short) short ;;
  build | page) "$1" ;;
  measure)
    shift
    [ "$#" -gt 0 ] || set -- "${families[@]}"
    measure "$@"
    ;;
  all)  # not joined by &&, after which a failing command would not end the script
    build
    measure "${families[@]}"
    page
    ;;
  *) sed -n '2,7s/^# //p' "$0" && exit 2 ;;
esac
