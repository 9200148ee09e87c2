# SPDX-License-Identifier: Apache-2.0
"""The library's headers compiled once for many programs."""
import subprocess


def flags(command, into, environment=None):
    """What puts the headers before a program that `command` compiles; their compiled form is written to the folder `into`."""
    is_clang = 'clang' in subprocess.run([command[0], '--version'], capture_output=True, text=True).stdout
    header = into / 'library.hpp'
    header.write_text('#include <intarsia/intarsia.hpp>\n')
    output = f'{header}.pch' if is_clang else f'{header}.gch'
    subprocess.run([*command, *(['-fpch-instantiate-templates'] if is_clang else []), '-x', 'c++-header', str(header), '-o', output], check=True, env=environment)
    return ['-include-pch', output] if is_clang else ['-include', str(header), '-Winvalid-pch']
