// SPDX-License-Identifier: Apache-2.0
// Gradients of what is no scalar.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
constexpr auto wrong = ia::compile<"wrong">([](auto a) { return ia::grad(a * a, a); });
constexpr auto right = ia::compile<"right">([](auto a) { return ia::grad(ia::sum(a * a), a); });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = wrong(x);  // error 1: [not_scalar] grad; got 1, wanted 0; [3]; ia::sum or ia::mean it first
#elif !INTARSIA_CASE
  auto y = right(x);
#endif
}
