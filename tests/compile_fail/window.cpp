// SPDX-License-Identifier: Apache-2.0
// Kernels and pooling windows that are larger than the padded input.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3, 8> image;
inline ia::tensor<float, 5, 5> kernel;
inline ia::tensor<float, 1, 1, 3, 3> x;
inline ia::tensor<float, 2, 2> small;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::corr2d(image, kernel);  // error 1: [window] corr2d; axis 0: got 5, wanted at most 3; [3, 8] and [5, 5]
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, kernel, ia::pad<1, 0>);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::max_pool<4>(x);  // error 2: [window] max_pool; axis 2: got 4, wanted at most 3
#elif !INTARSIA_CASE
  auto y = ia::max_pool<3>(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(image, small, ia::dilation<3>);  // error 3: [window] corr2d; axis 0: got 4, wanted at most 3
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, small, ia::dilation<2>);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::avg_pool<2, 0>(x);  // error 4: [window] avg_pool; got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::avg_pool<2, 1>(x);
#endif
}
