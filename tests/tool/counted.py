# SPDX-License-Identifier: Apache-2.0
"""Checks that go on after a failure, and are counted."""
import sys

failed = checks = 0


def check(good, what):
    global failed, checks
    checks += 1
    if not good:
        failed += 1
        print(f'FAILED: {what}')


def finish():
    """Ends the program: well, if there were checks and none failed."""
    print(f'{checks} checks, {failed} failures')
    sys.exit(failed > 0 or not checks)
