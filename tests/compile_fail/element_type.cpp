// SPDX-License-Identifier: Apache-2.0
// Operands of different element types, and types that an operation does not know.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 2, 3> a;
inline ia::tensor<double, 2, 3> d;
inline ia::tensor<std::int32_t, 2, 3> n;
inline ia::tensor<double, 2, 2> k;
inline ia::tensor<double, 3, 2> m;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = a * d;  // error 1: [element_type] operator*; got double, wanted float; float[2, 3] and double[2, 3]
#elif !INTARSIA_CASE
  auto y = a * ia::cast<float>(d);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::exp(n);  // error 2: [element_type] exp; got int32, wanted float
#elif !INTARSIA_CASE
  auto y = ia::exp(ia::cast<float>(n));
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::corr2d(a, k);  // error 3: [element_type] corr2d; got double, wanted float; float[2, 3] and double[2, 2]
#elif !INTARSIA_CASE
  auto y = ia::corr2d(d, k);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::matmul(a, m);  // error 4: [element_type] matmul; got double, wanted float
#elif !INTARSIA_CASE
  auto y = ia::matmul(d, m);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::where(a, a, a);  // error 5: [element_type] where; got float, wanted bool
#elif !INTARSIA_CASE
  auto y = ia::where(a > 0, a, a);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::concat<0>(a, d);  // error 6: [element_type] concat; got double, wanted float
#elif !INTARSIA_CASE
  auto y = ia::concat<0>(a, a);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::softmax<1>(n);  // error 7: [element_type] softmax; got int32, wanted float
#elif !INTARSIA_CASE
  auto y = ia::softmax<1>(a);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = ia::mean(n);  // error 8: [element_type] mean; got int32, wanted float
#elif !INTARSIA_CASE
  auto y = ia::mean(ia::cast<float>(n));
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  auto y = ia::avg_pool<2>(n);  // error 9: [element_type] avg_pool; got int32, wanted float
#elif !INTARSIA_CASE
  auto y = ia::avg_pool<2>(a);
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  ia::tensor<const char*, 3> words;  // error 10: [element_type] tensor; [3]
#elif !INTARSIA_CASE
  ia::tensor<char, 3> words;
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  auto y = ia::conv_transpose2d(a, k);  // error 11: [element_type] conv_transpose2d; got double, wanted float
#elif !INTARSIA_CASE
  auto y = ia::conv_transpose2d(d, k);
#endif
}

void case_12() {
#if INTARSIA_CASE == 12
  auto y = a && a;  // error 12: [element_type] operator&&; got float, wanted bool
#elif !INTARSIA_CASE
  auto y = a > 0 && a < 1;
#endif
}

void case_13() {
#if INTARSIA_CASE == 13
  auto y = !n;  // error 13: [element_type] operator!; got int32, wanted bool
#elif !INTARSIA_CASE
  auto y = !(n > 0);
#endif
}
