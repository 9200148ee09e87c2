// SPDX-License-Identifier: Apache-2.0
// Braces that hold another number of values than the shape.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

void case_1() {
#if INTARSIA_CASE == 1
  ia::tensor<float, 3> t{1, 2};  // error 1: [initialisers] tensor; axis 0: got 2, wanted 3
#elif !INTARSIA_CASE
  ia::tensor<float, 3> t{1, 2, 3};
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4}, {5, 6}};  // error 2: [initialisers] tensor; axis 0: got 3, wanted 2
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4}};
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4, 5}};  // error 3: [initialisers] tensor; axis 1: got 3, wanted 2
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4}};
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  ia::tensor<float, 2, 2> t{1, 2, 3, 4};  // error 4: [initialisers] tensor; got 4 numbers, wanted 2 lists
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4}};
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  ia::tensor<float, 1, 2, 2> t{{{1, 2}}};  // error 5: [initialisers] tensor; axis 1: got 1, wanted 2
#elif !INTARSIA_CASE
  ia::tensor<float, 1, 2, 2> t{{{1, 2}, {3, 4}}};
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  ia::tensor<float, 2> t{{1, 2}};  // error 6: [initialisers] tensor; got braces 2 deep, wanted 1
#elif !INTARSIA_CASE
  ia::tensor<float, 2> t{1, 2};
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  ia::tensor<float, 2, 2> t{{1, 2}, 3};  // error 7: [initialisers] tensor; got braces 1 deep, wanted 2
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 2> t{{1, 2}, {3, 4}};
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  ia::tensor<float, 1, 2> t{{{1, 2}}};  // error 8: [initialisers] tensor; got braces 3 deep, wanted 2
#elif !INTARSIA_CASE
  ia::tensor<float, 1, 2> t{{1, 2}};
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  ia::tensor<float, 2, 2, 2> t{{1, 2}, {3, 4}};  // error 9: [initialisers] tensor; got braces 2 deep, wanted 3
#elif !INTARSIA_CASE
  ia::tensor<float, 2, 1, 2> t{{{1, 2}}, {{3, 4}}};
#endif
}
