#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command-line tool on binaries of every kind.

    check.py TOOL SOURCE TOLD LIBRARY PROGRAM SHARED COMPILER [flags...]

SOURCE is the tool's own folder. TOLD prints what the library itself says of the functions that are in the other three.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from counted import check, finish

tool, source, told, library, program, shared, *compiler = sys.argv[1:]


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
    functions = re.findall(r'^(\S+)  (\S+?)(, prepared)?  \((.*)\)\n  ([\d,]+) FLOPs, ([\d,]+) bytes, ([\d,]+) bytes of workspace, (\d+) kernels', prints('list', binary), re.M)
    return [(*said, *(cost.replace(',', '') for cost in costs)) for *said, a, b, c, d in functions for costs in [(a, b, c, d)]]


def code_sizes(binary):
    return [int(n) for n in re.findall(r'^ +\d+ +(\d+)\b', prints('list', binary), re.M)]


with tempfile.TemporaryDirectory() as temporary:
    into = pathlib.Path(temporary)
    stripped = into / 'stripped'
    subprocess.run(['strip', '-o', stripped, program], check=True)

    # the same functions in every form
    first = listed(library)
    check([f[0] for f in first] == ['convolve', 'convolve_in_tiles', 'infer', 'learn', 'smooth#1', 'smooth#2', 'train'], f'functions in an archive: {first}')
    check(all(bool(f[2]) == (f[0] == 'infer') for f in first), 'which function is prepared')
    whole_archive = into / 'whole.a'  # Meson's names the files of its members, those of other builds hold them
    subprocess.run(['ar', 'rcs', whole_archive, *pathlib.Path(library + '.p').glob('*.o')], check=True)
    for binary in (program, shared, stripped, whole_archive):
        check(listed(binary) == first, f'{binary} has other functions')
    sizes = code_sizes(library)
    check(all(s > 0 for s in sizes), f'code sizes {sizes}')
    check(re.search(r'^ +\d+ +\d+ +7,250,432 +[\d,]+  %\d+ contract .*f32\[', prints('list', library), re.M), 'list without the work of a kernel')
    check(all(code_sizes(binary) == sizes for binary in (program, shared, stripped)), 'code sizes after linking')

    # explain and cost say the same
    texts = re.split(r'^== (.*)\n', subprocess.run([told], capture_output=True, text=True, check=True).stdout, flags=re.M)[1:]
    functions = [(head.split(), text) for head, text in zip(texts[::2], texts[1::2])]
    for (name, *costs), text in functions:
        again = prints('explain', stripped, name)
        check(text in again, f'explain {name} differs from ia::explain:\n{again}')
        check(any(f[0].split('#')[0] == name and list(f[4:]) == costs for f in first), f'list differs from ia::cost of {name}: {costs}')
    check(len(functions) == 6, 'six functions told')

    # asm: its counts are those of the disassembler, in every form of the binary
    def assembly(binary, *arguments):
        """Rows of the table of figures: name, of the kernel, of the hot loop."""
        text = prints('asm', binary, *arguments)
        return text, {m[0]: (int(m[1].replace(',', '')), int((m[2] or '-1').replace(',', ''))) for m in re.findall(r'^  (\w[\w -]*?) +([\d,]+)(?: +([\d,]+))?(?:   .*)?$', text, re.M)}

    symbols = {int(a, 16): (int(n, 16), s) for a, n, s in re.findall(r'^([0-9a-f]+) .* F \S+\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$', subprocess.run(['objdump', '-t', program], capture_output=True, text=True, check=True).stdout, re.M)}
    for name, kernels in (('convolve', 3), ('learn', 1), ('infer', 3)):
        for k in range(kernels):
            text, figures = assembly(program, name, k, '--all')
            lines = [l for l in text[text.index('all of it'):].splitlines()[1:]]
            where = [a for a, (n, s) in symbols.items() if n == figures['bytes'][0] and 'nest_kernel' in s]
            counts = []
            for at in where:
                out = subprocess.run(['objdump', '-d', '--no-show-raw-insn', '-M', 'intel', f'--start-address={at}', f'--stop-address={at + symbols[at][0]}', program], capture_output=True, text=True, check=True).stdout
                mnemonics = re.findall(r'^ +[0-9a-f]+:\t(\S+)', out, re.M)
                counts.append((len(mnemonics), sum(m.startswith('vf') and 'add' in m for m in mnemonics), sum(m.startswith('call') for m in mnemonics)))
            mine = tuple(figures[row][0] for row in ('instructions', 'multiply-adds', 'calls'))
            check(mine in counts and len(lines) == mine[0], f'{name} {k}: {mine}, {len(lines)} lines, objdump counts {counts}')
    for name in ('convolve', 'train'):
        of_program = assembly(program, name)
        check(assembly(stripped, name)[1] == of_program[1], f'asm {name} differs where the binary is stripped')
        check({**assembly(library, name)[1]} == of_program[1], f'asm {name} differs in the archive')
        check('hot loop, depth' in of_program[0] and '└' in of_program[0], f'asm {name} shows no loop')
        check(of_program[1]['bytes'][1] > 0 and of_program[1]['spills'][1] == 0, f'{name}: {of_program[1]}')
    check('\033[' not in prints('asm', program, 'train') and '\033[32m' in prints('asm', program, 'train', '--color', 'always'), 'colours')
    modelled = re.search(r'modelled: ([\d.]+) cycles .*, ([\d.]+) of ([\d.]+) FLOP', prints('asm', program, 'convolve', '--mca'))
    if shutil.which('llvm-mca') or shutil.which('llvm-mca-19'):
        check(modelled and 0 < float(modelled[2]) <= float(modelled[3]) * 1.01, f'estimate {modelled}')
    else:
        print('llvm-mca is not installed: its estimates are left out')
    sourced = prints('asm', program, 'convolve', '--source')
    check(re.search(r'; sum \+= .*products-inl.hpp:\d+', sourced), f'no origin of the products:\n{sourced}')

    # rules: kept, broken with the instruction, not to be read
    kept = run('asm', program, 'convolve', '--forbid', 'hot:call|spill|division', '--require', 'hot:fma|mul')
    check(kept.returncode == 0 and kept.stdout.endswith('2 rules, 3 kernels, 0 broken\n') and not kept.stderr, f'rules: {kept}')
    ran = run('asm', program, 'convolve', '--forbid', 'hot:fma|mul', '--require', 'hot:idiv')
    check(ran.returncode == 1 and re.search(r'forbidden, but \d+ times in a hot loop: fma.mul\n  kernel \d, [0-9a-f]+: \S*(fm|mul|add)', ran.stderr) and 'required, and nowhere in a hot loop: idiv' in ran.stderr, f'broken rules: {ran}')
    refuses(['asm', program, 'convolve', '--forbid', '('], 'no regular expression')
    refuses(['asm', program, 'convolve', '3'], 'kernels 0 to 2')
    refuses(['asm', program, 'convolv'], 'nearest: convolve')

    # other notations, and the page as data
    for name, kernels in (('learn', 1), ('convolve', 3), ('train', 22)):
        tex = prints('explain', program, name, '--latex')
        check(tex.startswith('\\begin{align*}\n') and tex.count('{') == tex.count('}') and len(re.findall(r'\\left(?!arrow)', tex)) == tex.count('\\right'), f'LaTeX of {name}:\n{tex}')
        graph = prints('explain', program, name, '--dot')
        nodes, edges = set(re.findall(r'^ +(n\d+|r\d+) \[', graph, re.M)), re.findall(r'^ +(\w+) -> (\w+);$', graph, re.M)
        check(graph.count('subgraph cluster_') == kernels and edges and all(a in nodes and b in nodes for a, b in edges), f'Graphviz of {name}:\n{graph}')
    check('\\frac{\\partial' in prints('explain', program, 'learn', '--latex', '--expression') and '\\partial' not in prints('explain', program, 'learn', '--latex'), 'the derivative before and after')
    check(re.search(r'0\.03(?!\d)', prints('explain', program, 'learn', '--latex', '--expression')), 'a rate of 3e-2f in LaTeX')
    check(re.search(r'0\.06(?!\d)', prints('explain', program, 'learn', '--latex')), 'twice the rate, with the 2 of the derivative')
    check('from kernel' in prints('explain', program, 'convolve') and 'why the kernels' not in prints('explain', program, 'learn'), 'why kernels are apart')
    page = prints('report', stripped, '-o', '-')
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
    check([f['label'] for f in data['functions']] == [f[0] for f in first], 'functions on the page')
    for f, told_of_it in zip(data['functions'], first):
        check([f['flops'], f['bytes'], f['workspace'], len(f['kernels'])] == [int(n) for n in told_of_it[4:]], f'costs of {f["label"]} on the page')
        check(f['explained'] and all(k['whole']['instructions'] == len(k['code']) for k in f['kernels']), f'kernels of {f["label"]} on the page')
        # kernels folded into boxes have an order, as they run
        box = [f'k{n["kernel"]}' if n['kernel'] >= 0 else i for i, n in enumerate(f['nodes'])]
        edges = {(box[o], b) for n, b in zip(f['nodes'], box) for o in n['in'] if box[o] != b}
        left = set(box)
        while without := {b for b in left if not any(a in left for a, to in edges if to == b)}:
            left -= without
        check(not left, f'{f["label"]}: boxes {left} wait for each other')
        check(sum(k['flops'] for k in f['kernels']) > 0 and all(b['offset'] + b['bytes'] <= f['workspace'] for b in f['buffers']), f'work and memory of {f["label"]} on the page')
    check('://' not in page.replace('http://www.w3.org/2000/svg', ''), 'the page needs the network')
    refuses(['report', program, '-o', into / 'no' / 'page.html'], 'cannot be written')

    # manual page and completion know each command and option
    manual, completion = (pathlib.Path(source, f).read_text() for f in ('intarsia.1', 'completion.bash'))
    for command in ('list', 'explain', 'asm', 'diff', 'report'):
        offered = set(re.findall(r'--[a-z]+', prints(command, '--help'))) - {'--help'}
        told_of_them = set(re.findall(r'--[a-z]+', manual.replace('\\-', '-')))
        check(command in completion and offered <= told_of_them, f'the manual lacks {offered - told_of_them}')
        known = set(subprocess.run(['bash', '-c', f'source {source}/completion.bash; COMP_WORDS=({tool} {command} --); COMP_CWORD=2; _intarsia; echo "${{COMPREPLY[@]}}"'], capture_output=True, text=True, check=True).stdout.split())
        check(known == offered | {'--help', '--color'}, f'completion of {command}: {known ^ (offered | {"--help", "--color"})}')
    names = subprocess.run(['bash', '-c', f'source {source}/completion.bash; COMP_WORDS=({tool} asm {program} co); COMP_CWORD=3; _intarsia; echo "${{COMPREPLY[@]}}"'], capture_output=True, text=True, check=True).stdout.split()
    check(names == ['convolve', 'convolve_in_tiles'], f'completion of names: {names}')

    # what cannot be read
    without = into / 'without.o'
    subprocess.run([*compiler, '-std=c++20', '-c', '-x', 'c++', '-', '-o', without], input=b'int f() { return 0; }', check=True)
    refuses(['list', without], 'no description', 'ia::compile<"step">')
    refuses(['list', into / 'nothing'], 'no file')
    refuses(['list', temporary], 'folder')
    refuses(['list', __file__], 'no ELF')
    (into / 'empty').touch()
    refuses(['list', into / 'empty'], 'empty')
    # without the programs that it starts
    nothing = {**os.environ, 'PATH': temporary}
    ran = subprocess.run([tool, 'asm', program, 'learn'], capture_output=True, text=True, env=nothing)
    check(ran.returncode == 2 and 'install binutils' in ran.stderr, f'asm without objdump: {ran}')
    ran = subprocess.run([tool, 'list', stripped], capture_output=True, text=True, env=nothing)
    check(ran.returncode == 0 and re.search(r'^ +0 +unknown', ran.stdout, re.M), f'list without objdump: {ran}')
    (into / 'objdump').symlink_to(shutil.which('objdump'))
    ran = subprocess.run([tool, 'asm', program, 'learn', '--source'], capture_output=True, text=True, env=nothing)
    check(ran.returncode == 0 and 'addr2line is not there' in ran.stdout, f'asm without addr2line: {ran}')

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

finish()
