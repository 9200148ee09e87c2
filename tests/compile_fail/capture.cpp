// SPDX-License-Identifier: Apache-2.0
// A compiled lambda that captures.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;

void case_1() {
#if INTARSIA_CASE == 1
  const float rate = 0.1f; auto f = ia::compile([rate](auto a) { return a * rate; }); auto y = f(x);  // error 1: [capture] the function; pass it as an argument
#elif !INTARSIA_CASE
  auto f = ia::compile([](auto a, auto rate) { return a * rate; });
  auto y = f(x, 0.1f);
#endif
}
