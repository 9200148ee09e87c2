// SPDX-License-Identifier: Apache-2.0
// A fraction beside integers.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<std::int32_t, 2, 3> n;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = n * 0.5;  // error 1: [number] operator*; got double, wanted int32
#elif !INTARSIA_CASE
  auto y = n * 2;
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = ia::clamp(n, 0.5, 2.5);  // error 2: [number] clamp; got double, wanted int32
#elif !INTARSIA_CASE
  auto y = ia::clamp(n, 0, 2);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = ia::pow<0.5>(n);  // error 3: [number] pow; got double, wanted int32
#elif !INTARSIA_CASE
  auto y = ia::pow<3>(n);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  ia::tensor<int, 2> t{1.5, 2};  // error 4: [number] tensor; got double, wanted int32
#elif !INTARSIA_CASE
  ia::tensor<int, 2> t{1, 2};
#endif
}
