#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles and runs every C++ program in the documentation.

    snippets.py COMPILER INCLUDE FOLDER [flags...]

A ```cpp block with a `main` is a program; a ```text block right after it is what it prints. A block without `main` that
begins with `// continues` is left alone, others without `main` are compiled as declarations with the usual beginning.
Links between pages are followed as well: a page that does not exist is an error.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import precompiled  # noqa: E402

compiler, include, folder, *flags = sys.argv[1:]
root = pathlib.Path(folder)
has_tbb = subprocess.run([compiler, '-E', '-x', 'c++', '-'], input='#include <oneapi/tbb/version.h>\n', capture_output=True, text=True).returncode == 0
command = [compiler, '-std=c++20', '-O1', '-I', include]
usual = '#include <intarsia/intarsia.hpp>\n'


def check(number, code, expected, into, library):
    """What is wrong with a program, or nothing."""
    if not re.search(r'\bint main\(', code):
        code = usual + 'namespace ia = intarsia;\n' + code.replace(usual, '') + '\nint main() {}\n'
    folder = into / str(number)
    folder.mkdir()
    source, program = folder / 'program.cpp', folder / 'program'
    source.write_text(code)
    many_targets = 'foreach_target' in code
    made = subprocess.run([*command, '-I', str(folder), *([] if many_targets else [*flags, *library]), str(source), '-o', str(program), '-lhwy', *(['-ltbb'] if 'intarsia/threads.hpp' in code else [])],
                          capture_output=True, text=True)
    if made.returncode != 0:
        return 'does not compile\n' + '\n'.join(l[:300] for l in made.stderr.splitlines() if 'error' in l)[:2000]
    ran = subprocess.run([str(program)], capture_output=True, text=True, cwd=folder)
    if ran.returncode != 0:
        return f'ends with {ran.returncode}: {ran.stderr[:500]}'
    if expected is not None and ran.stdout.strip() != expected.strip():
        return f'prints\n{ran.stdout}instead of\n{expected}'


pages = [root / 'README.md', *sorted((root / 'docs').rglob('*.md'))]
programs, failures = [], []
for page in pages:
    text = page.read_text()
    at = lambda block: f'{page.relative_to(root)}:{text[:block.start()].count(chr(10)) + 1}'
    for block in re.finditer(r'^```cpp\n(.*?)^```\n(?:```text\n(.*?)^```\n)?', text, re.M | re.S):
        if 'intarsia/threads.hpp' in block[1] and not has_tbb:
            print(f'{at(block)}: left out for want of oneTBB (libtbb-dev)')
        elif not block[1].startswith('// continues'):
            programs.append((at(block), block[1], block[2]))
    prose = re.sub(r'^```.*?^```$', lambda m: '\n' * m[0].count('\n'), text, flags=re.M | re.S)
    prose = re.sub(r'`[^`\n]*`', '', prose)  # `[](auto x)` is no link
    for link in re.finditer(r'\]\(([^)#:]+)(?:#[^)]*)?\)', prose):
        if not (page.parent / link[1]).exists():
            failures.append(f'{page.relative_to(root)}:{prose[:link.start()].count(chr(10)) + 1}: no such page: {link[1]}')
with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(max_workers=2) as two:
    library = precompiled.flags([*command, *flags], pathlib.Path(temporary))
    results = two.map(lambda p: check(p[0], p[1][1], p[1][2], pathlib.Path(temporary), library), enumerate(programs))
    failures += [f'{where}: {wrong}' for (where, _, _), wrong in zip(programs, results) if wrong]
for failure in failures:
    print(failure)
print(f'{len(pages)} pages, {len(programs)} programs, {len(failures)} failures')
sys.exit(len(failures) > 0 or not programs)
