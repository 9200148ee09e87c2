// SPDX-License-Identifier: Apache-2.0
// Joined operands that differ beside the joined axis.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> a;
inline ia::tensor<float, 2, 4> b;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::concat<0>(a, b);  // error 1: [concat] concat; axis 1: got 4, wanted 3; [2, 3] and [2, 4]
#elif !INTARSIA_CASE
  auto y = ia::concat<1>(a, b);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::concat<1>(a, b, ia::transpose(b));  // error 2: [concat] concat; axis 0: got 4, wanted 2; [2, 7] and [4, 2]
#elif !INTARSIA_CASE
  auto y = ia::concat<1>(a, b, b);
#endif
}
