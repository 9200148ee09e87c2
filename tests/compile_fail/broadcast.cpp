// SPDX-License-Identifier: Apache-2.0
// Pointwise operands whose extents differ, statements of any depth, and a compiled function.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> a;
inline ia::tensor<float, 3, 2> b;
inline ia::tensor<float, 2, 1> column;
inline ia::tensor<bool, 4> mask;
inline ia::tensor<float, 8, 8> image, other;
inline ia::tensor<float, 2, 2> edge;
constexpr auto squared_error = ia::compile<"squared_error">([](auto x, auto y) { return ia::sum(ia::square(x - y)); });

void case_1() {
#if INTARSIA_CASE == 1
  ia::tensor<float, 2, 3> y = a + b;  // error 1: [broadcast] operator+; axis 1: got 2, wanted 3; [2, 3] and [3, 2]
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 3> y = a + column;
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::maximum(a, b);  // error 2: [broadcast] maximum; axis 1: got 2, wanted 3
#elif !INTARSIA_CASE
  auto y = ia::maximum(a, column);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = a < b;  // error 3: [broadcast] operator<; axis 1
#elif !INTARSIA_CASE
  auto y = a < column;
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::where(mask, a, 0.f);  // error 4: [broadcast] where; axis 1: got 3, wanted 4; [4] and [2, 3] and []
#elif !INTARSIA_CASE
  auto y = ia::where(a > 0, a, 0.f);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::broadcast_to<4, 3>(a);  // error 5: [broadcast] broadcast_to; axis 0: got 2, wanted 4
#elif !INTARSIA_CASE
  auto y = ia::broadcast_to<4, 2, 3>(a);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::mse(a, b);  // error 6: [broadcast] mse; axis 1: got 2, wanted 3
#elif !INTARSIA_CASE
  auto y = ia::mse(a, column);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::tanh(ia::relu(ia::corr2d(image, edge) * 2.f - 1.f) + ia::exp(-ia::corr2d(other, edge))) / ia::clamp(a, 0.f, 1.f);  // error 7: [broadcast] operator/; axis 1: got 3, wanted 7; [7, 7] and [2, 3]
#elif !INTARSIA_CASE
  auto y = ia::tanh(ia::relu(ia::corr2d(image, edge) * 2.f - 1.f) + ia::exp(-ia::corr2d(other, edge))) / 2.f;
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  float loss = squared_error(a, b);  // error 8: [broadcast] operator-; axis 1: got 2, wanted 3; [2, 3] and [3, 2]
#elif !INTARSIA_CASE
  float loss = squared_error(a, column);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  bool y = a == b;  // error 9: [broadcast] operator==; got float[3, 2]; wanted float[2, 3]
#elif !INTARSIA_CASE
  bool y = a == ia::evaluate(ia::transpose(b));
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  a += b;  // error 10: [broadcast] operator+; axis 1: got 2, wanted 3; [2, 3] and [3, 2]
#elif !INTARSIA_CASE
  a += ia::transpose(b);
#endif
}
