#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same twelve mistakes in Eigen and in Intarsia, both compilers: a table of lines and bytes, in Markdown, for
docs/explanation/errors.md.    against_eigen.py INCLUDE [EIGEN]    (EIGEN: /usr/include/eigen3, Debian's libeigen3-dev)"""
import re
import subprocess
import sys
import tempfile

include = sys.argv[1]
eigen = sys.argv[2] if len(sys.argv) > 2 else '/usr/include/eigen3'
compilers = ['g++', 'clang++-19']

eigen_head = '''#include <Eigen/Dense>
#include <unsupported/Eigen/CXX11/Tensor>
template <int R, int C, class T = float> using matrix = Eigen::Matrix<T, R, C>;
template <class T, long... D> using fixed = Eigen::TensorFixedSize<T, Eigen::Sizes<D...>, Eigen::RowMajor>;
'''
intarsia_head = '#include <intarsia/intarsia.hpp>\nnamespace ia = intarsia;\n'

mistakes = [
    ('`[2, 3] + [3, 2]`, matrices',
     'matrix<2, 3> f(matrix<2, 3> a, matrix<3, 2> b) { return a + b; }',
     'ia::tensor<float, 2, 3> f(ia::tensor<float, 2, 3> a, ia::tensor<float, 3, 2> b) { return a + b; }'),
    ('`[6, 8] + [6, 7]`, tensors',
     'void f(fixed<float, 6, 8>& y, fixed<float, 6, 8> a, fixed<float, 6, 7> b) { y = a + b; }',
     'void f(ia::tensor<float, 6, 8>& y, ia::tensor<float, 6, 8> a, ia::tensor<float, 6, 7> b) { y = a + b; }'),
    ('product of `[2, 3]` and `[2, 4]`',
     'matrix<2, 4> f(matrix<2, 3> a, matrix<2, 4> b) { return a * b; }',
     'ia::tensor<float, 2, 4> f(ia::tensor<float, 2, 3> a, ia::tensor<float, 2, 4> b) { return ia::matmul(a, b); }'),
    ('a `[2, 4]` product into `[4, 2]`',
     'matrix<4, 2> f(matrix<2, 3> a, matrix<3, 4> b) { return a * b; }',
     'ia::tensor<float, 4, 2> f(ia::tensor<float, 2, 3> a, ia::tensor<float, 3, 4> b) { return ia::matmul(a, b); }'),
    ('float times double',
     'matrix<2, 2> f(matrix<2, 2> a, matrix<2, 2, double> b) { return a.cwiseProduct(b); }',
     'ia::tensor<float, 2, 2> f(ia::tensor<float, 2, 2> a, ia::tensor<double, 2, 2> b) { return a * b; }'),
    ('three values for two',
     'matrix<2, 2> f() { return matrix<2, 2>{{1, 2}, {3, 4, 5}}; }',
     'ia::tensor<float, 2, 2> f() { return ia::tensor<float, 2, 2>{{1, 2}, {3, 4, 5}}; }'),
    ('a 5x5 kernel over `[3, 8]`',
     'void f(fixed<float, 3, 8>& y, fixed<float, 3, 8> a, fixed<float, 5, 5> k) { y = a.convolve(k, Eigen::array<long, 2>{0, 1}); }',
     'void f(ia::tensor<float, 3, 8>& y, ia::tensor<float, 3, 8> a, ia::tensor<float, 5, 5> k) { y = ia::corr2d(a, k); }'),
    ('a sum over axis 2 of `[2, 3]`',
     'void f(fixed<float, 2>& y, fixed<float, 2, 3> a) { y = a.sum(Eigen::array<long, 1>{2}); }',
     'void f(ia::tensor<float, 2>& y, ia::tensor<float, 2, 3> a) { y = ia::sum<2>(a); }'),
    ('`[2, 12]` reshaped to `[5, 5]`',
     'void f(fixed<float, 5, 5>& y, fixed<float, 2, 12> a) { y = a.reshape(Eigen::array<long, 2>{5, 5}); }',
     'void f(ia::tensor<float, 5, 5>& y, ia::tensor<float, 2, 12> a) { y = ia::reshape<5, 5>(a); }'),
    ('columns 2 to 8 of `[3, 8]`, one too many',
     'matrix<3, 7> f(matrix<3, 8> a) { return a.block<3, 7>(0, 2); }',
     'ia::tensor<float, 3, 7> f(ia::tensor<float, 3, 8> a) { return ia::slice<1, 2, 9>(a); }'),
    ('`[2, 3]` joined below `[2, 4]`',
     'void f(fixed<float, 4, 3>& y, fixed<float, 2, 3> a, fixed<float, 2, 4> b) { y = a.concatenate(b, 0); }',
     'void f(ia::tensor<float, 4, 3>& y, ia::tensor<float, 2, 3> a, ia::tensor<float, 2, 4> b) { y = ia::concat<0>(a, b); }'),
    ('one wrong operand in a long expression',
     'matrix<4, 4> f(matrix<4, 4> a, matrix<4, 5> b) { return ((a * a + a).cwiseMax(0.f) * 2.f - a.transpose()).cwiseProduct((a.array() - 1.f).tanh().matrix()) + b; }',
     'ia::tensor<float, 4, 4> f(ia::tensor<float, 4, 4> a, ia::tensor<float, 4, 5> b) { return (ia::relu(ia::matmul(a, a) + a) * 2.f - ia::transpose(a)) * ia::tanh(a - 1.f) + b; }'),
]


def cost(compiler, text, path):
    with tempfile.NamedTemporaryFile('w', suffix='.cpp') as source:
        source.write(text)
        source.flush()
        made = subprocess.run([compiler, '-std=c++20', '-fsyntax-only', '-march=native', '-w', '-I', path, '-fdiagnostics-color=never', source.name],
                              capture_output=True, text=True, env={'LC_ALL': 'C.UTF-8', 'PATH': '/usr/local/bin:/usr/bin:/bin'})
    if made.returncode == 0:
        return 'compiles'
    lines = [l for l in made.stderr.splitlines() if not re.match(r'In file included from|\s+from |\d+ errors? generated', l)]
    return f'{len(lines)} / {sum(len(l.encode()) + 1 for l in lines):,}'


print('| lines / bytes | Eigen, g++ | Eigen, clang | Intarsia, g++ | Intarsia, clang |')
print('|---|---|---|---|---|')
for name, theirs, ours in mistakes:
    cells = [cost(c, eigen_head + theirs + '\n', eigen) for c in compilers] + [cost(c, intarsia_head + ours + '\n', include) for c in compilers]
    print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)
