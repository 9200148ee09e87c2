// SPDX-License-Identifier: Apache-2.0
// An older C++.
// flags: -std=c++17
// twin: -O1
#include <intarsia/intarsia.hpp>  // error 1: [language]

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
