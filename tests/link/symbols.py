#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands in the objects of compiled functions: one kernel for equal layers, and nothing of heap or graph.

    symbols.py KERNELS LIBRARY ARCHIVE...

KERNELS: how many kernels the archives of one object each share, and the library made of them has.
"""
import re
import subprocess
import sys

kernels, library, *objects = sys.argv[1:]
# Heap calls. (`operator delete` alone is the deleting destructor that every exception class has.)
heap = re.compile(r'\boperator new|\b(malloc|calloc|realloc|aligned_alloc|posix_memalign)\b|std::(__cxx11::)?basic_string')
# The graph and what the compiler computed from it, as data.
graph = re.compile(r' [rRdDbBV] .*intarsia::(support::frozen|ir::|traced)')


def symbols(path):
    text = subprocess.run(['nm', '-C', path], capture_output=True, text=True, check=True).stdout
    return [line[17:] for line in text.splitlines() if len(line) > 18]


def kernels_in(path):
    text = subprocess.run(['nm', path], capture_output=True, text=True, check=True).stdout
    return sorted(line.split()[-1] for line in text.splitlines() if re.search(r' [tTwW] _ZN.*nest_kernel', line))


complaints = []
for path in objects:
    names = symbols(path)
    if not any('T run_' in name for name in names):
        complaints.append(f'{path} has no function run_...')
    complaints += [f'{path}: heap: {name[:200]}' for name in names if heap.search(name.split('(')[0])]
    complaints += [f'{path}: graph: {name[:200]}' for name in names if graph.match(' ' + name.split('<')[0])]
for path in [*objects, library]:
    found = kernels_in(path)
    if len(found) != int(kernels) or found != kernels_in(objects[0]):
        complaints.append(f'{path}: {len(found)} kernels, {len(set(found))} different ones, instead of the same {kernels}\n' + '\n'.join(f'  {f[:150]}' for f in found))
print('\n'.join(complaints) if complaints else f'{kernels} kernels in {len(objects)} objects and in the library')
sys.exit(bool(complaints))
