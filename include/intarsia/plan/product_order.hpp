// SPDX-License-Identifier: Apache-2.0
// The order of the multiply-adds in one step of a reduction. One operand, the broadcast one if there is one, is loaded when
// it is used and for all its uses together, so that one register serves all of its elements in turn; loaded beforehand they
// spill the running sums. The other one is loaded at the beginning of each step of the reduction, or before all of them where
// steps share vectors. Where windows overlap it is the other way round: the kernel's elements stay, each vector passes by once.
#pragma once

#include "intarsia/plan/borders.hpp"
#include "intarsia/support/list.hpp"

namespace intarsia::plan {

/// The loops that the terms of a reduction differ along, and all that it sums over.
constexpr unsigned term_bits(const slot_map& m) {
  unsigned bits = m.outer_bits() | m.depends(m.k.term);
  if (m.k.factor >= 0) bits |= m.depends(m.k.factor);
  if (m.k.place >= 0) bits |= m.depends(m.k.place);
  return bits | (((1u << m.k.loops) - 1) & ~m.outer_bits());
}
constexpr unsigned reduced_bits(const slot_map& m) { return term_bits(m) & ~m.outer_bits(); }

/// The running result that slot s of a value with these bits goes to.
constexpr int sum_of(const slot_map& m, unsigned bits, tile_sizes t, int s) {
  const int turn = m.k.partial > 1 ? m.digit(bits, t, s, m.k.loops - 1) % m.k.partial : 0;
  return turn * m.slots(m.outer_bits(), t) + m.project(bits, m.outer_bits(), t, s);
}

constexpr bool is_plain_load(const slot_map& m, int i) {
  return i >= 0 && m.k.code[i].what == step::load && (m.k.at[m.k.code[i].a].guards == 0 || m.clips(m.k.code[i].a));
}
constexpr bool is_splat(const slot_map& m, int i) {
  return is_plain_load(m, i) && m.k.lane >= 0 && m.k.at[m.k.code[i].a].stride[m.k.lane] == 0;
}

/// The operand that is loaded when it is used; -1 if both are there before.
constexpr int late_operand(const slot_map& m) {
  const nest& k = m.k;
  if (k.factor < 0) return -1;
  if (k.window >= 0) return k.window;
  if (is_splat(m, k.factor) && is_read_once(k, k.factor)) return k.factor;
  if (is_splat(m, k.term) && is_read_once(k, k.term)) return k.term;
  // two vectors: the operand with more of them passes by, the other stays
  auto tile_slots = [&](int i) {
    int n = 1;
    for (int l = 0; l < k.loops; ++l)
      if (m.depends(i) >> l & 1) n *= k.tile[l];
    return n;
  };
  const int more = tile_slots(k.factor) > tile_slots(k.term) ? k.factor : k.term;
  return is_plain_load(m, more) && is_read_once(k, more) ? more : -1;
}
constexpr int early_operand(const slot_map& m) { return late_operand(m) == m.k.factor ? m.k.term : m.k.factor; }

/// Whether this is the late operand and each of its vectors has one product alone: its multiply-add may read it from memory.
/// (A streaming conv1d and a dense layer, 16 channels, Zen 4, AVX-512: g++ 103 to 96 ns, clang 159 to 87.)
constexpr bool is_used_once(const slot_map& m, int i, tile_sizes t) {
  return i >= 0 && m.k.window < 0 && !is_splat(m, i) && i == late_operand(m) && m.slots(m.depends(i), t) == m.slots(term_bits(m), t);
}

/// Whether each step of the reduction loads its own part of the early operand.
constexpr bool loads_by_step(const slot_map& m, tile_sizes t) {
  if (late_operand(m) < 0 || m.k.window >= 0) return false;
  const int early = early_operand(m);
  return is_plain_load(m, early) && m.cells(early, t).count == m.slots(m.depends(early), t);
}

/// A vector that lies across two others that are loaded before it: the upper lanes of one, then the lower ones of the next.
struct across_two {
  int low = -1, high = -1;  // cells
  int by = 0;               // lanes
};
/// Of the early operand of a window along the lanes: its first step loads whole vectors, the others find theirs between
/// them. Every second one is loaded after all: shifts and loads go through different ports. (Seven taps, AVX-512, Zen 5: 9.8
/// cycles a vector with loads alone, 6.2 with shifts, 5.5 with both.)
constexpr bool has_across(const slot_map& m, int instruction, tile_sizes t) {
  const nest& k = m.k;
  const int last = k.loops - 1;
  if (k.lane < 0 || k.lane >= k.outer || last < k.outer || late_operand(m) < 0 || instruction != early_operand(m)) return false;
  if (iterations_of(t, last) == 1 || iterations_of(t, last) >= m.lanes || iterations_of(t, k.lane) == 1 || k.code[instruction].what != step::load) return false;
  const access& a = k.at[k.code[instruction].a];
  return a.guards == 0 && a.stride[k.lane] == 1 && a.stride[last] == 1 && loads_by_step(m, t);
}
constexpr across_two across_of(const slot_map& m, int instruction, const cell_map& cells, tile_sizes t, int cell) {
  const int last = m.k.loops - 1, vectors = iterations_of(t, m.k.lane), steps = iterations_of(t, last);
  const unsigned bits = m.depends(instruction);
  const int slot = cells.from[cell], by = m.digit(bits, t, slot, last), vector = m.digit(bits, t, slot, m.k.lane);
  if (by == 0 || (by % 2 == 0 && by + 1 < steps) || vector + 1 == vectors) return {};
  int apart = 1;  // slots from one vector to the next
  for (int l = m.k.lane + 1; l < m.k.loops; ++l)
    if (bits >> l & 1) apart *= iterations_of(t, l);
  return {cells.of[slot - by], cells.of[slot - by + apart], by};
}

/// Whether rows of a window pass by with all of their columns in the tile.
constexpr bool passes_by_rows(const slot_map& m, tile_sizes t) {
  return m.k.window >= 0 && m.k.loops - m.k.outer == 2 && iterations_of(t, m.k.loops - 2) > 1;
}
/// Whether the late operand is every second element, and neighbours among its vectors follow each other.
constexpr bool passes_in_pairs(const slot_map& m, tile_sizes t) {
  const int late = late_operand(m);
  if (late < 0 || m.k.lane < 0 || m.k.code[late].what != step::load || m.k.at[m.k.code[late].a].stride[m.k.lane] != 2) return false;
  return passes_by_rows(m, t) || (m.k.window < 0 && m.cells(late, t).count == m.slots(m.depends(late), t));
}
/// Cells row by row, of neighbours along a row the upper pair first: of every second element two neighbours are one sequence, and
/// the one below them is the second of these, a lane further.
constexpr support::list<int> by_rows(const slot_map& m, int instruction, const cell_map& cells, tile_sizes t) {
  auto offset = [&](int c) { return m.offset(m.k.at[m.k.code[instruction].a].stride, m.depends(instruction), t, cells.from[c]); };
  support::list<int> sorted, order;
  for (int c = 0; c < cells.count; ++c) {
    sorted.push(c);
    for (int i = c; i > 0 && offset(sorted[i]) < offset(sorted[i - 1]); --i) {
      const int other = sorted[i - 1];
      sorted[i - 1] = sorted[i], sorted[i] = other;
    }
  }
  for (int first = 0, end = 0; first < cells.count; first = end) {
    for (end = first + 1; end < cells.count && offset(sorted[end]) == offset(sorted[end - 1]) + 1;) ++end;
    int top = end;
    for (; top - first >= 2; top -= 2) order.push(sorted[top - 2]), order.push(sorted[top - 1]);
    if (top > first) order.push(sorted[first]);
  }
  return order;
}

/// The products in the order in which they are made: step of the reduction by step, and in it element by element of the
/// late operand, without those that meet the zeros of a border. A run of products has one such element. `Count`: the slots of a term.
template <int Count>
struct product_order {
  int runs = 0;
  int first[Count + 1] = {};  // product of each run
  int element[Count] = {};    // slot of the late operand, by run
  int step[Count] = {};       // of the reduction, by run
  int total[Count] = {};      // running result, by product
  int cell[Count] = {};       // of the early operand, by product

