// SPDX-License-Identifier: Apache-2.0
// Results written into something that is gone after the call.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline float memory[3];
constexpr auto twice = ia::compile<"twice">([](auto a) { return a * 2; });

void case_1() {
#if INTARSIA_CASE == 1
  twice.into(ia::tensor<float, 3>{})(x);  // error 1: [into_temporary] into; name the tensor, or pass a view
#elif !INTARSIA_CASE
  twice.into(ia::view<float, 3>(memory))(x);
#endif
}
