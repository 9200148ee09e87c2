// SPDX-License-Identifier: Apache-2.0
// Groups that do not divide the channels.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 1, 6, 8, 8> x;
inline ia::tensor<float, 4, 2, 3, 3> k;
inline ia::tensor<float, 6, 2, 3, 3> k6;
inline ia::tensor<float, 8, 8> image;
inline ia::tensor<float, 3, 3> edge;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(x, k, ia::groups<4>);  // error 1: [groups] corr2d; axis 1: got 4, wanted a divisor of 6
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, k6, ia::groups<3>);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::corr2d(x, k, ia::groups<3>);  // error 2: [groups] corr2d; axis 0: got 3, wanted a divisor of 4
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, k6, ia::groups<3>);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(image, edge, ia::groups<2>);  // error 3: [groups] corr2d; got 2, wanted 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, edge);
#endif
}
