#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that must not compile, and their twins that must.    run.py INCLUDE COMPILER [flags...] [-- FILE[:CASE]...]

Each file here holds numbered cases. Without INTARSIA_CASE it compiles; with INTARSIA_CASE=3 it does not, and the line that ends in
    // error 3: piece; piece; ...
gets exactly one error, which stands within the first 6 lines of the message at that line, holds every piece in its first line, and
keeps the budget below. What is not as it should be is printed whole. Named cases are shown, right or wrong.
"""
import concurrent.futures
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

MOST_LINES, MOST_BYTES = 8, 1126  # 1.1 KB; for a compiled function 12 lines and 1.5 KB would do, but nothing needs them
FIRST_LINES = 6

here = pathlib.Path(__file__).resolve().parent
arguments = sys.argv[1:]
wanted = arguments[arguments.index('--') + 1:] if '--' in arguments else []
include, *compiler = arguments[:arguments.index('--')] if '--' in arguments else arguments
# A compiler that cannot ask for a terminal's width; all errors; in English.
command = [*compiler, '-std=c++20', '-I', include, '-Wno-unknown-pragmas', '-fdiagnostics-color=never', '-fmessage-length=0']
environment = {'LC_ALL': 'C.UTF-8', 'PATH': '/usr/local/bin:/usr/bin:/bin'}
is_clang = 'clang' in subprocess.run([compiler[0], '--version'], capture_output=True, text=True).stdout
if is_clang:
    command.append('-ferror-limit=0')


def compiled(*more):
    made = subprocess.run([*command, *more], capture_output=True, text=True, env=environment)
    return made.returncode == 0, made.stderr


def precompiled(into):
    """The flags that put the library's headers, compiled once, before a file."""
    header = into / 'library.hpp'
    header.write_text('#include <intarsia/intarsia.hpp>\n')
    output = into / ('library.hpp.pch' if is_clang else 'library.hpp.gch')
    good, message = compiled('-x', 'c++-header', str(header), '-o', str(output))
    if not good:
        sys.exit('the library does not compile:\n' + message)
    return ['-include-pch', str(output)] if is_clang else ['-include', str(header), '-Winvalid-pch']


def counted(message):
    """The lines of a message that a reader has to read."""
    return [l for l in message.splitlines() if not re.match(r'In file included from|\s+from |\d+ errors? generated', l)]


def complaints_about(message, place, pieces):
    lines = counted(message)
    errors = [l for l in lines if re.search(r'(?<!note): (fatal )?error: |^#error', l)]
    size = sum(len(l.encode()) + 1 for l in lines)
    if len(errors) != 1:
        yield f'{len(errors)} errors'
    if len(lines) > MOST_LINES or size > MOST_BYTES:
        yield f'{len(lines)} lines and {size} bytes'
    # of an #error the user's line is in what is not counted: the list of includes
    if not any(place in l for l in (lines[:FIRST_LINES] + [l for l in message.splitlines() if l not in lines])):
        yield f'{place} is not in its first {FIRST_LINES} lines'
    first = errors[0] if errors else ''
    for piece in pieces:
        if piece not in first:
            yield f'its first line has no "{piece}"'
    if re.search(r'\{\d+, \d+, \d+', first):
        yield 'text is printed as numbers'


def examine(source, library):
    """Complaints about one file's cases, how many there are, and the longest message in lines and bytes."""
    text = source.read_text()
    special = re.search(r'^// flags: (.*)$', text, re.M)
    flags = special[1].split() if special else library
    twin = re.search(r'^// twin: (.*)$', text, re.M)
    told, failed, cases, longest = [], 0, 0, [0, 0]
    good, message = compiled('-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unused', *(twin[1].split() if twin else flags), str(source))
    if not good:
        failed += 1
        told.append(f'{source.name}: the twin does not compile\n{message}')
    expectations = [(n, *m.groups()) for n, line in enumerate(text.splitlines(), 1) if (m := re.search(r'// error (\d+): (.*)$', line))]
    if [int(e[1]) for e in expectations] != list(range(1, len(expectations) + 1)):
        sys.exit(f'{source.name}: the cases are not numbered from 1')
    for line, number, pieces in expectations:
        if wanted and source.stem not in wanted and f'{source.stem}:{number}' not in wanted:
            continue
        cases += 1
        good, message = compiled('-fsyntax-only', *flags, f'-DINTARSIA_CASE={number}', str(source))
        complaints = ['it compiles'] if good else list(complaints_about(message, f'{source.name}:{line}', pieces.split('; ')))
        lines = counted(message)
        longest = [max(longest[0], len(lines)), max(longest[1], sum(len(l.encode()) + 1 for l in lines))]
        if complaints:
            failed += 1
            told.append(f'{source.name} case {number}: {", ".join(complaints)}')
        if complaints or wanted:
            told.append(message)
    return told, failed, cases, longest


failed = cases = 0
longest = [0, 0]
sources = [s for s in sorted(here.glob('*.cpp')) if not wanted or any(w.split(':')[0] == s.stem for w in wanted)]
with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
    library = precompiled(pathlib.Path(temporary))
    for told, wrong, count, size in threads.map(lambda source: examine(source, library), sources):
        print(*told, sep='\n', end='\n' if told else '')
        failed, cases = failed + wrong, cases + count
        longest = [max(longest[0], size[0]), max(longest[1], size[1])]
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f'{cases} cases, {failed} failures; the longest message has {longest[0]} lines and {longest[1]} bytes; '
      f'{used.ru_utime + used.ru_stime:.0f} s of processor time')
sys.exit(failed > 0 or not cases)
