#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files as C++ strings.    embed.py OUTPUT NAMESPACE FILE...    report.css becomes report_css"""
import pathlib
import sys

output, namespace, *files = sys.argv[1:]
text = '// Made by embed.py.\n#pragma once\n\n#include <string_view>\n\nnamespace ' + namespace + ' {\n\n'
for file in map(pathlib.Path, files):
    content = file.read_text()
    # compilers promise 65,536 bytes for a literal, and join neighbours
    pieces = [content[i:i + 12000] for i in range(0, len(content), 12000)]
    literals = '\n'.join(f'R"~~~({p})~~~"' for p in pieces)
    text += f'inline constexpr std::string_view {file.name.replace(".", "_")} =\n{literals};\n\n'
pathlib.Path(output).write_text(text + '}  // namespace ' + namespace + '\n')
