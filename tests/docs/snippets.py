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

compiler, include, folder, *flags = sys.argv[1:]
root = pathlib.Path(folder)
failed = programs = 0
has_tbb = subprocess.run([compiler, '-E', '-x', 'c++', '-'], input='#include <oneapi/tbb/version.h>\n', capture_output=True, text=True).returncode == 0


def fail(page, line, text):
    global failed
    failed += 1
    print(f'{page.relative_to(root)}:{line}: {text}')


def check(page, line, code, expected, into):
    global programs
    if 'intarsia/threads.hpp' in code and not has_tbb:
        print(f'{page.relative_to(root)}:{line}: left out for want of oneTBB (libtbb-dev)')
        return
    programs += 1
    if not re.search(r'\bint main\(', code):
        code = '#include <intarsia/intarsia.hpp>\nnamespace ia = intarsia;\n' + code.replace('#include <intarsia/intarsia.hpp>\n', '') + '\nint main() {}\n'
    source, program = into / 'program.cpp', into / 'program'
    source.write_text(code)
    made = subprocess.run([compiler, '-std=c++20', '-O1', '-I', include, '-I', str(into), *([] if 'foreach_target' in code else flags), str(source), '-o', str(program), '-lhwy', *(['-ltbb'] if 'intarsia/threads.hpp' in code else [])], capture_output=True, text=True)
    if made.returncode != 0:
        fail(page, line, 'does not compile\n' + '\n'.join(l[:300] for l in made.stderr.splitlines() if 'error' in l)[:2000])
        return
    ran = subprocess.run([str(program)], capture_output=True, text=True, cwd=into)
    if ran.returncode != 0:
        fail(page, line, f'ends with {ran.returncode}: {ran.stderr[:500]}')
    elif expected is not None and ran.stdout.strip() != expected.strip():
        fail(page, line, f'prints\n{ran.stdout}instead of\n{expected}')


pages = [root / 'README.md', *sorted((root / 'docs').rglob('*.md'))]
with tempfile.TemporaryDirectory() as temporary:
    for page in pages:
        text = page.read_text()
        for block in re.finditer(r'^```cpp\n(.*?)^```\n(?:```text\n(.*?)^```\n)?', text, re.M | re.S):
            if not block[1].startswith('// continues'):
                check(page, text[:block.start()].count('\n') + 1, block[1], block[2], pathlib.Path(temporary))
        prose = re.sub(r'^```.*?^```$', lambda m: '\n' * m[0].count('\n'), text, flags=re.M | re.S)
        prose = re.sub(r'`[^`\n]*`', '', prose)  # `[](auto x)` is no link
        for link in re.finditer(r'\]\(([^)#:]+)(?:#[^)]*)?\)', prose):
            if not (page.parent / link[1]).exists():
                fail(page, prose[:link.start()].count('\n') + 1, f'no such page: {link[1]}')
print(f'{len(pages)} pages, {programs} programs, {failed} failures')
sys.exit(failed > 0)
