// SPDX-License-Identifier: Apache-2.0
// The kernel [1, -1] finds the vertical edges of an image, 1 from white to black and -1 from black to white.
// It finds none in the transposed image, which is never made: the loops read the image through exchanged axes.
#include <intarsia/intarsia.hpp>

#include <iostream>

namespace ia = intarsia;

int main() {
  const ia::tensor<float, 8> row{1, 1, 0, 0, 0, 0, 1, 1};
  const ia::tensor<float, 1, 2> K{{1, -1}};

  const ia::tensor<float, 6, 8> X = ia::broadcast_to<6, 8>(row);
  const ia::tensor<float, 6, 7> Y = ia::corr2d(X, K);
  const ia::tensor<float, 8, 5> Z = ia::corr2d(ia::transpose(X), K);
  std::cout << X << '\n' << Y << '\n' << Z << '\n';
}
