#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house keeps its order: a stage includes only earlier stages, and an operation's files share their stem.

    stages.py ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
house = root / 'include/intarsia'

# A header includes what its own stage or an earlier one holds. Beside the folders stand the list of passes, after the last
# of them, and the umbrellas.
stages = ['support', 'ir', 'tensor', 'language', 'nn', 'differentiate', 'simplify', 'fuse', 'plan', 'compile.hpp', 'kernels', 'run',
          'intarsia.hpp', 'targets-inl.hpp', 'threads.hpp']
# The user's side knows nothing of the passes, and the passes nothing of the user's side: between them stands the graph.
front, passes = {'language', 'nn'}, {'differentiate', 'simplify', 'fuse', 'plan', 'compile.hpp', 'kernels'}

# Headers of language/ that hold no operations.
no_operations = {'handle', 'lazy', 'options', 'refuse'}

complaints = []


def stage_of(path):
    return path.split('/')[0]


def check_includes():
    for header in sorted(house.rglob('*.hpp')):
        name = header.relative_to(house).as_posix()
        stage = stage_of(name)
        if stage not in stages:
            complaints.append(f'{name}: {stage} is no stage of the house')
            continue
        for line, included in enumerate(header.read_text().splitlines(), 1):
            found = re.match(r'#\s*include\s*["<]intarsia/([^">]+)[">]', included)
            if not found:
                continue
            other = stage_of(found[1])
            if not (house / found[1]).exists():
                complaints.append(f'{name}:{line}: no such header: {found[1]}')
            elif stages.index(other) > stages.index(stage):
                complaints.append(f'{name}:{line}: {stage} comes before {other}, but includes {found[1]}')
            elif stage in passes and other in front:
                complaints.append(f'{name}:{line}: a pass includes the language: {found[1]}')


def check_stems():
    """Language, reference page and test of an operation are found by one name."""
    for header in sorted((house / 'language').glob('*.hpp')):
        stem = header.name.removesuffix('.hpp')
        if stem in no_operations:
            continue
        if not (root / f'docs/reference/{stem}.md').exists():
            complaints.append(f'language/{header.name}: no page docs/reference/{stem}.md')
        if not list((root / 'tests').glob(f'*/{stem}.cpp')):
            complaints.append(f'language/{header.name}: no test tests/*/{stem}.cpp')
    for page in sorted((root / 'docs/reference').glob('*.md')):
        if page.stem != 'README' and not list(house.rglob(f'{page.stem}.hpp')):
            complaints.append(f'docs/reference/{page.name}: no header {page.stem}.hpp')


check_includes()
check_stems()
print('\n'.join([*complaints, f'{len(list(house.rglob("*.hpp")))} headers, {len(complaints)} complaints']))
sys.exit(bool(complaints))
