// SPDX-License-Identifier: Apache-2.0
// Stores whose lanes are not neighbours in memory, but the iterations of another loop in the tile are: vectors that are stored
// as rows of their square, or in turn.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// The tiled loop whose iterations are neighbours in memory where the lanes of a store are not; -1 if there is none.
constexpr int rows_of_store(const nest& k, int access) {
  if (k.lane < 0 || k.lane >= k.outer || k.at[access].stride[k.lane] == 1) return -1;
  for (int l = 0; l < k.outer; ++l)
    if (l != k.lane && k.at[access].stride[l] == 1 && k.tile[l] > 1) return l;
  return -1;
}

/// The short loop whose iterations fill the gaps between the lanes of a store, so that it is a sequence; -1 if none does.
constexpr int interleaved_loop(const nest& k, const access& a, int lane) {
  const index apart = a.stride[lane];
  if (apart != 2 || ir::size_of(a.type) < 4 || !ir::is_float(a.type)) return -1;
  for (int l = 0; l < k.outer; ++l)
    if (l != lane && a.stride[l] == 1 && k.extent[l] == apart) return l;
  return -1;
}
constexpr bool interleaves(const nest& k, const access& a, int lane) { return interleaved_loop(k, a, lane) >= 0; }
constexpr bool interleaves(const nest& k, int store) { return k.lane >= 0 && k.lane < k.outer && interleaves(k, k.at[store], k.lane); }

}  // namespace intarsia::plan
