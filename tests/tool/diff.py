#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two builds side by side: what `diff` shows is what `asm` shows of each.

    diff.py TOOL A B        archives with the same functions for two targets
"""
import re
import subprocess
import sys

from counted import check, finish

tool, a, b = sys.argv[1:]


def run(*arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60)


def hot_loop(archive, function):
    """Mnemonics of the busiest kernel's hot loop."""
    text = run('asm', archive, function).stdout
    return re.findall(r'^ +[0-9a-f]+ [│┌└ ]+ (\S+)', text[text.index('\nhot loop, depth'):], re.M)


def columns(text):
    """Mnemonics on the left and on the right."""
    head = re.search(r'^   A, kernel \d+ *B, kernel \d+$', text, re.M)
    middle = head[0].index('B, kernel')
    rows = text[head.end() + 1:].splitlines()
    return [[row[side].split()[0] for row in rows if row[side].strip()] for side in (slice(3, middle), slice(middle, None))], rows


for function in ('corr2d', 'conv2'):
    same = run('diff', a, a, function)
    table = re.findall(r'^ ([=AB]) +(\d+) ', same.stdout, re.M)
    sides, rows = columns(same.stdout)
    check(same.returncode == 0 and table and {mark for mark, _ in table} == {'='}, f'{function} differs from itself:\n{same.stdout}{same.stderr}')
    check(sides[0] == sides[1] == hot_loop(a, function) and not any(row[1] in '<>' for row in rows), f'the hot loop of {function} differs from itself:\n{same.stdout}')

    different = run('diff', a, b, function)
    marks = [mark for mark, _ in re.findall(r'^ ([=AB]) +(\d+) ', different.stdout, re.M)]
    sides, rows = columns(different.stdout)
    check(different.returncode == 0 and 'A' in marks and 'B' in marks, f'{function} is the same for two targets:\n{different.stdout}')
    check(sides == [hot_loop(a, function), hot_loop(b, function)], f'the hot loops of {function} are not those of asm:\n{different.stdout}')
    check(f'A  {a}, AVX2' in different.stdout and f'B  {b}, AVX3' in different.stdout, 'what A and B are')

unknown = run('diff', a, b, 'corr2')
check(unknown.returncode == 2 and 'nearest: corr2d' in unknown.stderr, f'a wrong name: {unknown}')
check(run('diff', a, b, 'corr2d', '--against', 'SSE4').returncode == 2, 'a target that is not there')
finish()
