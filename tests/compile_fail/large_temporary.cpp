// SPDX-License-Identifier: Apache-2.0
// A large temporary that a lazy value would keep on the stack.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

ia::tensor<float, 200, 200> measure();
ia::boxed<ia::tensor<float, 200, 200>> measure_boxed();

void case_1() {
#if INTARSIA_CASE == 1
  auto y = measure() * 2.f;  // error 1: [large_temporary] operator*; at most 65536 bytes
#elif !INTARSIA_CASE
  auto y = measure_boxed() * 2.f;
#endif
}
