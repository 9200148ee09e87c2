// SPDX-License-Identifier: Apache-2.0
// What a compiled function is made of. Shapes and costs are constants that a program can assert;
// the expression, its derivative, the fused loops and the buffers can be read.
#include <intarsia/intarsia.hpp>

#include <iostream>
#include <type_traits>

namespace ia = intarsia;

using image = ia::tensor<float, 6, 8>;
using kernel = ia::tensor<float, 1, 2>;
using edges = ia::tensor<float, 6, 7>;

constexpr auto step = ia::compile<"learn_kernel">([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});

static_assert(std::is_same_v<decltype(ia::evaluate(ia::corr2d(image{}, kernel{}))), edges>);

constexpr ia::call_cost cost = ia::cost<step, image, kernel, edges>;
static_assert(cost.kernels == 1, "correlation, loss, gradient and new kernel share one loop nest");
static_assert(cost.workspace_bytes == 0, "no intermediate result is stored");
static_assert(cost.bytes == sizeof(float) * (6 * 8 + 1 * 2 + 6 * 7) + sizeof(float) * (1 + 1 * 2), "each argument is read and each result written once");

int main() { ia::explain(std::cout, step, image{}, kernel{}, edges{}); }
