// SPDX-License-Identifier: Apache-2.0
// Updates of what a call cannot overwrite.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline const ia::tensor<float, 3> fixed;
constexpr auto halve = ia::compile<"halve">([](auto a) { return ia::assign(a, a / 2); });
constexpr auto inner = ia::compile<"inner">([](auto a) {
  auto h = a * 2;
  return ia::assign(h, h + 1);
});

void case_1() {
#if INTARSIA_CASE == 1
  halve(fixed);  // error 1: [assign_target] halve; argument 1
#elif !INTARSIA_CASE
  halve(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  halve(ia::tensor<float, 3>{1, 2, 3});  // error 2: [assign_target] halve; argument 1
#elif !INTARSIA_CASE
  halve(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  inner(x);  // error 3: [assign_target] inner; assign to a non-const argument
#elif !INTARSIA_CASE
  halve(x);
#endif
}
