#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md and the error in the README are true.    tags.py ROOT COMPILER [flags...]

Every error's tag is described there, and no other. Each wrong program (```c++) gives the message quoted below it, and each tag that
is told through text has programs in tests/compile_fail as well.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import precompiled  # noqa: E402

root = pathlib.Path(sys.argv[1])
compiler = sys.argv[2:]
source = '\n'.join(p.read_text() for p in (root / 'include').rglob('*.hpp'))
page = (root / 'docs/errors.md').read_text()
failed = 0

told = set(re.findall(r'^ +\{"\[([a-z_]+)\]", "', source, re.M)) - {'none'}
raised = told | {a or b for a, b in re.findall(r'intarsia: \[([a-z_]+)\] |"\[([a-z_]+)\] ', source)}
described = set(re.findall(r'^## \[([a-z_]+)\]|`\[([a-z_]+)\]`', page, re.M))
described = {a or b for a, b in described}
for tag in sorted(raised ^ described):
    print(tag, 'is not described' if tag in raised else 'is raised nowhere')
    failed += 1
for tag in sorted(told):
    if not (root / f'tests/compile_fail/{tag}.cpp').exists():
        print(f'{tag} has no programs in tests/compile_fail')
        failed += 1

usual = '#include <intarsia/intarsia.hpp>\n'
command = [*compiler, '-std=c++20', '-I', str(root / 'include'), '-w', '-fdiagnostics-color=never', '-fmessage-length=0']
programs = re.findall(r'^## \[([a-z_]+)\]\n\n```c\+\+\n(.*?)^```\n```text\n(.*?)^```\n', page, re.M | re.S)
# the README shows the compiler's line too, which is g++'s, and broken for the eye
readme = re.search(r'^```c\+\+\n(.*?)^```\n```text\n[^\s:]+:(\d+):.*?(\{.*?\})>', (root / 'README.md').read_text(), re.M | re.S)
if readme[1].splitlines()[int(readme[2]) - 1] != readme[1].splitlines()[-1]:
    sys.exit('the error in the README is at another line than the wrong one, the last')
programs.append(('README', readme[1], readme[3].replace('{\n  ', '{').replace(',\n  ', ', ')))
with tempfile.TemporaryDirectory() as temporary:
    library = precompiled.flags(command, pathlib.Path(temporary))
    for tag, code, message in programs:
        # most programs leave the usual beginning out
        own = usual in code
        text = code.replace(usual, usual + 'namespace ia = intarsia;\n') if own else 'namespace ia = intarsia;\n' + code
        file = pathlib.Path(temporary) / 'program.cpp'
        file.write_text(text)
        made = subprocess.run([*command, *([] if own else library), '-fsyntax-only', str(file)], capture_output=True, text=True, env={'LC_ALL': 'C.UTF-8', 'PATH': '/usr/local/bin:/usr/bin:/bin'})
        errors = [l for l in made.stderr.splitlines() if 'error: ' in l]
        if len(errors) != 1 or message.strip() not in errors[0]:
            failed += 1
            print(f'[{tag}]: the program does not give {message.strip()}\nbut ' + ('\n'.join(errors) or 'compiles'))
for tag in sorted(told - {tag for tag, _, _ in programs}):
    print(f'[{tag}] has no program on the page')
    failed += 1
print(f'{len(raised)} tags, {len(programs)} programs, {failed} failures')
sys.exit(failed > 0 or not programs)
