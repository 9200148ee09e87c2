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
constexpr auto converts = ia::compile<"converts">([](auto a) {
  const float total = ia::sum(a);
  return a * total;
});
constexpr auto scales = ia::compile<"scales">([](auto a) { return a * ia::sum(a); });
constexpr auto reads = ia::compile<"reads">([](auto a) { return a * a(0); });
constexpr auto slices = ia::compile<"slices">([](auto a) { return a * ia::slice<0, 0, 1>(a); });

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

void case_3() {
#if INTARSIA_CASE == 3
  auto y = converts(x);  // error 3: [branch] converts; its value is known only when it runs
#elif !INTARSIA_CASE
  auto y = scales(x);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = reads(x);  // error 4: [branch] reads; its value is known only when it runs
#elif !INTARSIA_CASE
  auto y = slices(x);
#endif
}
