#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an example and compares what it prints.    check.py EXPECTED PROGRAM [arguments...]

In the expected text * stands for any characters of a line, and a last line ... for any further lines.
"""
import difflib
import re
import subprocess
import sys

expected = open(sys.argv[1]).read().splitlines()
ran = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, text=True)
printed = ran.stdout.splitlines()
if expected and expected[-1] == '...':
    expected.pop()
    printed = printed[:len(expected)]
same = len(expected) == len(printed) and all(
    re.fullmatch(re.escape(e).replace(r'\*', '.*'), p) for e, p in zip(expected, printed))
if not same:
    print('\n'.join(difflib.unified_diff(expected, printed, 'expected', 'printed', lineterm='')))
if ran.returncode != 0:
    print(f'ended with {ran.returncode}')
sys.exit(not same or ran.returncode != 0)
