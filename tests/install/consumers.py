#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs the library and builds programs with it, as docs/howto/build.md says: its own commands and build files are used.

    consumers.py ROOT BUILD COMPILER [flags...]
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

root, build, *compiler = sys.argv[1:]
root, build = pathlib.Path(root), pathlib.Path(build).resolve()
shutil.rmtree(build, ignore_errors=True)
build.mkdir(parents=True)
prefix = build / 'installed'
page = (root / 'docs/howto/build.md').read_text()
environment = {**os.environ, 'CXX': compiler[0], 'CXXFLAGS': '-O1 -Wall -Wextra -Werror'}
environment.pop('DESTDIR', None)


def block(language):
    """The page's only block in this language."""
    return re.search(rf'^```{language}\n(.*?)^```', page, re.M | re.S)[1]


def run(*command, into=build, **more):
    ran = subprocess.run(command, cwd=into, env={**environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode != 0:
        sys.exit(f'{" ".join(map(str, command))}\nends with {ran.returncode}\n{ran.stdout[-3000:]}')
    return ran.stdout


def consumer(name, build_file=None, text=''):
    folder = build / name
    folder.mkdir()
    shutil.copy(root / 'tests/install/program.cpp', folder)
    if build_file:
        (folder / build_file).write_text(text)
    return folder


def check(name, program):
    printed = run(str(program))
    print(f'{name}: {printed.strip()}')
    if printed != '124\n':
        sys.exit(f'{name}: 124 expected')


run('meson', 'setup', 'library', str(root), f'--prefix={prefix}', '-Dtests=false', '-Dexamples=false', '-Dtool=disabled')
run('meson', 'install', '-C', 'library')
installed = {p.relative_to(prefix / 'include').as_posix() for p in (prefix / 'include').rglob('*.hpp')}
ours = {p.relative_to(root / 'include').as_posix() for p in (root / 'include').rglob('*.hpp')}
if installed != ours:
    sys.exit(f'installed headers differ: {sorted(installed ^ ours)}')
packages = os.pathsep.join(str(p.parent) for p in prefix.rglob('intarsia.pc'))

folder = consumer('with_pkg_config')
command = block('sh').strip().replace('c++ ', f'{compiler[0]} -Wall -Wextra -Werror ', 1)
run('sh', '-c', command, into=folder, PKG_CONFIG_PATH=packages)
check('pkg-config', folder / 'program')

folder = consumer('with_meson', 'meson.build', "project('consumer', 'cpp', default_options: 'cpp_std=c++20')\n" + block('meson'))
(folder / 'subprojects').mkdir()
(folder / 'subprojects/intarsia').symlink_to(root)
run('meson', 'setup', 'build', '--force-fallback-for=intarsia', into=folder)
run('meson', 'compile', '-C', 'build', into=folder)
check('Meson, subproject', folder / 'build/program')

folder = consumer('with_cmake', 'CMakeLists.txt', 'cmake_minimum_required(VERSION 3.20)\nproject(consumer CXX)\n' + block('cmake'))
run('cmake', '-S', '.', '-B', 'build', into=folder, PKG_CONFIG_PATH=packages)
run('cmake', '--build', 'build', into=folder)
check('CMake', folder / 'build/program')
