// SPDX-License-Identifier: Apache-2.0
// Weights of a linear layer that do not fit.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 4, 10> x;
inline ia::tensor<float, 3, 10> w;
inline ia::tensor<float, 10, 3> turned;
inline ia::tensor<float, 3> b;
inline ia::tensor<float, 10> long_b;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::linear(x, turned);  // error 1: [weight] linear; axis 1: got 10, wanted 3; [4, 10] and [10, 3]
#elif !INTARSIA_CASE
  auto y = ia::linear(x, w);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::linear(x, w, long_b);  // error 2: [weight] linear; axis 0: got 10, wanted 3; [3, 10] and [10]
#elif !INTARSIA_CASE
  auto y = ia::linear(x, w, b);
#endif
}
