// SPDX-License-Identifier: Apache-2.0
// Operands that exist only in part. The first and the last tile of a loop that reaches beyond a border are code of their
// own, so that all tiles between them ask nothing.
#pragma once

#include "intarsia/plan/slots.hpp"
#include "intarsia/plan/zeros.hpp"

namespace intarsia::plan {

/// The longest loop that decides whether a guard holds; -1 if none does.
constexpr int border_loop(const nest& k, const guard& g) {
  int longest = -1;
  for (int l = 0; l < k.loops; ++l)
    if (g.coef[l] != 0 && (longest < 0 || k.extent[l] > k.extent[longest])) longest = l;
  return longest;
}

/// All rows that the first and the last tile of a loop break, and those loops.
template <class Visit>
constexpr void for_each_border(const slot_map& m, Visit visit) {
  for (int a = 0; a < m.k.accesses; ++a)
    for (int r = 0; r < m.k.at[a].guards && m.clips(a); ++r) {
      const guard& row = m.k.rows[m.k.at[a].guard_first + r];
      visit(row, border_loop(m.k, row));
    }
  for (int l = m.k.outer; l < m.k.loops; ++l)
    if (const int row = zeros_apart(m.k, l); row >= 0) visit(m.k.rows[row], zeros_by(m.k, row));
  for (int row = m.k.zeros; row < m.k.guards; ++row)
    if (const int by = zeros_by(m.k, row), along = unrolled_along(m.k, row); along >= 0 && m.k.tile[by] < m.k.extent[by] && is_worth_tiles(m.k, row, by, along)) visit(m.k.rows[row], by);
}

/// The number of the border that a loop reaches beyond, 0 or 1; -1 for other loops, and for more of them.
constexpr int border_of(const slot_map& m, int loop) {
  int of[2] = {-1, -1}, n = 0;
  for_each_border(m, [&](const guard&, int l) {
    if (l >= 0 && l != of[0] && l != of[1] && n < 2) of[n++] = l;
  });
  return loop == of[0] ? 0 : loop == of[1] ? 1 : -1;
}

/// Whether tiles of a loop that begin at `from` to `to` keep all rows that it decides.
constexpr bool is_inside(const slot_map& m, int loop, index from, index to, index size) {
  bool inside = true;
  for_each_border(m, [&](const guard& g, int decides) {
    if (decides != loop) return;
    index low = g.offset, high = g.offset;
    for (int l = 0; l < m.k.loops; ++l) {
      const index first = l == loop ? from : 0, last = l == loop ? to + size - 1 : m.k.extent[l] - 1;
      low += g.coef[l] * (g.coef[l] > 0 ? first : last);
      high += g.coef[l] * (g.coef[l] > 0 ? last : first);
    }
    inside = inside && low >= 0 && high < g.extent;
  });
  return inside;
}

/// t with tiles of this size along a loop that begin at element `from` to `to`.
constexpr tile_sizes tile_at(const slot_map& m, tile_sizes t, int loop, index size, index from, index to, index elements) {
  const tile_sizes sized = with_tile(t, loop, size);
  const int border = border_of(m, loop);
  if (border < 0) return sized;
  if (is_inside(m, loop, from, to, elements)) return with_place(sized, border, tile_place::inside);
  if (from == to && from == 0) return with_place(sized, border, tile_place::first);
  if (from == to && from + elements == m.k.extent[loop]) return with_place(sized, border, tile_place::last);
  return sized;
}

/// What a guard's value can be at the first element of a tile with `count` lanes.
constexpr interval starts(const slot_map& m, const guard& g, tile_sizes t, index count) {
  interval v{g.offset, g.offset};
  for (int l = 0; l < m.k.loops; ++l) {
    if (g.coef[l] == 0) continue;
    const index span = l != m.k.lane ? iterations_of(t, l) : count < m.lanes ? count : iterations_of(t, l) * m.lanes;
    const index last = m.k.extent[l] - span;
    const int border = border_of(m, l);
    const tile_place where = border >= 0 ? place_of(t, border) : tile_place::anywhere;
    const index from = where == tile_place::last ? last : 0, to = where == tile_place::first ? 0 : last;
    v.low += g.coef[l] * (g.coef[l] > 0 ? from : to);
    v.high += g.coef[l] * (g.coef[l] > 0 ? to : from);
  }
  return v;
}

/// Whether a guard holds for all of slot s of a value with these bits: `elements` next to each other along the lanes,
/// `along` apart (0: one element for all lanes).
constexpr bool holds(const slot_map& m, int row, unsigned bits, tile_sizes t, int s, index along, index elements, index count) {
  const guard& g = m.k.rows[row];
  const int border = border_of(m, border_loop(m.k, g));
  if (border >= 0 && place_of(t, border) == tile_place::inside) return true;
  const interval start = starts(m, g, t, count);
  const index slot = m.offset(g.coef, bits, t, s);
  const index more = along > 0 && g.coef[m.k.lane] != 0 ? elements - 1 : 0;
  return start.low + slot >= 0 && start.high + slot + more < g.extent;
}

/// Whether slot s of what an access loads has to ask its guards.
constexpr bool needs_guards(const slot_map& m, int access, unsigned bits, tile_sizes t, int s, index vector_lanes, index count) {
  const plan::access& a = m.k.at[access];
  if (a.guards == 0) return false;
  if (!m.clips(access)) return true;
  const index along = vector_lanes > 1 ? a.stride[m.k.lane] : 0;
  for (int r = 0; r < a.guards; ++r)
    if (!holds(m, a.guard_first + r, bits, t, s, along, along * (count - 1) + 1, count)) return true;
  return false;
}

/// The steps of reduction loop l that meet more than zeros, in a tile whose place says so.
constexpr interval steps_of_place(const slot_map& m, int l, tile_sizes t) {
  const int row = zeros_apart(m.k, l);
  if (row < 0) return {0, m.k.extent[l]};
  const int by = zeros_by(m.k, row), border = border_of(m, by);
  const tile_place where = border >= 0 ? place_of(t, border) : tile_place::anywhere;
  if (where != tile_place::first && where != tile_place::last) return {0, m.k.extent[l]};
  const index size = iterations_of(t, by);
  return zeros_passed_by(m.k, l, row).left(where == tile_place::last ? m.k.extent[by] - size : 0, size);
}

/// Whether the product at slot s of a value with these bits meets a zero, wherever in the first or last tile, or in the only one, it is.
constexpr bool meets_zero(const slot_map& m, unsigned bits, tile_sizes t, int s) {
  for (int row = m.k.zeros; row < m.k.guards; ++row) {
    const int by = zeros_by(m.k, row), along = unrolled_along(m.k, row);
    if (along < 0) continue;
    const int border = border_of(m, by);
    const index size = iterations_of(t, by);
    const tile_place where = border >= 0 ? place_of(t, border) : tile_place::anywhere;
    if (size < m.k.extent[by] && where != tile_place::first && where != tile_place::last) continue;
    const index from = where == tile_place::last ? m.k.extent[by] - size : 0;
    if (!is_kept(m.k.rows[row], by, from + m.digit(bits, t, s, by), along, m.digit(bits, t, s, along))) return true;
  }
  return false;
}
/// Whether there may be such products at all.
constexpr bool leaves_out_products(const nest& k) {
  for (int row = k.zeros; row < k.guards; ++row)
    if (unrolled_along(k, row) >= 0) return true;
  return false;
}

/// Two neighbouring loads of every second element are one sequence, read once for both: the even ones for the first, the odd
/// ones for the second. Depthwise 3x3 of stride 2 over 144x56x56, gradient to kernel: 60 to 44 us with g++ and AVX-512 (Zen 5).
enum class pair_place : std::uint8_t { none, first, second };
constexpr pair_place pair_of(const slot_map& m, int instruction, const cell_map& cells, tile_sizes t, int s, index vector_lanes, index count) {
  const int access = m.k.code[instruction].a;
  const unsigned bits = m.depends(instruction);
  const index at = m.offset(m.k.at[access].stride, bits, t, s);
  auto is_read = [&](index offset) {
    for (int c = 0; c < cells.count; ++c)
      if (m.offset(m.k.at[access].stride, bits, t, cells.from[c]) == offset) return !needs_guards(m, access, bits, t, cells.from[c], vector_lanes, count);
    return false;
  };
  int before = 0;
  while (is_read(at - before - 1)) ++before;
  return before % 2 == 1 ? pair_place::second : is_read(at + 1) ? pair_place::first : pair_place::none;
}

/// Tiles of one size along a loop: `size` iterations of vectors or elements, all together `elements`.
struct stage {
  index times = 0, size = 0, elements = 0, from = 0;
  constexpr index last() const { return from + (times - 1) * elements; }
  constexpr index end() const { return from + times * elements; }
};
/// A loop goes in steps of its tile, then in smaller ones over what is left of it, then over the last lanes. Where it
/// reaches beyond a border, its first and last tile stand apart.
struct stages {
  int count = 0;
  stage of[7];
  constexpr stages(const slot_map& m, int l) {
    const index unit = l == m.k.lane ? m.lanes : 1;
    const steps s = steps_of(m.k.extent[l] / unit, m.k.tile[l], m.k.factor >= 0);
    const index rests = s.count * s.size * unit, tail = m.k.extent[l] % unit;
    const bool border = border_of(m, l) >= 0;
    add(border, m.k.extent[l], {s.count, s.size, s.size * unit, 0});
    add(border, m.k.extent[l], {s.rests, s.rest, s.rest * unit, rests});
    add(border, m.k.extent[l], {tail > 0, 1, tail, m.k.extent[l] - tail});
  }

 private:
  constexpr void add(bool border, index extent, stage s) {
    if (border && s.times > 1 && s.from == 0) {
      of[count++] = {1, s.size, s.elements, 0};
      s.from += s.elements, --s.times;
    }
    const bool ends = border && s.times > 1 && s.end() == extent;
    if (ends) --s.times;
    if (s.times > 0) of[count++] = s;
    if (ends) of[count++] = {1, s.size, s.elements, s.end()};
  }
};

}  // namespace intarsia::plan
