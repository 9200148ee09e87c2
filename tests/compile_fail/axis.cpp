// SPDX-License-Identifier: Apache-2.0
// Axes that do not exist, or are named twice.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> a;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::sum<2>(a);  // error 1: [axis] sum; axis 2: got 2, wanted at most 1
#elif !INTARSIA_CASE
  auto y = ia::sum<1>(a);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::mean<0, 0>(a);  // error 2: [axis] mean; axis 0
#elif !INTARSIA_CASE
  auto y = ia::mean<0, 1>(a);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::permute<0, 2>(a);  // error 3: [axis] permute; axis 2
#elif !INTARSIA_CASE
  auto y = ia::permute<1, 0>(a);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::softmax<-1>(a);  // error 4: [axis] softmax; got -1, wanted at most 1
#elif !INTARSIA_CASE
  auto y = ia::softmax<1>(a);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::flip<2>(a);  // error 5: [axis] flip; axis 2
#elif !INTARSIA_CASE
  auto y = ia::flip<1>(a);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::concat<2>(a, a);  // error 6: [axis] concat; axis 2
#elif !INTARSIA_CASE
  auto y = ia::concat<1>(a, a);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::argmax<3>(a);  // error 7: [axis] argmax; axis 3
#elif !INTARSIA_CASE
  auto y = ia::argmax<0>(a);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto n = ia::extent<2>(a);  // error 8: [axis] extent; axis 2: got 2, wanted at most 1
#elif !INTARSIA_CASE
  auto n = ia::extent<1>(a);
#endif
}
