// SPDX-License-Identifier: Apache-2.0
// What is in memory, fetched before it is needed.
// Weights: a kernel reads a panel of them again for every tile of pixels, the first time from memory: faster than it comes. So
// each tile fetches its part of the next panel into the second-level cache. (1x1, 2048x7x7 to 512, out of a cold cache, Zen 5,
// AVX-512: 165 to 204 GFLOP/s.)
// Results: a tile asks for the lines it will write before it sums.
#pragma once

#include "intarsia/plan/order.hpp"
#include "intarsia/plan/slots.hpp"

namespace intarsia::plan {

/// Panels of one access, which is -1 where nothing is worth fetching. A row of a panel is what one step of the first loop of the
/// reduction reads: as seldom as that, fetching costs nothing beside the products.
struct ahead {
  int access = -1;
  index rows = 1;
  index lines = 0;   // of the cache, in a row
  index apart = 0;   // elements from row to row
  index step = 0;    // and from panel to panel
  index passes = 1;  // how often each panel is read

  static constexpr index line = 64;
  /// Lines to fetch for one row.
  constexpr int share() const { return static_cast<int>((lines + passes - 1) / passes); }
};

namespace detail {

/// Bytes along the loop that goes furthest: also what other nests have of the same value.
constexpr index reach_of(const nest& k, const access& a) {
  index furthest = 0;
  for (int l = 0; l < k.loops; ++l)
    if (const index reach = a.stride[l] * k.extent[l] * ir::size_of(a.type); reach > furthest) furthest = reach;
  return furthest;
}

/// Panels that are each one sequence: the lanes, then the reduction from its innermost loop on.
constexpr ahead packed_panels(const slot_map& m, const access& a, index unrolled) {
  const nest& k = m.k;
  index elements = k.extent[k.lane], panels = 1;
  bool whole = a.stride[0] != 0 && k.lane > 0 && k.tile[k.lane] * m.lanes >= k.extent[k.lane];
  for (int l = k.loops - 1; l >= k.outer; --l) {
    whole = whole && a.stride[l] == elements;
    elements *= k.extent[l];
  }
  ahead r;
  bool inside = true;  // of the loops over panels
  for (int l = k.outer - 1; l >= 0; --l) {
    if (l == k.lane) continue;
    inside = inside && a.stride[l] == 0;
    if (inside) r.passes *= (k.extent[l] + k.tile[l] - 1) / k.tile[l];
    if (inside) continue;
    if (panels == 1) r.step = a.stride[l];
    whole = whole && a.stride[l] == r.step * panels;
    panels *= k.extent[l];
  }
  if (!whole) return {};
  r.apart = a.stride[k.outer] * unrolled;
  r.rows = elements / r.apart;
  return r;
}

/// Panels of a matrix's columns: one vector of the tile beside the other, row by row of the matrix.
constexpr ahead columns_of_matrix(const slot_map& m, const access& a, index unrolled) {
  const nest& k = m.k;
  if (k.lane != 0 || k.loops - k.outer != 1) return {};
  ahead r;
  for (int l = 1; l < k.outer; ++l) {
    if (a.stride[l] != 0) return {};
    r.passes *= (k.extent[l] + k.tile[l] - 1) / k.tile[l];
  }
  r.step = k.tile[0] * m.lanes;
  r.apart = a.stride[k.loops - 1] * unrolled;
  r.rows = k.extent[k.loops - 1] / unrolled;
  return unrolled == 1 && r.apart >= r.step ? r : ahead{};
}

}  // namespace detail

constexpr ahead panels_ahead(const slot_map& m) {
  const nest& k = m.k;
  if (k.factor < 0 || k.outer < 2 || k.loops == k.outer || k.lane < 0 || k.lane >= k.outer) return {};
  const index unrolled = k.tile[k.outer];
  for (int i : {k.term, k.factor}) {
    if (k.code[i].what != step::load) continue;
    const access& a = k.at[k.code[i].a];
    if (a.guards > 0 || a.stride[k.lane] != 1) continue;
    ahead r = detail::packed_panels(m, a, unrolled);
    if (r.apart == 0) r = detail::columns_of_matrix(m, a, unrolled);
    r.lines = ((r.apart < r.step ? r.apart : r.step) * ir::size_of(a.type) + ahead::line - 1) / ahead::line;
    const index panel = r.rows * r.lines * ahead::line;
    // two panels have to fit into the second-level cache, all of them not; where a panel is read often, the first time counts little
    constexpr index smallest = 8 * 1024, largest = 400 * 1024;
    const bool from_memory = detail::reach_of(k, a) >= second_level_cache || (k.lane == 0 && r.apart * ir::size_of(a.type) >= 2048);
    if (r.apart == 0 || panel < smallest || panel > largest || !from_memory || r.passes < 2 || r.passes > 64) continue;
    r.access = k.code[i].a;
    return r;
  }
  return {};
}

/// Whether a tile fetches the lines it will write: each vector is one, and all of them are more than the second-level cache
/// holds. (Gradient to the kernel, 3x3, 512x7x7, Zen 4, AVX-512: 2.61 to 2.34 ms with g++; AVX2, half a line, 2.17 to 2.21.)
constexpr bool fetches_results(const slot_map& m) {
  const nest& k = m.k;
  if (k.factor < 0 || k.outer < 2 || k.loops == k.outer || k.lane < 0 || k.lane >= k.outer || k.stores != 1 || k.beginning >= 0) return false;
  const access& a = k.at[k.store[0].access];
  return a.stride[k.lane] == 1 && m.lanes * ir::size_of(a.type) == ahead::line && detail::reach_of(k, a) > second_level_cache;
}

}  // namespace intarsia::plan
