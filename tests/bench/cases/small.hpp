// SPDX-License-Identifier: Apache-2.0
// Programs of a few hundred operations, where every instruction beside them shows. (Small correlations are among images.)
#pragma once

#include "../bench.hpp"

namespace bench {

inline constexpr const char* learning = "learn a 1x2 kernel, ten steps";
inline constexpr const char* call = "prepared call on four elements";
inline constexpr float rate = 0.03f;
inline constexpr int steps = 10;

inline std::vector<work> small_works() {
  return {// image 6x8, wanted 6x7, kernel; the last kernel and loss
          {"small", learning, steps * 42 * (2.0 * 2 + 1 + 2 + 2.0 * 2), 4 * (48 + 42 + 2 + 3), {{48}, {42}, {2}}, {2, 1}, 1e-5, true},
          // relu(x * s): x, s
          {"small", call, 8, 4 * 12, {{4, 0.5f, 2}, {4, 0.5f, 2}}, {4}, 0, true}};
}

}  // namespace bench
