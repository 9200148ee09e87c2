#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that must not compile, and their twins that must.    run.py [--third] INCLUDE COMPILER [flags...] [-- FILE[:CASE]...]

Each file here holds numbered cases. Without INTARSIA_CASE it compiles: the twins of all cases. With INTARSIA_CASE=3 it holds that case
alone (`#elif !INTARSIA_CASE` keeps the other twins out, as they take time) and does not compile; the line that ends in
    // error 3: piece; piece; ...
gets exactly one error, which stands within the first 6 lines of the message at that line, holds every piece in its first line, and
keeps the budget below. --third: every third case, and the twins of every third file. What is not as it
should be is printed whole. Named cases are shown, right or wrong.
"""
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

MOST_LINES, MOST_BYTES = 8, 1126  # 1.1 KB; for a compiled function 12 lines may be, where the file says so
FIRST_LINES = 6

here = pathlib.Path(__file__).resolve().parent
sys.path.append(str(here.parent))
import precompiled  # noqa: E402

arguments = [a for a in sys.argv[1:] if a != '--third']
one_in = 3 if '--third' in sys.argv else 1
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


def counted(message):
    """The lines of a message that a reader has to read."""
    return [l for l in message.splitlines() if not re.match(r'In file included from|\s+from |\d+ errors? generated', l)]


def complaints_about(message, place, pieces, most_lines):
    lines = counted(message)
    errors = [l for l in lines if re.search(r'(?<!note): (fatal )?error: |^#error', l)]
    size = sum(len(l.encode()) + 1 for l in lines)
    if len(errors) != 1:
        yield f'{len(errors)} errors'
    if len(lines) > most_lines or size > MOST_BYTES:
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


def judge(source, library):
    """One file: how many cases, and of each that is not as it should be (or named) the text; lines and bytes of its messages."""
    text = source.read_text()
    special = re.search(r'^// flags: (.*)$', text, re.M)
    flags = special[1].split() if special else library
    longer = re.search(r'^// lines: (\d+)$', text, re.M)
    twin = re.search(r'^// twin: (.*)$', text, re.M)
    expectations = [(n, *m.groups()) for n, line in enumerate(text.splitlines(), 1) if (m := re.search(r'// error (\d+): (.*)$', line))]
    if [int(e[1]) for e in expectations] != list(range(1, len(expectations) + 1)):
        return 0, [f'{source.name}: the cases are not numbered from 1'], [], []
    cases, failures, shown, sizes = 0, [], [], []
    if sum(map(ord, source.stem)) % one_in == 0:
        good, message = compiled('-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unused', *(twin[1].split() if twin else flags), str(source))
        if not good:
            failures.append(f'{source.name}: the twin does not compile\n{message}')
    for line, number, pieces in expectations:
        named = source.stem in wanted or f'{source.stem}:{number}' in wanted
        if wanted and not named or (int(number) + len(source.stem)) % one_in:
            continue
        cases += 1
        good, message = compiled('-fsyntax-only', *flags, f'-DINTARSIA_CASE={number}', str(source))
        complaints = ['it compiles'] if good else list(complaints_about(message, f'{source.name}:{line}', pieces.split('; '), int(longer[1]) if longer else MOST_LINES))
        lines = counted(message)
        sizes.append((len(lines), sum(len(l.encode()) + 1 for l in lines)))
        if complaints:
            failures.append(f'{source.name} case {number}: {", ".join(complaints)}\n{message}')
        elif named:
            shown.append(message)
    return cases, failures, shown, sizes


sources = [s for s in here.glob('*.cpp') if not wanted or any(w.split(':')[0] == s.stem for w in wanted)]
with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(max_workers=2) as two:
    library = precompiled.flags(command, pathlib.Path(temporary), environment)
    # the longest first, so that both end together
    results = list(two.map(lambda s: judge(s, library), sorted(sources, key=lambda s: -s.stat().st_size)))
failures = [f for r in results for f in r[1]]
for text in [t for r in results for t in r[2]] + failures:
    print(text)
cases = sum(r[0] for r in results)
sizes = [s for r in results for s in r[3]] or [(0, 0)]
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f'{cases} cases, {len(failures)} failures; the longest message has {max(s[0] for s in sizes)} lines and {max(s[1] for s in sizes)} bytes; '
      f'{used.ru_utime + used.ru_stime:.0f} s of processor time')
sys.exit(len(failures) > 0 or not cases)
