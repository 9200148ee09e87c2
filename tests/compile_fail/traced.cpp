// SPDX-License-Identifier: Apache-2.0
// What a lambda cannot do with the values of a traced function.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> x;
inline ia::tensor<std::int32_t, 3> n;
inline ia::tensor<std::int64_t, 3> big;
constexpr auto twice = ia::compile<"twice">([](auto a) { return a * 2; });
constexpr auto halves = ia::compile<"halves">([](auto a) { return a * 0.5; });
constexpr auto becomes_scalar = ia::compile<"becomes_scalar">([](auto a) {
  a = ia::sum(a);
  return a;
});
constexpr auto unused = ia::compile<"unused">([](auto a) {
  auto h = ia::matmul(a, a);
  return a * static_cast<float>(h.size());
});
constexpr auto asks = ia::compile<"asks">([](auto a) {
  auto h = ia::matmul(a, a);
  if (h) return a;
  return a * 2;
});
constexpr auto goes_on = ia::compile<"goes_on">([](auto a) {
  auto h = ia::sum<2>(a);
  h += 1;
  return h(0, 0) * static_cast<float>(ia::sum(h));
});
constexpr auto adds_refused = ia::compile<"adds_refused">([](auto a) {
  a += ia::sum<2>(a);
  return a;
});
constexpr auto adds_mask = ia::compile<"adds_mask">([](auto a) {
  a += a > 0;
  return a;
});
constexpr auto writes = ia::compile<"writes">([](auto a) {
  a(0, 0) = 1;
  return a;
});
constexpr auto loops = ia::compile<"loops">([](auto a) {
  for (auto row : a) a += row;
  return a;
});
constexpr auto nothing = ia::compile<"nothing">([](auto) { return ia::outputs(); });
constexpr auto of_integers = ia::compile<"of_integers">([](auto a) { return ia::grad(ia::sum(a * a), a); });
constexpr auto beyond = ia::compile<"beyond">([](auto a) { return a + 9007199254740993; });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = halves(n);  // error 1: [number] operator*; got double, wanted int32; int32[3] and int32[]; argument 1
#elif !INTARSIA_CASE
  auto y = halves(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = becomes_scalar(x);  // error 2: [assign_shape] operator=; got float[]; wanted float[2, 3]
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = unused(x);  // error 3: [contraction] matmul; axis 1: got 2, wanted 3; argument 1
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = asks(x);  // error 4: [contraction] matmul
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = goes_on(x);  // error 5: [axis] sum; axis 2: got 2, wanted at most 1
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = adds_refused(x);  // error 6: [axis] sum
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = adds_mask(x);  // error 7: [element_type] operator+; got bool, wanted float
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = writes(x);  // error 8: [branch] writes; its value is known only when it runs
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  auto y = loops(x);  // error 9: [branch] loops; its value is known only when it runs
#elif !INTARSIA_CASE
  auto y = twice(x);
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  nothing(x);  // error 10: [result] nothing
#elif !INTARSIA_CASE
  twice(x);
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  auto y = of_integers(n);  // error 11: [element_type] grad; got int32, wanted float; int32[] and int32[3]
#elif !INTARSIA_CASE
  auto y = of_integers(x);
#endif
}

void case_12() {
#if INTARSIA_CASE == 12
  auto y = beyond(big);  // error 12: [number] constant; wanted at most 2^53
#elif !INTARSIA_CASE
  auto y = twice(big);
#endif
}
