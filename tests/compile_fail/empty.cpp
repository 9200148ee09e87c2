// SPDX-License-Identifier: Apache-2.0
// Results without elements.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3, 8> image;
inline ia::tensor<float, 2, 2> kernel;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::slice<1, 4, 4>(image);  // error 1: [empty] slice; axis 1: got 0, wanted at least 1; [3, 8]
#elif !INTARSIA_CASE
  auto y = ia::slice<1, 4, 5>(image);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::zero_pad(image, ia::pad<-2>);  // error 2: [empty] zero_pad; axis 0: got -1, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::zero_pad(image, ia::pad<-1>);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::conv_transpose2d(kernel, kernel, ia::pad<2>);  // error 3: [empty] conv_transpose2d; axis 0: got -1, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::conv_transpose2d(kernel, kernel, ia::pad<1>);
#endif
}
