#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the compiler made of the examples' kernels what was paid for: asked through the tool, as any build can ask.

    gate.py TOOL TARGET [OBJECTS]

Without OBJECTS, an archive or an object, there is no compiler for TARGET. First that they are for TARGET (AVX2 may silently become SSSE3), then the rules, then what symbols the object has.
"""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'link'))
import forbidden  # noqa: E402

tool, target, *objects = sys.argv[1:]
if not objects:
    print(f'skipped: the kernels for {target}: there is no compiler for it (apt-get install g++-aarch64-linux-gnu)')
    sys.exit(77)
archive = objects[0]
complaints = []
fused = target not in ('SSE4', 'SSSE3', 'SSE2')
vector = {'SSE4': 'xmm', 'AVX2': 'ymm', 'AVX3': 'zmm', 'NEON': r'v[0-9]+\.4s'}[target]
product = f'hot:{vector}.* ; fma' if fused else f'hot:^mulps {vector}'

ahead = 'hot:prfm' if target == 'NEON' else 'hot:prefetch'

# Every kernel of a function; what has no multiply-adds of its own (copies, borders) is held to the same.
everywhere = ['--forbid', 'call', '--forbid', 'gather', '--forbid', 'integer division']
no_spill = ['--forbid', 'hot:spill']
# A 3x3 window keeps 10 sums and 3 weights in 16 registers, which compilers do not always manage: at most so many spills.
spills = {('SSE4', 'corr2d'): 4, ('AVX2', 'corr2d'): 2}
if not fused:
    everywhere += ['--forbid', 'fma']
rules = {
    'corr2d': ['--require', product, '--forbid', 'division'],
    'conv1': ['--require', product, '--forbid', 'division'],
    'conv2': ['--require', product, '--forbid', 'division'],
    'to_input': ['--require', product, '--forbid', 'division'],
    'to_kernel': ['--require', product, '--forbid', 'division'],
    'deep': ['--require', product, '--require', ahead, '--forbid', 'division'],
    'deep_to_input': ['--require', product, '--require', ahead, '--forbid', 'division'],
    'learn': ['--require', product, '--forbid', 'division'],
    'scale': ['--require', f'hot:{vector}', '--forbid', 'division'],  # whether a * b + c is one rounding is the compiler's choice
    'activate': ['--require', product],
}


def run(*arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True)


listed = dict(re.findall(r'^(\S+)  (\S+?),?  ?\(', run('list', archive).stdout, re.M))
if listed != {name: target for name in rules}:
    sys.exit(f'{archive} should have {sorted(rules)} for {target}, but has {listed}')
checked = 0
for name, own in rules.items():
    asked = [*everywhere, *own, *([] if (target, name) in spills else no_spill)]
    ran = run('asm', archive, name, *asked)
    checked += len(asked) // 2
    if ran.returncode != 0:
        complaints.append(ran.stderr + run('asm', archive, name, 'all', '--all').stdout)
    if (target, name) in spills:
        text = run('asm', archive, name).stdout
        found = int(re.search(r'^  spills +\d+ +(\d+)', text, re.M)[1])
        print(f'{target}: {name} spills {found} times in its hot loop, of {spills[target, name]} that are accepted')
        if found > spills[target, name]:
            complaints.append(text)
complaints += forbidden.symbols_in(archive)
print('\n'.join(complaints) if complaints else f'{target}: {checked} rules hold for {len(rules)} functions, and the object has no heap or graph')
sys.exit(bool(complaints))
