// SPDX-License-Identifier: Apache-2.0
// Products over extents that differ.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> a;
inline ia::tensor<float, 2, 4> b;
inline ia::tensor<float, 3, 4> c;
inline ia::tensor<float, 5, 2, 3> batch;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::matmul(a, b);  // error 1: [contraction] matmul; axis 1: got 2, wanted 3; [2, 3] and [2, 4]
#elif !INTARSIA_CASE
  auto y = ia::matmul(a, c);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::matmul(batch, b);  // error 2: [contraction] matmul; axis 2: got 2, wanted 3; [5, 2, 3] and [2, 4]
#elif !INTARSIA_CASE
  auto y = ia::matmul(batch, c);
#endif
}
