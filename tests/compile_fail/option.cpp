// SPDX-License-Identifier: Apache-2.0
// Options with values that mean nothing, and options of other operations.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 8, 8> image;
inline ia::tensor<float, 2, 2> kernel;
constexpr auto padded_sum = ia::compile([](auto x) { return ia::mean<0>(x, ia::pad<1>) + 1; });
constexpr auto plain_sum = ia::compile([](auto x) { return ia::mean<0>(x, ia::keep_axes) + 1; });

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

void case_10() {
#if INTARSIA_CASE == 10
  auto y = ia::corr2d(image, kernel, ia::pad<1>, ia::pad<2>);  // error 10: [option] corr2d; pad: given twice
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::pad<1, 2>);
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  auto y = ia::corr2d(image, kernel, ia::pad<1>, ia::pad_sides<1, 1, 0, 0>);  // error 11: [option] corr2d; pad: given twice
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::pad_sides<1, 1, 0, 0>);
#endif
}

void case_12() {
#if INTARSIA_CASE == 12
  auto y = ia::zero_pad(image, ia::pad<1>, ia::stride<2>);  // error 12: [option] zero_pad; stride
#elif !INTARSIA_CASE
  auto y = ia::zero_pad(image, ia::pad<1>);
#endif
}

void case_13() {
#if INTARSIA_CASE == 13
  auto y = ia::zero_pad(image);  // error 13: [option] zero_pad; pad: got 0 values, wanted 1 or 2
#elif !INTARSIA_CASE
  auto y = ia::zero_pad(image, ia::pad<1, 2>);
#endif
}

void case_14() {
#if INTARSIA_CASE == 14
  auto y = ia::sum<0>(image, ia::pad<1>);  // error 14: [option] sum; this is none
#elif !INTARSIA_CASE
  auto y = ia::sum<0>(image, ia::keep_axes);
#endif
}

void case_15() {
#if INTARSIA_CASE == 15
  auto y = ia::max(image, image);  // error 15: [option] max; this is none
#elif !INTARSIA_CASE
  auto y = ia::maximum(image, image);
#endif
}

void case_16() {
#if INTARSIA_CASE == 16
  auto y = ia::softmax<1>(image, ia::keep_axes);  // error 16: [option] softmax; this is none
#elif !INTARSIA_CASE
  auto y = ia::softmax<1>(image);
#endif
}

void case_17() {
#if INTARSIA_CASE == 17
  auto y = padded_sum(image);  // error 17: [option] mean; this is none
#elif !INTARSIA_CASE
  auto y = plain_sum(image);
#endif
}

void case_18() {
#if INTARSIA_CASE == 18
  auto y = ia::max_pool<2>(image, ia::pad<2>);  // error 18: [option] max_pool; pad: got 2, wanted at most 1
#elif !INTARSIA_CASE
  auto y = ia::max_pool<2>(image, ia::pad<1>);
#endif
}
