// SPDX-License-Identifier: Apache-2.0
// Weights that come from memory. A kernel reads a panel of them again for every tile of pixels, the first time from memory:
// faster than it comes. So each tile fetches its part of the next panel into the second-level cache.
#pragma once

#include "intarsia/plan/slots.hpp"

namespace intarsia::plan {

/// Of one access, whose panels are equally far apart: elements of a panel, from one to the next, and how often each is read;
/// access is -1 where nothing is worth fetching.
struct ahead {
  int access = -1;
  index panel = 0;
  index step = 0;
  index passes = 1;
};

constexpr ahead panels_ahead(const slot_map& m) {
  const nest& k = m.k;
  if (k.factor < 0 || k.outer < 2 || k.lane < 0 || k.lane >= k.outer) return {};
  for (int i : {k.term, k.factor}) {
    if (k.code[i].what != step::load) continue;
    const access& a = k.at[k.code[i].a];
    if (a.guards > 0 || a.stride[0] == 0 || a.stride[k.lane] != 1 || k.lane == 0) continue;
    // a panel is one sequence: the lanes, then the reduction from its innermost loop on
    index elements = k.extent[k.lane], passes = 1, panels = 1, step = 0;
    bool whole = k.tile[k.lane] * m.lanes >= k.extent[k.lane];
    for (int l = k.loops - 1; l >= k.outer; --l) {
      whole = whole && a.stride[l] == elements;
      elements *= k.extent[l];
    }
    bool inside = true;  // of the loops over panels
    for (int l = k.outer - 1; l >= 0; --l) {
      if (l == k.lane) continue;
      inside = inside && a.stride[l] == 0;
      if (inside) passes *= (k.extent[l] + k.tile[l] - 1) / k.tile[l];
      if (inside) continue;
      if (panels == 1) step = a.stride[l];
      whole = whole && a.stride[l] == step * panels;
      panels *= k.extent[l];
    }
    const index bytes = elements * ir::size_of(a.type);
    // two panels have to fit into the second-level cache, all of them not; where a panel is read often, the first time counts little
    constexpr index smallest = 16 * 1024, largest = 400 * 1024, cache = 2 * 1024 * 1024;
    if (whole && bytes >= smallest && bytes <= largest && bytes * panels >= cache && passes >= 2 && passes <= 16) return {k.code[i].a, elements, step, passes};
  }
  return {};
}

}  // namespace intarsia::plan
