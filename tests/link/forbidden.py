# SPDX-License-Identifier: Apache-2.0
"""What no object of compiled functions may have: heap calls, and the graph that only the compiler needs."""
import re
import subprocess

# (`operator delete` alone is the deleting destructor that every exception class has.)
heap = re.compile(r'\boperator new|\b(malloc|calloc|realloc|aligned_alloc|posix_memalign)\b|std::(__cxx11::)?basic_string')
# The graph and what the compiler computed from it, as data.
graph = re.compile(r' [rRdDbBV] .*intarsia::(support::frozen|ir::|traced)')


def names_in(path):
    text = subprocess.run(['nm', '-C', path], capture_output=True, text=True, check=True).stdout
    return [line[17:] for line in text.splitlines() if len(line) > 18]


def symbols_in(path):
    """A complaint for each."""
    names = names_in(path)
    complaints = [] if any('T run_' in name for name in names) else [f'{path} has no function run_...']
    complaints += [f'{path}: heap: {name[:200]}' for name in names if heap.search(name.split('(')[0])]
    return complaints + [f'{path}: graph: {name[:200]}' for name in names if graph.match(' ' + name.split('<')[0])]
