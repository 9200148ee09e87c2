// SPDX-License-Identifier: Apache-2.0
// Operands with another number of axes, and tensors with too many.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 4, 4> image;
inline ia::tensor<float, 1, 2, 4, 4> images;
inline ia::tensor<float, 2, 2> edge;
inline ia::tensor<float, 4> row;
inline ia::tensor<float> scalar;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(images, edge);  // error 1: [rank] corr2d; got 2, wanted 4; [1, 2, 4, 4] and [2, 2]
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, edge);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::transpose(images);  // error 2: [rank] transpose; got 4, wanted 2
#elif !INTARSIA_CASE
  auto y = ia::transpose(image);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::permute<1, 0>(images);  // error 3: [rank] permute; got 2, wanted 4
#elif !INTARSIA_CASE
  auto y = ia::permute<1, 0, 2, 3>(images);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::global_avg_pool(image);  // error 4: [rank] global_avg_pool; got 2, wanted 4
#elif !INTARSIA_CASE
  auto y = ia::global_avg_pool(images);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::matmul(image, scalar);  // error 5: [rank] matmul; got 0, wanted at least 1; [4, 4] and []
#elif !INTARSIA_CASE
  auto y = ia::matmul(image, row);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::max_pool<2>(row);  // error 6: [rank] max_pool; got 1, wanted at least 2
#elif !INTARSIA_CASE
  auto y = ia::max_pool<2>(image);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::concat<0>(image, row);  // error 7: [rank] concat; got 1, wanted 2; [4, 4] and [4]
#elif !INTARSIA_CASE
  auto y = ia::concat<0>(image, image);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  ia::tensor<float, 1, 1, 1, 1, 1, 1, 1, 1, 2> deep;  // error 8: [rank] tensor; got 9, wanted at most 8
#elif !INTARSIA_CASE
  ia::tensor<float, 1, 1, 1, 1, 1, 1, 1, 2> deep;
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  image(1) = 2;  // error 9: [rank] operator(); got 1 positions, wanted 2
#elif !INTARSIA_CASE
  image(1, 0) = 2;
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  auto y = ia::reshape<1, 1, 1, 1, 1, 1, 1, 1, 4>(row);  // error 10: [rank] reshape; got 9, wanted at most 8
#elif !INTARSIA_CASE
  auto y = ia::reshape<1, 1, 1, 1, 1, 1, 1, 4>(row);
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  auto y = ia::broadcast_to<1, 1, 1, 1, 1, 1, 1, 1, 4>(row);  // error 11: [rank] broadcast_to; got 9, wanted at most 8
#elif !INTARSIA_CASE
  auto y = ia::broadcast_to<1, 1, 1, 1, 1, 1, 1, 4>(row);
#endif
}

void case_12() {
#if INTARSIA_CASE == 12
  auto y = ia::zero_pad(scalar, ia::pad<1>);  // error 12: [rank] zero_pad; got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::zero_pad(row, ia::pad<1>);
#endif
}
