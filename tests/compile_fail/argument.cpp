// SPDX-License-Identifier: Apache-2.0
// Arguments that a compiled function cannot take.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto twice = ia::compile<"twice">([](auto a, auto b) { return a * 2 + b; });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = twice(x, "three");  // error 1: [argument] twice; argument 2
#elif !INTARSIA_CASE
  auto y = twice(x, 3.f);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = twice(x + 1, x);  // error 2: [argument] twice; argument 1
#elif !INTARSIA_CASE
  auto y = twice(ia::evaluate(x + 1), x);
#endif
}
