// SPDX-License-Identifier: Apache-2.0
// Products of extents that fit in no memory.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

void case_1() {
#if INTARSIA_CASE == 1
  ia::tensor<float, 3000000000, 3000000000> all;  // error 1: [overflow] tensor; [3000000000, 3000000000]
#elif !INTARSIA_CASE
  float f;
  ia::view<float, 1> some(&f);
#endif
}
