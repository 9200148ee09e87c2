// SPDX-License-Identifier: Apache-2.0
// Two outputs into one place.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x, y;
constexpr auto wrong = ia::compile<"wrong">([](auto a, auto b) { return ia::outputs(ia::assign(a, b), ia::assign(a, b * 2)); });
constexpr auto right = ia::compile<"right">([](auto a, auto b) { return ia::outputs(ia::assign(a, b), ia::assign(b, a)); });

void case_1() {
#if INTARSIA_CASE == 1
  wrong(x, y);  // error 1: [twice] wrong; two outputs into one argument
#elif !INTARSIA_CASE
  right(x, y);
#endif
}
