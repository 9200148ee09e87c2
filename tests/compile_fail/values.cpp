// SPDX-License-Identifier: Apache-2.0
// Axes and shapes as values, where they are template arguments; values where there are none.
#include <intarsia/intarsia.hpp>

#include <iostream>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> x;
constexpr auto permutes = ia::compile<"permutes">([](auto a) { return ia::permute(a, 1, 0); });
constexpr auto turns = ia::compile<"turns">([](auto a) { return ia::permute<1, 0>(a); });
constexpr auto prints = ia::compile<"prints">([](auto a) {
  std::cout << a;
  return a;
});

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::reshape(x, 3, 2);  // error 1: [option] reshape; as template arguments: name<1>(x)
#elif !INTARSIA_CASE
  auto y = ia::reshape<3, 2>(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::sum(x, 1);  // error 2: [option] sum; as template arguments: name<1>(x)
#elif !INTARSIA_CASE
  auto y = ia::sum<1>(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::slice(x, 1, 0, 2);  // error 3: [option] slice; as template arguments
#elif !INTARSIA_CASE
  auto y = ia::slice<1, 0, 2>(x);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::pow(x, 3);  // error 4: [option] pow
#elif !INTARSIA_CASE
  auto y = ia::pow<3>(x);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = permutes(x);  // error 5: [option] permute; as template arguments: name<1>(x); argument 1
#elif !INTARSIA_CASE
  auto y = turns(x);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = prints(x);  // error 6: [not_constexpr] prints
#elif !INTARSIA_CASE
  auto y = turns(x);
#endif
}
