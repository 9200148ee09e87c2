// SPDX-License-Identifier: Apache-2.0
// Learns the kernel [1, -1] from an image and its edges, by ten steps of gradient descent on the squared error.
// Correlation, loss, gradient and new kernel are one compiled function, which allocates nothing.
#include <intarsia/intarsia.hpp>

#include <iomanip>
#include <iostream>

namespace ia = intarsia;

constexpr auto step = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});

int main() {
  const ia::tensor<float, 8> row{1, 1, 0, 0, 0, 0, 1, 1};
  const ia::tensor<float, 6, 8> X = ia::broadcast_to<6, 8>(row);
  const ia::tensor<float, 1, 2> edge{{1, -1}};
  const ia::tensor<float, 6, 7> Y = ia::corr2d(X, edge);

  ia::tensor<float, 1, 2> K{{0.1401689f, 0.42668636f}};
  for (int epoch = 1; epoch <= 10; ++epoch) {
    const auto [loss, next] = step(X, K, Y);
    K = next;
    std::cout << "epoch " << epoch << ", loss " << std::fixed << std::setprecision(3) << loss << '\n';
  }
  std::cout << K << '\n';
}
