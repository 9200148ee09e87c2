#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command-line tool on binaries of every kind.

    check.py TOOL TOLD LIBRARY PROGRAM SHARED COMPILER [flags...]

TOLD prints what the library itself says of the functions that are in the other three.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

tool, told, library, program, shared, *compiler = sys.argv[1:]
failed = checks = 0


def check(good, what):
    global failed, checks
    checks += 1
    if not good:
        failed += 1
        print(f'FAILED: {what}')


def run(*arguments):
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, errors='replace', timeout=60)


def prints(*arguments):
    ran = run(*arguments)
    check(ran.returncode == 0, f'{arguments} ends with {ran.returncode}: {ran.stderr}')
    return ran.stdout


def refuses(arguments, *patterns):
    """A sentence on standard error, nothing else, and the code for what cannot be read."""
    ran = run(*arguments)
    check(ran.returncode == 2 and not ran.stdout and ran.stderr.startswith('intarsia: '), f'{arguments} ends with {ran.returncode}: {ran.stdout}{ran.stderr}')
    for pattern in patterns:
        check(re.search(pattern, ran.stderr), f'{arguments}: no {pattern} in {ran.stderr}')


def listed(binary):
    """Name, target, signature and costs of each function."""
    return re.findall(r'^(\S+)  (\S+?)(, prepared)?  \((.*)\)\n  (\d+) FLOPs, (\d+) bytes, (\d+) bytes of workspace, (\d+) kernels', prints('list', binary), re.M)


def code_sizes(binary):
    return [int(n) for n in re.findall(r'^  kernel \d+  (\d+) bytes', prints('list', binary), re.M)]


with tempfile.TemporaryDirectory() as temporary:
    into = pathlib.Path(temporary)
    stripped = into / 'stripped'
    subprocess.run(['strip', '-o', stripped, program], check=True)

    # the same functions in every form
    first = listed(library)
    check([f[0] for f in first] == ['convolve', 'convolve_in_tiles', 'infer', 'learn', 'smooth#1', 'smooth#2', 'train'], f'functions in an archive: {first}')
    check(all(bool(f[2]) == (f[0] == 'infer') for f in first), 'which function is prepared')
    for binary in (program, shared, stripped):
        check(listed(binary) == first, f'{binary} has other functions')
    sizes = code_sizes(library)
    check(all(s > 0 for s in sizes), f'code sizes {sizes}')
    check(code_sizes(program) == sizes and code_sizes(shared) == sizes, 'code sizes after linking')

    # explain and cost say the same
    texts = re.split(r'^== (.*)\n', subprocess.run([told], capture_output=True, text=True, check=True).stdout, flags=re.M)[1:]
    functions = [(head.split(), text) for head, text in zip(texts[::2], texts[1::2])]
    for (name, *costs), text in functions:
        again = prints('explain', stripped, name)
        check(text in again, f'explain {name} differs from ia::explain:\n{again}')
        check(any(f[0].split('#')[0] == name and list(f[4:]) == costs for f in first), f'list differs from ia::cost of {name}: {costs}')
    check(len(functions) == 6, 'six functions told')

    # what cannot be read
    without = into / 'without.o'
    subprocess.run([*compiler, '-std=c++20', '-c', '-x', 'c++', '-', '-o', without], input=b'int f() { return 0; }', check=True)
    refuses(['list', without], 'no description', 'ia::compile<"step">')
    refuses(['list', into / 'nothing'], 'no file')
    refuses(['list', temporary], 'folder')
    refuses(['list', __file__], 'no ELF')
    (into / 'empty').touch()
    refuses(['list', into / 'empty'], 'empty')
    refuses(['explain', program, 'tain'], "no function 'tain'", 'nearest: train')
    refuses(['explain', program, 'learn', '--target', 'SVE'], 'not built for SVE', first[0][1])

    # damaged: every length of the first part, then coarser; each ends in a sentence or a listing
    whole = pathlib.Path(program).read_bytes()
    record = whole.index(b'\x8fintarsia\xc1record')
    cut = into / 'cut'
    for length in [*range(1, 130, 3), *range(200, len(whole), len(whole) // 40)]:
        cut.write_bytes(whole[:length])
        ran = run('list', cut)
        check(ran.returncode in (0, 2), f'{length} bytes of the program: ends with {ran.returncode}')
    for at, pattern in ((record + 16, 'format'), (record + 20, 'ends early|changed'), (record + 24, 'ends early|changed'), (record + 28, 'changed'), (record + 300, 'changed')):
        cut.write_bytes(whole[:at] + bytes([whole[at] ^ 0xf0]) + whole[at + 1:])
        refuses(['list', cut], pattern)

print(f'{checks} checks, {failed} failures')
sys.exit(failed > 0)
