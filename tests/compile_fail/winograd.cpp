// SPDX-License-Identifier: Apache-2.0
// Convolutions that Winograd's transforms are not for.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 1, 8, 9, 9> x;
inline ia::tensor<float, 4, 8, 3, 3> k;
inline ia::tensor<float, 4, 8, 5, 5> large;
inline ia::tensor<float, 4, 4, 3, 3> halves;
inline ia::tensor<float, 9, 9> image;
inline ia::tensor<float, 3, 3> edges;
inline ia::tensor<int, 1, 8, 9, 9> whole;
inline ia::tensor<int, 4, 8, 3, 3> numbers;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(x, k, ia::stride<2>, ia::winograd);  // error 1: [winograd] corr2d; stride: got 2, wanted 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, k, ia::stride<1>, ia::winograd);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::corr2d(x, k, ia::winograd, ia::dilation<1, 2>);  // error 2: [winograd] corr2d; dilation: got 2, wanted 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, k, ia::winograd, ia::pad<1, 2>);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(x, halves, ia::groups<2>, ia::winograd);  // error 3: [winograd] corr2d; groups: got 2, wanted 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, halves, ia::groups<2>);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::corr2d(x, large, ia::winograd);  // error 4: [winograd] corr2d; axis 2: got 5, wanted 3
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, large);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::corr2d(image, edges, ia::winograd);  // error 5: [winograd] corr2d; got 2, wanted 4
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, edges);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::corr2d(whole, numbers, ia::winograd);  // error 6: [element_type] corr2d
#elif !INTARSIA_CASE
  auto y = ia::corr2d(whole, numbers);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::corr2d(x, k, ia::winograd_tile<3>);  // error 7: [option] corr2d; winograd_tile: got 3; wanted a divisor of 4
#elif !INTARSIA_CASE
  auto y = ia::corr2d(x, k, ia::winograd_tile<2>);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = ia::max_pool<3>(x, ia::winograd);  // error 8: [option] max_pool; winograd
#elif !INTARSIA_CASE
  auto y = ia::max_pool<3>(x);
#endif
}
