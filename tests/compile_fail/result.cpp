// SPDX-License-Identifier: Apache-2.0
// Lambdas that return something which is no result.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto constant = ia::compile<"constant">([](auto) { return 3; });
constexpr auto nothing = ia::compile<"nothing">([](auto) {});
constexpr auto fine = ia::compile<"fine">([](auto a) { return a + 3; });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = constant(x);  // error 1: [result] constant; return expressions or ia::outputs
#elif !INTARSIA_CASE
  auto y = fine(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  nothing(x);  // error 2: [result] nothing
#elif !INTARSIA_CASE
  fine(x);
#endif
}
