// SPDX-License-Identifier: Apache-2.0
// Shapes with another number of elements.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 12> a;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::reshape<5, 5>(a);  // error 1: [reshape] reshape; got 25, wanted 24; [2, 12]
#elif !INTARSIA_CASE
  auto y = ia::reshape<4, 6>(a);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::reshape<7, -1>(a);  // error 2: [reshape] reshape; got 21, wanted 24
#elif !INTARSIA_CASE
  auto y = ia::reshape<8, -1>(a);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::reshape<-1, -1>(a);  // error 3: [reshape] reshape; axis 1: got -1, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::reshape<-1, 3>(a);
#endif
}
