#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cut mnist.bin.gz out of the four full MNIST files.

usage: make_mnist.py SOURCE_DIR [OUTPUT]

SOURCE_DIR holds the four raw IDX files, as fetch_mnist.sh leaves them.
OUTPUT is by default mnist.bin.gz next to this script.
"""

import gzip
import hashlib
import os
import struct
import sys
from pathlib import Path

TRAIN_COUNT = 10_000
TEST_COUNT = 2_000

# In the order in which they are written: name, how many items to keep,
# SHA-256 of the full file.
SOURCES = (
    ("train-images-idx3-ubyte", TRAIN_COUNT,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte", TRAIN_COUNT,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte", TEST_COUNT,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte", TEST_COUNT,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)

# Of the uncompressed result: another zlib may compress to other bytes, so
# only the content can be pinned.
CONTENT_SHA256 = "eaf71cf55b51e1dd7f24a41425ce60ed055550699bec7fe9dfb302ec1d9a362a"


def cut(data: bytes, keep: int) -> bytes:
    """An IDX file cut to its first `keep` items, its header saying so."""
    dimensions = data[3]
    header_size = 4 + 4 * dimensions
    count, *item_shape = struct.unpack(f">{dimensions}I", data[4:header_size])
    if keep > count:
        raise ValueError(f"only {count} items, {keep} wanted")
    item_size = 1
    for extent in item_shape:
        item_size *= extent
    header = data[:4] + struct.pack(f">{dimensions}I", keep, *item_shape)
    return header + data[header_size:header_size + keep * item_size]


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    source = Path(arguments[0])
    output = (Path(arguments[1]) if len(arguments) == 2
              else Path(__file__).resolve().parent / "mnist.bin.gz")

    parts = []
    for name, keep, expected in SOURCES:
        data = (source / name).read_bytes()
        actual = hashlib.sha256(data).hexdigest()
        if actual != expected:
            raise ValueError(f"{source / name}: SHA-256 is {actual}, expected {expected}")
        part = cut(data, keep)
        if "labels" in name and set(part[8:]) != set(range(10)):
            raise ValueError(f"{name}: the first {keep} do not show all ten digits")
        parts.append(part)

    content = b"".join(parts)
    actual = hashlib.sha256(content).hexdigest()
    if actual != CONTENT_SHA256:
        raise ValueError(f"result: SHA-256 is {actual}, expected {CONTENT_SHA256}")

    # No file name and no time in the gzip header, so the same content gives
    # the same file. Renamed into place, so a failure leaves no half of one.
    partial = output.with_name(output.name + ".part")
    with open(partial, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9,
                           fileobj=raw, mtime=0) as packed:
            packed.write(content)
    os.replace(partial, output)
    print(f"{output}: {output.stat().st_size} bytes, SHA-256 "
          f"{hashlib.sha256(output.read_bytes()).hexdigest()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError) as error:
        sys.exit(f"make_mnist.py: {error}")
