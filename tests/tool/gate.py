#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page on gating a build: its program under its Meson and CMake files, whose rules hold, and then do not.

    gate.py TOOL PAGE INCLUDE COMPILER

INCLUDE: the folder of the library's headers.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

tool, page, include, compiler = sys.argv[1:]
text = pathlib.Path(page).read_text()
environment = {**os.environ, 'CXX': compiler, 'PATH': f'{pathlib.Path(tool).resolve().parent}{os.pathsep}{os.environ["PATH"]}'}
block = {language: re.search(rf'^```{language}\n(.*?)^```', text, re.M | re.S)[1] for language in ('cpp', 'meson', 'cmake')}
broken = {language: block[language].replace('hot:spill', 'hot:fma') for language in ('meson', 'cmake')}


def run(into, *commands):
    """The last command's result; those before it have to succeed."""
    for command in commands:
        ran = subprocess.run(command, cwd=into, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ran.returncode != 0 and command is not commands[-1]:
            sys.exit(f'{command} ends with {ran.returncode}\n{ran.stdout}')
    return ran


def holds(what, ran):
    print(f'{what}: rules hold')
    if ran.returncode != 0:
        sys.exit(ran.stdout)


def fails(what, ran):
    said = re.search(r'layer, AVX2: forbidden, but \d+ times? in a hot loop: fma\n +kernel \d+, [0-9a-f]+: vfmadd', ran.stdout)
    print(f'{what}: a broken rule is told')
    if ran.returncode == 0 or not said:
        sys.exit(f'ends with {ran.returncode}\n{ran.stdout}')


def labels(text):
    """Names of the figures in a listing."""
    return [line[2:20].strip() for line in text.split('kernel   hot loop\n')[1].split('\n\n')[0].splitlines() if 'modelled' not in line]


with tempfile.TemporaryDirectory() as temporary:
    into = pathlib.Path(temporary)
    (into / 'program.cpp').write_text(block['cpp'])
    (into / 'intarsia.pc').write_text(f'Name: intarsia\nDescription: not installed\nVersion: 0\nRequires: libhwy\nCflags: -I{include}\n')
    environment['PKG_CONFIG_PATH'] = temporary
    setup = "project('consumer', 'cpp', default_options: 'cpp_std=c++20')\n"
    (into / 'meson.build').write_text(setup + block['meson'])
    test = ['meson', 'test', '-C', 'build', '--print-errorlogs']
    holds('Meson', run(into, ['meson', 'setup', 'build'], test))
    (into / 'meson.build').write_text(setup + broken['meson'])
    fails('Meson', run(into, test))
    setup = 'cmake_minimum_required(VERSION 3.20)\nproject(consumer CXX)\n'
    (into / 'CMakeLists.txt').write_text(setup + block['cmake'])
    build = ['cmake', '--build', 'with_cmake']
    holds('CMake', run(into, ['cmake', '-S', '.', '-B', 'with_cmake'], build))
    readme = (pathlib.Path(page).parent.parent.parent / 'README.md').read_text()
    shown = subprocess.run([tool, 'asm', into / 'with_cmake' / 'program', 'layer'], capture_output=True, text=True)
    if labels(shown.stdout) != labels(readme[readme.index('\nlayer, kernel'):]):
        sys.exit(f'the README shows other figures than the tool:\n{shown.stdout}')
    (into / 'CMakeLists.txt').write_text(setup + broken['cmake'])
    (into / 'program.cpp').write_text(block['cpp'] + '\n')
    fails('CMake', run(into, build))
