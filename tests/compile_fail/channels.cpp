// SPDX-License-Identifier: Apache-2.0
// Kernels and layers for another number of channels.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 1, 6, 8, 8> x;
inline ia::tensor<float, 4, 7, 3, 3> seven;
inline ia::tensor<float, 4, 6, 3, 3> six;
inline ia::tensor<float, 4, 3, 3, 3> three;
inline ia::tensor<float, 6, 4, 3, 3> back;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(x, seven);  // error 1: [channels] corr2d; axis 1: got 7, wanted 6; [1, 6, 8, 8] and [4, 7, 3, 3]
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, six);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::corr2d(x, six, ia::groups<2>);  // error 2: [channels] corr2d; axis 1: got 6, wanted 3
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, three, ia::groups<2>);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::conv_transpose2d(x, six);  // error 3: [channels] conv_transpose2d; axis 1: got 4, wanted 6
#elif !INTARSIA_CASE
  auto y = ia::conv_transpose2d(x, back);
#endif
}
