// SPDX-License-Identifier: Apache-2.0
// Calls each function, so that a binary has it.
#include "functions.hpp"

namespace functions {

float run(const image& x, kernel& k, const edges& y) {
  const auto [loss, next] = learn(x, k, y);
  k = next;
  return loss;
}
void run(const planes& x, const filters& k, ia::tensor<float, 1, 32, 28, 28>& y) { convolve.into(y)(x, k); }
void run_in_tiles(const planes& x, const filters& k, ia::tensor<float, 1, 32, 28, 28>& y) { convolve_in_tiles.into(y)(x, k); }
float run(ia::weights<classifier>& theta, const batch& x, const labels& l) { return train(theta, x, l, 0.1f); }
ia::tensor<int, 32> run(const ia::weights<classifier>& theta, const batch& x) { return ia::prepare(infer, theta)(x); }
ia::tensor<float, 14> run(const ia::tensor<float, 16>& x) { return smooth(x); }
ia::tensor<float, 30> run(const ia::tensor<float, 32>& x) { return smooth(x); }
#if defined(WITH_NAMELESS)
float sum_of_exp(const ia::tensor<float, 16>& x) { return nameless(x); }
#endif

}  // namespace functions
