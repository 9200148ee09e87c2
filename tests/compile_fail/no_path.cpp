// SPDX-License-Identifier: Apache-2.0
// Gradients to what the value does not depend on.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x, y;
constexpr auto wrong = ia::compile<"wrong">([](auto a, auto b) { return ia::grad(ia::sum(a * a), b); });
constexpr auto copy = ia::compile<"copy">([](auto a, auto b) { return ia::grad(ia::sum(a * a), a * 1) + b; });
constexpr auto right = ia::compile<"right">([](auto a, auto b) { return ia::grad(ia::sum(a * b), b); });

void case_1() {
#if INTARSIA_CASE == 1
  auto g = wrong(x, y);  // error 1: [no_path] wrong; argument 2; the value does not depend on it
#elif !INTARSIA_CASE
  auto g = right(x, y);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto g = copy(x, y);  // error 2: [no_path] copy
#elif !INTARSIA_CASE
  auto g = right(x, y);
#endif
}
