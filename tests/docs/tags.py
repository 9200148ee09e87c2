#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every error's tag stands in docs/errors.md, and no other.    tags.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
source = '\n'.join(p.read_text() for p in (root / 'include').rglob('*.hpp'))
raised = set(re.findall(r'intarsia: \[([a-z_]+)\]|"\[([a-z_]+)\] ', source))
raised = {a or b for a, b in raised}
described = set(re.findall(r'`\[([a-z_]+)\]`', (root / 'docs/errors.md').read_text()))
for tag in sorted(raised ^ described):
    print(tag, 'is not described' if tag in raised else 'is raised nowhere')
print(f'{len(raised)} tags')
sys.exit(raised != described or not raised)
