// SPDX-License-Identifier: Apache-2.0
// Ranges that leave their axis.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3, 8> a;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::slice<1, 2, 9>(a);  // error 1: [slice] slice; axis 1: got 9, wanted at most 8; [3, 8]
#elif !INTARSIA_CASE
  auto y = ia::slice<1, 2, 8>(a);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::slice<0, -4, 2>(a);  // error 2: [slice] slice; axis 0: got -4, wanted at least -3
#elif !INTARSIA_CASE
  auto y = ia::slice<0, -3, 2>(a);
#endif
}
