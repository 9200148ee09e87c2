#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, and twice in a row.    alone.py INCLUDE COMPILER [flags...]"""
import pathlib
import subprocess
import sys

include, *compiler = sys.argv[1:]
headers = sorted(pathlib.Path(include).rglob('*.hpp'))
if subprocess.run([*compiler, '-E', '-x', 'c++', '-'], input='#include <oneapi/tbb/version.h>\n', capture_output=True, text=True).returncode != 0:
    print('left out: threads.hpp, for want of oneTBB (libtbb-dev)')
    headers.remove(pathlib.Path(include) / 'intarsia/threads.hpp')
failed = 0
for header in headers:
    name = header.relative_to(include)
    made = subprocess.run([*compiler, '-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unknown-pragmas', '-I', include, '-x', 'c++', '-'],
                          input=f'#include <{name}>\n#include <{name}>\n', capture_output=True, text=True)
    if made.returncode != 0:
        failed += 1
        print(f'{name} does not stand alone:\n' + '\n'.join(made.stderr.splitlines()[:12]))
print(f'{len(headers)} headers, {failed} failures')
sys.exit(failed > 0 or not headers)
