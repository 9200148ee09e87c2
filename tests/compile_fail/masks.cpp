// SPDX-License-Identifier: Apache-2.0
// Arithmetic on masks, which has no numbers to work on.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline ia::tensor<bool, 3> mask;

void case_1() {
#if INTARSIA_CASE == 1
  int hits = ia::sum(x > 0);  // error 1: [element_type] sum; got bool, wanted int32; bool[3]; convert: ia::cast<T>(x)
#elif !INTARSIA_CASE
  int hits = ia::sum(ia::cast<int>(x > 0));
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = mask - mask;  // error 2: [element_type] operator-; got bool, wanted float
#elif !INTARSIA_CASE
  auto y = ia::cast<int>(mask) - ia::cast<int>(mask);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = -mask;  // error 3: [element_type] operator-; got bool, wanted float
#elif !INTARSIA_CASE
  auto y = !mask;
#endif
}
