// SPDX-License-Identifier: Apache-2.0
// The cross-correlation of an image with a kernel, as the d2l chapter "Convolutions for Images" begins.
// Shapes are part of the types: a result of another shape than [2, 2] would not compile.
#include <intarsia/intarsia.hpp>

#include <iostream>

namespace ia = intarsia;

int main() {
  const ia::tensor<float, 3, 3> X{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
  const ia::tensor<float, 2, 2> K{{0, 1}, {2, 3}};
  const ia::tensor<float, 2, 2> Y = ia::corr2d(X, K);
  std::cout << Y << '\n';
}
