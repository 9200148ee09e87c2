// SPDX-License-Identifier: Apache-2.0
// Arguments that a compiled function cannot take.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto twice = ia::compile<"twice">([](auto a, auto b) { return a * 2 + b; });
inline ia::tensor<float, 2, 2> image;
constexpr auto by_number = ia::compile([](auto a) { return ia::matmul(a, 2); });
constexpr auto by_itself = ia::compile([](auto a) { return ia::matmul(a, a); });

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

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(image, 3.f);  // error 3: [argument] corr2d; argument 2; a tensor or an expression is needed
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, image);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::matmul(2.f, image);  // error 4: [argument] matmul; argument 1
#elif !INTARSIA_CASE
  auto y = ia::matmul(image, image);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = by_number(image);  // error 5: [argument] matmul; argument 2
#elif !INTARSIA_CASE
  auto y = by_itself(image);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::evaluate(x);  // error 6: [argument] evaluate; it is a tensor already
#elif !INTARSIA_CASE
  auto y = ia::evaluate(x + 1);
#endif
}
