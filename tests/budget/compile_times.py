#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compiling costs, against a budget: CPU seconds at -O2, and memory.

    compile_times.py ROOT NAME,NAME,... COMPILER [flags...]

The budgets are for the machine on which the headers that the library builds on, Highway and Hana, take 1.1 s. They are
compiled before and after each source; where they take longer, the budget grows with them. A compilation may take a
quarter more, as two runs on a busy machine differ by that much; both figures are printed. One over that is compiled
again, twice at most: neighbours only ever add time (the umbrella: 2.7 to 2.9 s in five runs, 4.4 in a sixth), so a
source that is truly too slow is so three times. Only g++'s seconds are held against budgets.
Clang compiles the 32 blocks and the 2,000 nodes, within its default limit of constant evaluation.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

root, names, *compiler = sys.argv[1:]
root, names = pathlib.Path(root), names.split(',')
is_gcc = '__clang__' not in subprocess.run([*compiler, '-dM', '-E', '-x', 'c++', '/dev/null'], capture_output=True, text=True).stdout

reference_seconds = 1.1
noise = 1.25
# name, source, CPU seconds, MB, and why
budgets = [
    ('umbrella', '#include <intarsia/intarsia.hpp>\n', 2.0, None, 'what every unit that includes the library pays'),
    ('seed', root / 'examples/03_learn_kernel.cpp', 4.0, None, 'a small program must feel like a small program'),
    ('lenet', root / 'examples/05_lenet_mnist.cpp', 20.0, 1000, 'a training step with its kernels'),
    ('residual', root / 'tests/budget/residual.cpp', 15.0, None, 'passes in time that is linear in the blocks'),
    ('nodes', root / 'tests/budget/nodes.cpp', 60.0, None, 'passes in time that is linear in the nodes'),
]


def cost(source, into):
    """CPU seconds and MB of one compilation; ends the test where it fails."""
    if isinstance(source, str):
        (into / 'unit.cpp').write_text(source)
        source = into / 'unit.cpp'
    command = [*compiler, '-std=c++20', '-O2', '-Wno-unknown-pragmas', '-I', str(root / 'include'), '-c', str(source), '-o', str(into / 'unit.o')]
    with open(into / 'errors', 'w') as errors:
        process = subprocess.Popen(command, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f'{source} does not compile:\n' + (into / 'errors').read_text()[:3000])
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


failed = 0
with tempfile.TemporaryDirectory() as temporary:
    into = pathlib.Path(temporary)
    headers = '#define HWY_WANT_AVX3_DL 1\n#include <hwy/highway.h>\n#include <boost/hana.hpp>\n'
    before = cost(headers, into)[0]
    print(f'seconds over {noise} times the budget are refused')
    for name, source, seconds, megabytes, why in budgets:
        if name not in names:
            continue
        for attempt in range(3):
            used, memory = cost(source, into)
            after = cost(headers, into)[0]
            reference = max(before, after)
            before = after
            budget = seconds * max(1.0, reference / reference_seconds)
            over = is_gcc and (used > budget * noise or (megabytes is not None and memory > megabytes))
            limits = f' of {budget:4.1f} s where Highway and Hana take {reference:.2f}' if is_gcc else ' s'
            print(f'{name:10} {used:5.1f}{limits}, {memory:4.0f}' + (f' of {megabytes}' if megabytes and is_gcc else '') + f' MB  ({why})' + ('  OVER THE BUDGET' if over else ''), flush=True)
            if not over:
                break
        failed += over
sys.exit(failed > 0)
