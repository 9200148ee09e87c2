// SPDX-License-Identifier: Apache-2.0
// A call that needs a large workspace, in a build that forbids static ones.
// flags: -DINTARSIA_NO_STATIC_WORKSPACE
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::boxed<ia::tensor<float, 200, 200>> a, b;
inline ia::tensor<float, 3, 3> k;
constexpr auto twice_smoothed = ia::compile<"twice_smoothed">([](auto x, auto s) { return ia::corr2d(ia::corr2d(x, s), s); });
inline ia::tensor<float, 20, 20> small;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = twice_smoothed(*a, k);  // error 1: [workspace] twice_smoothed; wanted at most 65536
#elif !INTARSIA_CASE
  auto y = twice_smoothed(small, k);
#endif
}