  constexpr product_order(const slot_map& m, tile_sizes t) {
    const int late = late_operand(m), early = early_operand(m);
    const bool window = m.k.window >= 0;
    const unsigned terms = term_bits(m), late_bits = m.depends(late), early_bits = m.depends(early);
    // of a window: column by column, or row by row with all columns, each vector for all that it is in
    const bool in_pairs = passes_in_pairs(m, t), by_cells = window || in_pairs;
    const unsigned steps = window && in_pairs ? 0 : window ? reduced_bits(m) & ~(1u << (m.k.loops - 1)) : reduced_bits(m);
    const cell_map late_cells = m.cells(late, t), early_cells = m.cells(early, t);
    support::list<int> passing, turn(late_cells.count);  // the cells in their order, and the turn of each
    for (int c = 0; c < late_cells.count; ++c) passing.push(c);
    if (in_pairs) passing = by_rows(m, late, late_cells, t);
    for (int i = 0; i < late_cells.count; ++i) turn[passing[i]] = i;
    const int elements = by_cells ? late_cells.count : m.slots(late_bits, t);
    const int keys = m.slots(steps, t) * elements;
    support::list<int> start(keys + 1), key(Count);
    const bool leaves_out = leaves_out_products(m.k);
    int kept = 0;
    for (int s = 0; s < Count; ++s) {
      key[s] = -1;
      if (leaves_out && meets_zero(m, terms, t, s)) continue;
      ++kept;
      const int from = m.project(terms, late_bits, t, s);
      key[s] = m.project(terms, steps, t, s) * elements + (by_cells ? turn[late_cells.of[from]] : from);
      ++start[key[s] + 1];
    }
    for (int i = 0; i < keys; ++i) {
      if (start[i + 1] > 0) {
        first[runs] = start[i];
        element[runs] = by_cells ? late_cells.from[passing[i % elements]] : i % elements;
        step[runs++] = window ? 0 : i / elements;
      }
      start[i + 1] += start[i];
    }
    first[runs] = kept;
    for (int s = 0; s < Count; ++s) {
      if (key[s] < 0) continue;
      const int n = start[key[s]]++;
      total[n] = sum_of(m, terms, t, s);
      cell[n] = early_cells.of[m.project(terms, early_bits, t, s)];
    }
  }
  constexpr int length(int run) const { return first[run + 1] - first[run]; }
  /// Whether a run is the first one of its step.
  constexpr bool begins(int run) const { return run == 0 || step[run - 1] != step[run]; }
};

/// How the late operand of a run arrives: by its own load; as the even or the odd elements of a sequence that is loaded for this run
/// and the next one; or from the vector of the run before, a lane further.
enum class arrival : std::uint8_t { alone, with_next, with_last, shifted };
template <int Count>
constexpr arrival arrival_of(const slot_map& m, const product_order<Count>& order, tile_sizes t, int run, index vector_lanes, index count) {
  const int late = late_operand(m);
  if (!passes_in_pairs(m, t) || vector_lanes == 1) return arrival::alone;
  const unsigned bits = m.depends(late);
  const int access = m.k.code[late].a;
  auto offset = [&](int r) { return m.offset(m.k.at[access].stride, bits, t, order.element[r]); };
  auto is_there = [&](int r) { return !needs_guards(m, access, bits, t, order.element[r], vector_lanes, count); };
  auto leads = [&](int r) { return r >= 0 && r + 1 < order.runs && offset(r + 1) == offset(r) + 1 && is_there(r) && is_there(r + 1); };
  if (leads(run)) return arrival::with_next;
  if (leads(run - 1)) return arrival::with_last;
  return run > 0 && offset(run) == offset(run - 1) - 2 && is_there(run - 1) ? arrival::shifted : arrival::alone;
}

/// The place of a run's broadcast in a block of 16 bytes, whose elements the runs before and after it broadcast: one load has the
/// block in all vectors. -1 if it is loaded for itself. Worth it where loads are what limits: in a nest without loops (3x3 by 2x2,
/// Zen 4: 1.50 to 1.35 ns with g++, 1.49 to 1.40 with clang), and where each vector has one product alone (a dense layer, 16 to 16:
/// 7.7 to 7.0 ns with g++).
template <int Count>
constexpr int place_in_block(const slot_map& m, const product_order<Count>& order, tile_sizes t, int run, index vector_lanes) {
  const int late = late_operand(m);
  const access& a = m.k.at[m.k.code[late].a];
  const int bytes = ir::size_of(a.type);
  if (!is_splat(m, late) || m.k.window >= 0 || a.guards > 0 || bytes < 4 || vector_lanes < 2) return -1;
  if (!is_tiny(m.k) && m.slots(m.depends(early_operand(m)), t) != m.slots(term_bits(m), t)) return -1;
  const unsigned bits = m.depends(late);
  auto offset = [&](int r) { return m.offset(a.stride, bits, t, order.element[r]); };
  auto follows = [&](int r) { return r > 0 && r < order.runs && offset(r) == offset(r - 1) + 1; };
  const int n = static_cast<int>(vector_lanes * bytes < 16 ? vector_lanes : 16 / bytes);
  int before = 0;  // runs that this one follows
  while (follows(run - before)) ++before;
  const int place = before % n;
  for (int r = run - place + 1; r < run - place + n; ++r)
    if (!follows(r)) return -1;
  return place;
}

/// Whether slot s of a value with these bits is one of this step of the reduction.
constexpr bool belongs(const slot_map& m, unsigned bits, tile_sizes t, int s, int step) {
  for (int l = m.k.outer; l < m.k.loops; ++l)
    if ((bits >> l & 1) && m.digit(bits, t, s, l) != m.digit(reduced_bits(m), t, step, l)) return false;
  return true;
}
/// Those of the early operand: how many, and the n-th.
constexpr int slots_in_step(const slot_map& m, tile_sizes t, int step) {
  const unsigned bits = m.depends(early_operand(m));
  int n = 0;
  for (int s = 0; s < m.slots(bits, t); ++s) n += belongs(m, bits, t, s, step);
  return n;
}
constexpr int slot_in_step(const slot_map& m, tile_sizes t, int step, int n) {
  const unsigned bits = m.depends(early_operand(m));
  int s = 0;
  while (!belongs(m, bits, t, s, step) || n-- > 0) ++s;
  return s;
}

}  // namespace intarsia::plan
