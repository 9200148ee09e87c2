// SPDX-License-Identifier: Apache-2.0
// Options with values that mean nothing, and options of other operations.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 8, 8> image;
inline ia::tensor<float, 2, 2> kernel;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(image, kernel, ia::stride<0>);  // error 1: [option] corr2d; stride: got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::stride<1>);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::corr2d(image, kernel, ia::dilation<1, 0>);  // error 2: [option] corr2d; dilation: got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::dilation<1, 2>);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(image, kernel, ia::pad<1, 2, 3>);  // error 3: [option] corr2d; pad: got 3 values, wanted 1 or 2
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::pad<1, 2>);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::corr2d(image, kernel, ia::pad_sides<1, 1>);  // error 4: [option] corr2d; pad_sides: got 2, wanted 4
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::pad_sides<1, 1, 0, 0>);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::corr2d(image, kernel, ia::keep_axes);  // error 5: [option] corr2d; this is none
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::max_pool<2>(image, ia::groups<2>);  // error 6: [option] max_pool; groups
#elif !INTARSIA_CASE
  auto y = ia::max_pool<2>(image, ia::stride<1>);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::corr2d(image, kernel, ia::output_padding<1>);  // error 7: [option] corr2d; output_padding
#elif !INTARSIA_CASE
  auto y = ia::conv_transpose2d(image, kernel, ia::stride<2>, ia::output_padding<1>);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = ia::conv_transpose2d(image, kernel, ia::output_padding<1>);  // error 8: [option] conv_transpose2d; output_padding: got 1; wanted at most 0
#elif !INTARSIA_CASE
  auto y = ia::conv_transpose2d(image, kernel, ia::stride<2>, ia::output_padding<1>);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  auto y = ia::slice<0, 0, 8, 0>(image);  // error 9: [option] slice; got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::slice<0, 0, 8, 2>(image);
#endif
}
