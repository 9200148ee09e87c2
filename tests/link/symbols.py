#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands in the objects of compiled functions: one kernel for equal layers, and nothing of heap or graph.

    symbols.py KERNELS LIBRARY ARCHIVE...

KERNELS: how many kernels the archives of one object each share, and the library made of them has.
"""
import re
import subprocess
import sys

import forbidden

kernels, library, *objects = sys.argv[1:]


def kernels_in(path):
    text = subprocess.run(['nm', path], capture_output=True, text=True, check=True).stdout
    return sorted(line.split()[-1] for line in text.splitlines() if re.search(r' [tTwW] _ZN.*nest_kernel', line))


complaints = []
for path in objects:
    complaints += forbidden.symbols_in(path)
for path in [*objects, library]:
    found = kernels_in(path)
    if len(found) != int(kernels) or found != kernels_in(objects[0]):
        complaints.append(f'{path}: {len(found)} kernels, {len(set(found))} different ones, instead of the same {kernels}\n' + '\n'.join(f'  {f[:150]}' for f in found))
print('\n'.join(complaints) if complaints else f'{kernels} kernels in {len(objects)} objects and in the library')
sys.exit(bool(complaints))
