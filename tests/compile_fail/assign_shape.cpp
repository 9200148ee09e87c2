// SPDX-License-Identifier: Apache-2.0
// Results assigned to another shape or element type.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3, 4> x;
inline ia::tensor<float, 2, 2> k;
inline float memory[12];
constexpr auto renew = ia::compile<"renew">([](auto a, auto b) { return ia::assign(a, b * 2); });
constexpr auto grows = ia::compile<"grows">([](auto a) {
  auto total = ia::sum(a);
  total += a;
  return total;
});
constexpr auto stays = ia::compile<"stays">([](auto a) {
  auto b = a;
  b += ia::sum(a);
  b /= 2;
  return b;
});

void case_1() {
#if INTARSIA_CASE == 1
  ia::tensor<float, 3, 4> y = ia::corr2d(x, k);  // error 1: [assign_shape] tensor; got float[2, 3]; wanted float[3, 4]
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 3> y = ia::corr2d(x, k);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  x = ia::transpose(x);  // error 2: [assign_shape] tensor; got float[4, 3]; wanted float[3, 4]
#elif !INTARSIA_CASE
  x = ia::transpose(ia::transpose(x));
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  ia::tensor<double, 3, 4> y = x + 1;  // error 3: [assign_shape] tensor; got float[3, 4]; wanted double[3, 4]
#elif !INTARSIA_CASE
  ia::tensor<float, 3, 4> y = x + 1;
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  ia::view<float, 4, 3> v(memory); v = x * 2;  // error 4: [assign_shape] tensor; got float[3, 4]; wanted float[4, 3]
#elif !INTARSIA_CASE
  ia::view<float, 3, 4> v(memory);
  v = x * 2;
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  ia::boxed<ia::tensor<float, 4>> y = ia::sum<1>(x);  // error 5: [assign_shape] tensor; got float[3]; wanted float[4]
#elif !INTARSIA_CASE
  ia::boxed<ia::tensor<float, 3>> y = ia::sum<1>(x);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  ia::tensor<float, 3, 4> y = k;  // error 6: [assign_shape] tensor; got float[2, 2]; wanted float[3, 4]
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 2> y = k;
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  x = k;  // error 7: [assign_shape] tensor; got float[2, 2]; wanted float[3, 4]
#elif !INTARSIA_CASE
  x = ia::tensor<float, 3, 4>{};
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  renew(x, k);  // error 8: [assign_shape] assign; got float[2, 2]; wanted float[3, 4]
#elif !INTARSIA_CASE
  renew(x, x);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  ia::tensor<float, 4> row; row *= x;  // error 9: [assign_shape] tensor; got float[3, 4]; wanted float[4]
#elif !INTARSIA_CASE
  ia::tensor<float, 4> row; x *= row;
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  auto y = grows(x);  // error 10: [assign_shape] operator=
#elif !INTARSIA_CASE
  auto y = stays(x);
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  ia::view<float, 2, 6> v(x);  // error 11: [assign_shape] tensor; got float[3, 4]; wanted float[2, 6]
#elif !INTARSIA_CASE
  ia::view<float, 2, 6> v(x.data());
#endif
}
