// SPDX-License-Identifier: Apache-2.0
// Results that do not fit the places they are written into.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline ia::tensor<float, 4> four;
inline const ia::tensor<float, 3> fixed;
inline float loss;
constexpr auto step = ia::compile<"step">([](auto a) { return ia::outputs(ia::sum(a), a * 2); });

void case_1() {
#if INTARSIA_CASE == 1
  step.into(loss, four)(x);  // error 1: [into] into; place 2: got float[4]; wanted float[3]
#else
  step.into(loss, x)(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  step.into(loss)(x);  // error 2: [into] into; got 1 places, wanted 2
#else
  step.into(loss, x)(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  step.into(loss, fixed)(x);  // error 3: [into] into; place 2 is const
#else
  step.into(loss, x)(x);
#endif
}
