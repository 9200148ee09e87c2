// SPDX-License-Identifier: Apache-2.0
// nest -> parts: one outer loop of a nest that is planned already, cut between its tiles.
// Invariant: each tile of the loop is in exactly one part, and no two parts write the same element.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// Part i runs iterations begin[i] to begin[i + 1] of the loop; without a loop the nest is left whole.
template <int Most>
struct partition {
  int loop = -1;
  int parts = 1;
  index begin[Most + 1] = {};
};

/// Below this a nest is not cut, in cycles by the model: handing out parts and waiting for them takes some thousands.
inline constexpr index least_cycles = 65536;

namespace detail {

/// Bytes that an access reaches, each once.
constexpr index bytes_of(const nest& k, const access& a) {
  index all = 1, span = 1;
  for (int l = 0; l < k.loops; ++l) {
    const index size = a.stride[l] < 0 ? -a.stride[l] : a.stride[l];
    if (size != 0) all *= k.extent[l], span += size * (k.extent[l] - 1);
  }
  return (span < all ? span : all) * ir::size_of(a.type);
}

/// About how many cycles a nest takes: its operations, or its memory from a distant cache.
constexpr index cycles_of(const nest& k, index lanes) {
  auto cost_of = [&k](int from, int to) {
    index cost = 0;
    for (int i = from; i < to; ++i) {
      if (k.code[i].what == step::load) ++cost;
      else if (k.code[i].what == step::map) cost += ir::facts_of(k.code[i].op).cost;
    }
    return cost;
  };
  index outer = 1, all = 1, bytes = 0;
  for (int l = 0; l < k.outer; ++l) outer *= k.extent[l];
  for (int l = 0; l < k.loops; ++l) all *= k.extent[l];
  for (int a = 0; a < k.accesses; ++a) bytes += bytes_of(k, k.at[a]);
  // two multiply-adds a cycle: the tile shares their operands
  const index body = k.reduction == ir::opcode::none ? 0 : k.factor >= 0 ? all / 2 : all * (cost_of(0, k.body) + 1);
  const index operations = (body + outer * (cost_of(k.body, k.epilogue) + k.stores)) / lanes;
  return operations > bytes / 16 ? operations : bytes / 16;
}

/// Whether iterations of an outer loop store to places of their own, whatever the other loops do.
constexpr bool stores_apart(const nest& k, int loop) {
  for (int s = 0; s < k.stores; ++s) {
    const access& a = k.at[k.store[s].access];
    auto size = [&a](int l) { return a.stride[l] < 0 ? -a.stride[l] : a.stride[l]; };
    if (size(loop) == 0) return false;
    // as digits of a number: each stride exceeds what all smaller ones reach together
    for (int l = 0; l < k.outer; ++l) {
      index reach = 0;
      for (int m = 0; m < k.outer; ++m)
        if (m != l && (size(m) < size(l) || (size(m) == size(l) && m < l))) reach += size(m) * (k.extent[m] - 1);
      if (size(l) != 0 && size(l) <= reach) return false;
    }
  }
  return true;
}

/// The last place between two tiles of a loop that is not behind iteration `at`.
constexpr index tile_at_or_before(const nest& k, int loop, index lanes, index at) {
  const index unit = loop == k.lane ? lanes : 1;
  const steps s = steps_of(k.extent[loop] / unit, k.tile[loop], k.factor >= 0);
  const index size = s.size * unit, rests = s.count * size, rest = s.rest * unit, tail = rests + s.rests * rest;
  if (at <= rests) return at / size * size;
  return at >= tail || rest == 0 ? tail : rests + (at - rests) / rest * rest;
}

}  // namespace detail

/// The partition of a nest into at most `Most` parts, with vectors of this many lanes.
template <int Most>
constexpr partition<Most> parts_of(const nest& k, index lanes) {
  partition<Most> best;
  if (k.sinks > 0 || is_small(k) || detail::cycles_of(k, lanes) < least_cycles) return best;
  // the longest part, in parts of the loop, 1024 being all of it
  index shortest = 1024;
  for (int l = 0; l < k.outer && shortest * Most * 8 > 1024 * 9; ++l) {
    if (!detail::stores_apart(k, l)) continue;
    partition<Most> p{l, 0, {}};
    index longest = 0;
    for (int i = 1; i <= Most; ++i) {
      const index end = i == Most ? k.extent[l] : detail::tile_at_or_before(k, l, lanes, (i * k.extent[l] + Most / 2) / Most);
      const index length = end - p.begin[p.parts];
      if (length <= 0) continue;
      p.begin[++p.parts] = end;
      if (length > longest) longest = length;
    }
    const index share = (longest * 1024 + k.extent[l] - 1) / k.extent[l];
    if (p.parts > 1 && share < shortest) shortest = share, best = p;
  }
  return best;
}

}  // namespace intarsia::plan
