// SPDX-License-Identifier: Apache-2.0
// A register tile: a set of iterations of a nest that are done together. A value that depends on some of the tiled loops has
// one slot for each combination of their iterations and no more: a row operand is loaded once for all columns.
#pragma once

#include "intarsia/plan/nest.hpp"
#include "intarsia/support/list.hpp"

namespace intarsia::plan {

/// Iterations of each loop in one tile: five bits a loop, so that it is a small template argument; and, for two loops that
/// reach beyond an operand's border, where the tile is.
using tile_sizes = std::uint64_t;
enum class tile_place : std::uint8_t { anywhere, first, last, inside };
constexpr tile_place place_of(tile_sizes t, int border) { return static_cast<tile_place>(t >> (60 + 2 * border) & 3); }
constexpr tile_sizes with_place(tile_sizes t, int border, tile_place p) {
  return (t & ~(tile_sizes{3} << (60 + 2 * border))) | static_cast<tile_sizes>(p) << (60 + 2 * border);
}
constexpr tile_sizes sizes_alone(tile_sizes t) { return t & ((tile_sizes{1} << 60) - 1); }
constexpr int tile_of(tile_sizes t, int loop) { return static_cast<int>(t >> (5 * loop) & 31); }
constexpr tile_sizes with_tile(tile_sizes t, int loop, index size) {
  return (t & ~(tile_sizes{31} << (5 * loop))) | static_cast<tile_sizes>(size) << (5 * loop);
}
/// The same for a loop that is not tiled.
constexpr int iterations_of(tile_sizes t, int loop) { return tile_of(t, loop) > 0 ? tile_of(t, loop) : 1; }

inline constexpr int most_slots = 256;
/// Slots of an instruction that are the same value: neighbouring windows load the same elements. `of[s]` is the cell that
/// holds slot s, `from[c]` a slot of cell c.
struct cell_map {
  int count = 0;
  int of[most_slots] = {};
  int from[most_slots] = {};
};

/// Which slots the values of a nest have, with vectors of `lanes`. Sets of loops are bits.
struct slot_map {
  const nest& k;
  index lanes;

  constexpr unsigned outer_bits() const { return (1u << k.outer) - 1; }

  /// The tiled loops that the value of an instruction differs along.
  constexpr unsigned depends(int i) const {
    const instruction& c = k.code[i];
    unsigned bits = 0;
    auto along = [&](const auto& of) {
      for (int l = 0; l < k.loops; ++l) bits |= of[l] != 0 ? 1u << l : 0u;
    };
    auto rows = [&](int first, int count) {
      for (int r = 0; r < count; ++r) along(k.rows[first + r].coef);
    };
    switch (c.what) {
      case step::load:
        along(k.at[c.a].stride);
        rows(k.at[c.a].guard_first, k.at[c.a].guards);
        break;
      case step::position: rows(c.a, 1); break;
      case step::within: rows(c.a, c.b); break;
      case step::accumulator: bits = outer_bits(); break;
      case step::map:
        bits = depends(c.a);
        if (ir::facts_of(c.op).arity > 1) bits |= depends(c.b);
        if (ir::facts_of(c.op).arity > 2) bits |= depends(c.c);
        break;
      default: break;
    }
    return bits;
  }

  constexpr int slots(unsigned bits, tile_sizes t) const {
    int n = 1;
    for (int l = 0; l < k.loops; ++l)
      if (bits >> l & 1) n *= iterations_of(t, l);
    return n;
  }
  /// The iteration of a loop that slot s of a value with these bits stands for.
  constexpr int digit(unsigned bits, tile_sizes t, int s, int loop) const {
    for (int l = k.loops - 1; l >= 0; --l) {
      if (!(bits >> l & 1)) continue;
      if (l == loop) return s % iterations_of(t, l);
      s /= iterations_of(t, l);
    }
    return 0;
  }
  /// The slot of a value with bits `to` at the same iterations.
  constexpr int project(unsigned from, unsigned to, tile_sizes t, int s) const {
    int slot = 0;
    for (int l = 0; l < k.loops; ++l)
      if (to >> l & 1) slot = slot * iterations_of(t, l) + (from >> l & 1 ? digit(from, t, s, l) : 0);
    return slot;
  }
  /// Elements from the tile's first iteration to slot s.
  constexpr index offset(const index (&stride)[max_loops], unsigned bits, tile_sizes t, int s) const {
    index o = 0;
    for (int l = 0; l < k.loops; ++l)
      if (bits >> l & 1) o += stride[l] * digit(bits, t, s, l) * (l == k.lane ? lanes : 1);
    return o;
  }
  /// The slot among all outer loops of iteration r of loop `along`, the others being as in slot s of theirs.
  constexpr int slot_at(unsigned others, int s, int along, int r, tile_sizes t) const {
    int slot = 0;
    for (int l = 0; l < k.outer; ++l) slot = slot * iterations_of(t, l) + (l == along ? r : digit(others, t, s, l));
    return slot;
  }

  constexpr cell_map cells(int i, tile_sizes t) const {
    const unsigned bits = depends(i);
    const instruction& c = k.code[i];
    const bool shares = c.what == step::load && (k.at[c.a].guards == 0 || clips(c.a));
    const access& a = k.at[shares ? c.a : 0];
    cell_map m;
    support::list<index> at(slots(bits, t));
    auto same = [&](int s, int other) {
      if (at[s] != at[other]) return false;
      for (int r = 0; r < a.guards; ++r)
        if (offset(k.rows[a.guard_first + r].coef, bits, t, s) != offset(k.rows[a.guard_first + r].coef, bits, t, other)) return false;
      return true;
    };
    for (int s = 0; s < slots(bits, t); ++s) {
      if (shares) {
        at[s] = offset(a.stride, bits, t, s);
        int cell = 0;
        while (cell < m.count && !same(s, m.from[cell])) ++cell;
        m.of[s] = cell;
        if (cell < m.count) continue;
      } else m.of[s] = s;
      m.from[m.count++] = s;
    }
    return m;
  }

  /// Whether what a reduction reads exists only in part: a range of each vector is there, and the rest is the fill value.
  constexpr bool clips(int access) const { return k.reduction != ir::opcode::none && is_clipped(k, k.at[access], k.lane); }
};

}  // namespace intarsia::plan
