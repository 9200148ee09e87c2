// SPDX-License-Identifier: Apache-2.0
// Flags under which the rule "NaN in, NaN out" would not hold.
// flags: -ffast-math
// twin: -O1
#include <intarsia/intarsia.hpp>  // error 1: [fast_math]

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
