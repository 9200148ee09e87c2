#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the passes make of some programs with the texts in expected/.

    compare.py PROGRAM            shows the difference, if there is one
    compare.py --renew PROGRAM    writes the texts: `ninja -C build renew_golden`, then look at what git shows
"""
import difflib
import pathlib
import subprocess
import sys

renew = sys.argv[1] == '--renew'
expected = pathlib.Path(__file__).parent / 'expected'
printed = subprocess.run([sys.argv[-1]], capture_output=True, text=True, check=True).stdout
programs = {}
for part in printed.split('==== ')[1:]:
    name, text = part.split('\n', 1)
    programs[f'{name}.txt'] = text.strip() + '\n'

if renew:
    for old in expected.glob('*.txt'):
        old.unlink()
    for name, text in programs.items():
        (expected / name).write_text(text)
    print(f'{len(programs)} texts written')
    sys.exit()

known = {path.name: path.read_text() for path in expected.glob('*.txt')}
different = [name for name in sorted({*known, *programs}) if known.get(name) != programs.get(name)]
for name in different:
    print(''.join(difflib.unified_diff(known.get(name, '').splitlines(True), programs.get(name, '').splitlines(True), f'expected/{name}', 'printed')))
print(f'{len(programs)} programs, {len(different)} different')
sys.exit(bool(different) or not programs)
