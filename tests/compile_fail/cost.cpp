// SPDX-License-Identifier: Apache-2.0
// Questions about a call that is refused.
// lines: 12
#include <intarsia/intarsia.hpp>

#include <iostream>

namespace ia = intarsia;

constexpr auto add = ia::compile([](auto x, auto y) { return x + y; });
using two = ia::tensor<float, 2>;
using three = ia::tensor<float, 3>;

void case_1() {
#if INTARSIA_CASE == 1
  auto c = ia::cost<add, two, three>;  // error 1: [broadcast] operator+; axis 0: got 3, wanted 2
#elif !INTARSIA_CASE
  auto c = ia::cost<add, two, two>;
#endif
}

void case_2(two& x, three& y) {
#if INTARSIA_CASE == 2
  ia::explain(std::cout, add, x, y);  // error 2: [broadcast] operator+; axis 0: got 3, wanted 2
#elif !INTARSIA_CASE
  ia::explain(std::cout, add, x, x);
#endif
  (void)y;
}
