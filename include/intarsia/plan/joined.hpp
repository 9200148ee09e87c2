// SPDX-License-Identifier: Apache-2.0
// Sums along the lanes whose results are vectors again.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// The outer loop along which results are neighbours in memory for all that follows a sum along the lanes, so that they are
/// vectors again, not single numbers; -1 if there is none. (120 x 400 times a vector, then a sigmoid, Zen 4, AVX-512: 2.04 to
/// 1.69 us.)
constexpr int joined_loop(const nest& k) {
  if (k.reduction != ir::opcode::add || k.code[k.term].type != ir::dtype::f32 || k.sinks > 0 || k.stores == 0) return -1;
  for (int l = 0; l < k.outer; ++l) {
    bool joins = true;
    for (int s = 0; s < k.stores; ++s) joins = joins && k.at[k.store[s].access].stride[l] == 1;
    for (int i = 0; i < k.epilogue; ++i) {
      const instruction& c = k.code[i];
      if (ir::size_of(c.type) > 4) joins = false;
      if (i < k.body) continue;
      // their rows are those of this nest's lanes
      if (c.what == step::position || c.what == step::within) joins = false;
      if (c.what == step::load) joins = joins && k.at[c.a].guards == 0 && (k.at[c.a].stride[l] == 0 || k.at[c.a].stride[l] == 1);
    }
    if (joins) return l;
  }
  return -1;
}
/// Iterations of it that a tile must have.
inline constexpr index fewest_joined = 3;

/// The same nest with an outer loop, of this extent, on the lanes.
constexpr nest with_lane(nest k, int l, index extent) {
  k.lane = static_cast<std::int8_t>(l);
  k.extent[l] = extent;
  k.tile[l] = 1;
  k.partial = 1;
  return k;
}

}  // namespace intarsia::plan
