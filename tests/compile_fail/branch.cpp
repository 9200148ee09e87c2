// SPDX-License-Identifier: Apache-2.0
// Run-time branches and loops on traced values.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto branches = ia::compile<"branches">([](auto a) {
  auto total = ia::sum(a);
  if (total > 0) return a * 2;
  return a + a;
});
constexpr auto loops = ia::compile<"loops">([](auto a) {
  auto y = a + 0;
  while (ia::sum(y) < 10) y = y * 2;
  return y;
});
constexpr auto chooses = ia::compile<"chooses">([](auto a) { return ia::where(ia::sum(a) > 0, a * 2, a + a); });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = branches(x);  // error 1: [branch] branches; ia::where(a < b, x, y) chooses
#elif !INTARSIA_CASE
  auto y = chooses(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = loops(x);  // error 2: [branch] loops
#elif !INTARSIA_CASE
  auto y = chooses(x);
#endif
}
