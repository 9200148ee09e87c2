#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two units for different targets in one program: each says what it says alone, whatever was linked first.

    targets.py SUPPORTED PROGRAM TARGET ALONE TARGET ALONE

Skipped (77), with the reason, where the machine lacks a target. See unit.cpp for what a report holds.
"""
import subprocess
import sys


def run(program):
    ran = subprocess.run([program], capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f'{program} ends with {ran.returncode}\n{ran.stdout}{ran.stderr}')
    return ran.stdout


supported, program, first, first_alone, second, second_alone = sys.argv[1:]
missing = [t for t in (first, second) if t not in run(supported).split()]
if missing:
    print(f'skipped: this machine lacks {", ".join(missing)}')
    sys.exit(77)

alone = {first: run(first_alone), second: run(second_alone)}
together = run(program)
report = {target: dict(line.split(' ', 1) for line in text.splitlines()) for target, text in alone.items()}
complaints = []
for target in report:
    if report[target]['target'] != target:
        complaints.append(f'the unit for {target} was compiled for {report[target]["target"]}')
    for kind in ('sums', 'products'):
        if len(set(report[target][kind].split())) != 1:
            complaints.append(f'alone, the calls of {target} ran on different targets: {report[target][kind]}')
for kind in ('sums', 'products'):
    if report[first][kind] == report[second][kind]:
        complaints.append(f'the {kind} do not tell {first} from {second}')
for same in ('results', 'layout'):
    if report[first][same] != report[second][same]:
        complaints.append(f'{same} differ:\n  {first} {report[first][same]}\n  {second} {report[second][same]}')
if together != alone[first] + alone[second]:
    complaints.append(f'together they say\n{together}alone\n{alone[first]}{alone[second]}')
print('\n'.join(complaints) if complaints else together)
sys.exit(bool(complaints))
