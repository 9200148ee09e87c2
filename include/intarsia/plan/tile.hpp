// SPDX-License-Identifier: Apache-2.0
// nest -> nest: joins loops that walk memory as one, then chooses the lane axis and the register tile by a cost model
// over the target's lanes and registers.
#pragma once

#include <initializer_list>

#include "intarsia/plan/additions.hpp"
#include "intarsia/plan/order.hpp"
#include "intarsia/plan/windows.hpp"

namespace intarsia::plan {

/// The widest element that the nest computes with decides how many lanes all its vectors have.
constexpr int lane_bytes(const nest& k) {
  int bytes = 4;
  for (int i = 0; i < k.instructions; ++i)
    if (ir::size_of(k.code[i].type) > bytes) bytes = ir::size_of(k.code[i].type);
  return bytes;
}

namespace detail {

template <class Visit>
constexpr void for_each_row(nest& k, Visit visit) {
  for (int a = 0; a < k.accesses; ++a) visit(k.at[a].stride);
  for (int r = 0; r < k.guards; ++r) visit(k.rows[r].coef);
}

constexpr void drop_loop(nest& k, int l) {
  auto shift = [&](auto& of) {
    for (int i = l; i + 1 < k.loops; ++i) of[i] = of[i + 1];
    of[k.loops - 1] = 0;
  };
  for_each_row(k, shift);
  shift(k.extent);
  shift(k.tile);
  if (l < k.outer) --k.outer;
  --k.loops;
}

constexpr void swap_loops(nest& k, int l, int m) {
  auto swap = [&](auto& of) {
    const auto held = of[l];
    of[l] = of[m];
    of[m] = held;
  };
  for_each_row(k, swap);
  swap(k.extent);
}

constexpr void drop_single_iterations(nest& k) {
  for (int l = k.loops - 1; l >= 0; --l)
    if (k.extent[l] == 1) drop_loop(k, l);
}

/// Loop l and the one inside of it, as one loop.
constexpr bool join_loops(nest& k, int l) {
  bool joins = true;
  for_each_row(k, [&](const auto& of) { joins = joins && of[l] == of[l + 1] * k.extent[l + 1]; });
  if (!joins) return false;
  k.extent[l + 1] *= k.extent[l];
  drop_loop(k, l);
  return true;
}

}  // namespace detail

/// Loops of one iteration go; loops that together walk every access as one sequence are joined.
constexpr void normalise(nest& k) {
  detail::drop_single_iterations(k);
  for (int l = k.loops - 2; l >= 0; --l)
    if (l + 1 != k.outer) detail::join_loops(k, l);
}

namespace detail {

constexpr bool is_guarded_along(const nest& k, const access& a, int l) {
  for (int r = 0; r < a.guards; ++r)
    if (k.rows[a.guard_first + r].coef[l] != 0) return true;
  return false;
}

/// Cycles an access takes for a vector along loop l.
constexpr index access_cost(const nest& k, const access& a, int l, int lanes, bool is_store) {
  const bool guarded = is_guarded_along(k, a, l);
  if (guarded && !is_store && k.reduction != ir::opcode::none && is_clipped(k, a, l)) return a.stride[l] == 2 ? 6 : 2;
  if (a.stride[l] == 1 && !guarded) return 1;
  if (a.stride[l] == 1) return 4;
  if (a.stride[l] == 0 && !guarded && !is_store) return 1;
  if (is_store && !guarded && interleaves(k, a, l)) return 2;
  if (is_store && !guarded)  // rows of a transposed square
    for (int r = 0; r < k.outer; ++r)
      if (r != l && a.stride[r] == 1 && k.extent[r] >= 4 && ir::size_of(a.type) == 4) return 6;
  return is_store ? 2 * lanes : lanes;
}

constexpr bool is_store(const nest& k, int a) {
  for (int s = 0; s < k.stores; ++s)
    if (k.store[s].access == a) return true;
  return false;
}

/// Cycles for a vector of results after its reduction: loads, operations, stores.
constexpr index epilogue_cost(const nest& k, int l, int lanes) {
  index cost = 0;
  for (int i = k.body; i < k.epilogue; ++i) {
    const instruction& c = k.code[i];
    if (c.what == step::load) cost += access_cost(k, k.at[c.a], l, lanes, false);
    else if (c.what == step::map) cost += ir::facts_of(c.op).cost;
  }
  for (int s = 0; s < k.stores; ++s) cost += l >= k.outer ? 1 : access_cost(k, k.at[k.store[s].access], l, lanes, true);
  return cost;
}

/// Cost of an iteration of the whole nest, in 1/1024, with the lanes along loop l.
constexpr index lane_cost(const nest& k, int l, int lanes) {
  index inner = 0;
  index reduced = 1;
  for (int r = k.outer; r < k.loops; ++r) reduced *= k.extent[r];
  for (int i = 0; i < k.body; ++i) {
    const instruction& c = k.code[i];
    if (c.what == step::load) inner += access_cost(k, k.at[c.a], l, lanes, false);
    else if (c.what == step::map) inner += ir::facts_of(c.op).cost;
  }
  const index outer = epilogue_cost(k, l, lanes);
  const index vectors = (k.extent[l] + lanes - 1) / lanes;
  // vector operations for `extent` iterations of l, everything else being equal
  const index body = inner * reduced * 1024 * vectors / k.extent[l];
  const index epilogue = l >= k.outer ? (outer + 12) * 1024 : outer * 1024 * vectors / k.extent[l];
  return body + epilogue;
}

}  // namespace detail

constexpr void choose_lane(nest& k, int lanes) {
  k.lane = static_cast<std::int8_t>(k.loops - 1);
  index best = -1;
  for (int l = 0; l < k.loops; ++l) {
    const index cost = detail::lane_cost(k, l, lanes);
    if (best < 0 || cost < best || (cost == best && l < k.outer)) {
      best = cost;
      k.lane = static_cast<std::int8_t>(l);
    }
  }
}

/// Without products there is nothing to keep in registers: a few vectors at once hide the latency, a square of them is
/// stored as rows.
constexpr void choose_tile(nest& k, int lanes) {
  auto trips = [&](int l) { return l == k.lane ? (k.extent[l] + lanes - 1) / lanes : k.extent[l]; };
  for (int s = 0; s < k.stores && k.reduction == ir::opcode::none && k.lane < k.outer; ++s)
    for (int l = 0; l < k.outer; ++l)
      if (l != k.lane && k.at[k.store[s].access].stride[l] == 1 && k.at[k.store[s].access].stride[k.lane] != 1) {
        k.tile[l] = static_cast<std::int8_t>(trips(l) < lanes ? trips(l) : lanes);
        return;
      }
  int cost = 0;
  for (int i = 0; i < k.epilogue; ++i)
    if (k.code[i].what == step::map) cost += ir::facts_of(k.code[i].op).cost;
  const index unroll = cost > 48 ? 1 : cost > 8 ? 2 : 4;
  if (k.lane < k.outer) k.tile[k.lane] = static_cast<std::int8_t>(trips(k.lane) < unroll ? trips(k.lane) : unroll);
}

/// Whether the operands of a product are vectors or broadcasts along loop l, and not gathered element by element.
constexpr bool reads_as_vectors(const nest& k, int l) {
  const index widest = reuses_by_windows(k) ? 2 : 1;
  for (int operand : {k.term, k.factor}) {
    const instruction& c = k.code[operand];
    if (c.what == step::load && (k.at[c.a].stride[l] < 0 || k.at[c.a].stride[l] > widest)) return false;
  }
  return true;
}

/// The cheapest tile of a sum of products with the lanes along loop l.
constexpr product_tile product_on(const nest& k, const machine& m, int l) {
  const int lanes = m.vector_bytes / lane_bytes(k);
  int interleaved = -1;
  for (int s = 0; s < k.stores && l < k.outer && interleaved < 0; ++s) interleaved = interleaved_loop(k, k.at[k.store[s].access], l);
  return product_search(k, m, l, lanes, detail::epilogue_cost(k, l, lanes), interleaved).run();
}

/// The cheapest tile on any lane loop.
constexpr product_tile choose_product(const nest& k, const machine& m) {
  product_tile best;
  for (int l = 0; l < k.loops; ++l) {
    if (l != k.loops - 1 && !reads_as_vectors(k, l)) continue;
    const product_tile t = product_on(k, m, l);
    if (best.cost < 0 || t.cost < best.cost || (t.cost == best.cost && l < k.outer)) best = t;
  }
  return best;
}

constexpr nest tiled(nest k, const machine& m) {
  nest apart = k;
  normalise(k);
  for (auto& t : k.tile) t = 0;
  for (int l = 0; l < k.loops; ++l) k.tile[l] = 1;
  if (k.loops == 0) return k;
  if (k.factor < 0) {
    const int lanes = m.vector_bytes / lane_bytes(k);
    choose_lane(k, lanes);
    choose_tile(k, lanes);
    return in_blocks_of_rows(in_order_of_reading(k));
  }
  product_tile best = choose_product(k, m);
  if (is_small_window(k) || is_long_window(k)) {
    nest other = k;
    detail::swap_loops(other, k.loops - 2, k.loops - 1);
    const product_tile t = choose_product(other, m);
    if (t.cost < best.cost) best = t, k = other;
  }
  if (is_column_window(k)) {
    detail::drop_single_iterations(apart);
    if (apart.outer > k.outer) {
      for (int l = 0; l < apart.loops; ++l) apart.tile[l] = 1;
      const product_tile t = choose_product(apart, m);
      if (t.cost < best.cost) best = t, k = apart;
    }
  }
  k.lane = static_cast<std::int8_t>(best.lane);
  if (best.a >= 0) k.tile[best.a] = static_cast<std::int8_t>(best.ta);
  if (best.b >= 0) k.tile[best.b] = static_cast<std::int8_t>(best.tb);
  if (best.unrolled > 1) k.tile[k.loops - 1] = static_cast<std::int8_t>(best.unrolled);
  k.partial = static_cast<std::int8_t>(best.partial);
  k.window = best.window < 0 ? std::int8_t{-1} : best.window == 0 ? k.term : k.factor;
  if (interleaves_residues(k)) keep_residues_together(k);
  else if (passes_whole_windows(k, m)) k.tile[k.loops - 2] = static_cast<std::int8_t>(k.extent[k.loops - 2]);
  else if (const int passing = passing_rows(k); passing >= 0) pass_rows(k, passing, m);
  k.beginning = static_cast<std::int8_t>(find_beginning(k));
  return loop_order(k, m.vector_bytes / lane_bytes(k)).run();
}

}  // namespace intarsia::plan
