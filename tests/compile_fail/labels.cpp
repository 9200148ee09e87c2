// SPDX-License-Identifier: Apache-2.0
// Labels of the wrong type, length or rank.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 4, 10> logits;
inline ia::tensor<std::int32_t, 4> label;
inline ia::tensor<std::int32_t, 5> five;
inline ia::tensor<float, 4> fractions;
inline ia::tensor<std::int32_t, 4, 10> one_hot;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::cross_entropy(logits, five);  // error 1: [labels] cross_entropy; axis 0: got 5, wanted 4; [4, 10] and [5]
#elif !INTARSIA_CASE
  auto y = ia::cross_entropy(logits, label);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::cross_entropy(logits, fractions);  // error 2: [labels] cross_entropy; got float, wanted an integer type; float[4, 10] and float[4]
#elif !INTARSIA_CASE
  auto y = ia::cross_entropy(logits, label);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::cross_entropy(logits, one_hot);  // error 3: [labels] cross_entropy; got 2, wanted 1
#elif !INTARSIA_CASE
  auto y = ia::cross_entropy(logits, ia::argmax<1>(one_hot));
#endif
}
