// SPDX-License-Identifier: Apache-2.0
// Lambdas that do not take what they are called with.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto typed = ia::compile<"typed">([](ia::tensor<float, 3> a) { return a; });
constexpr auto generic = ia::compile<"generic">([](auto a) { return a * 2; });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = typed(x);  // error 1: [parameters] typed; got 1 arguments; one auto parameter for each argument
#elif !INTARSIA_CASE
  auto y = generic(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = generic(x, x);  // error 2: [parameters] generic; got 2 arguments
#elif !INTARSIA_CASE
  auto y = generic(x);
#endif
}
