// SPDX-License-Identifier: Apache-2.0
// nest -> nest: joins loops that walk memory as one, then chooses the lane axis and the register tile by a cost model
// over the target's lanes and registers.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// What the cost model knows of a target.
struct machine {
  int vector_bytes = 16;
  int registers = 16;
};

/// The tiled loop whose iterations are neighbours in memory where the lanes of a store are not; -1 if there is none.
constexpr int rows_of_store(const nest& k, int access) {
  if (k.lane < 0 || k.lane >= k.outer || k.at[access].stride[k.lane] == 1) return -1;
  for (int l = 0; l < k.outer; ++l)
    if (l != k.lane && k.at[access].stride[l] == 1 && k.tile[l] > 1) return l;
  return -1;
}

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
  for (int l = k.loops - 1; l >= 0; --l)
    if (k.extent[l] == 1) detail::drop_loop(k, l);
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
  if (a.stride[l] == 1 && !guarded) return 1;
  if (a.stride[l] == 1) return 4;
  if (a.stride[l] == 0 && !guarded && !is_store) return 1;
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

/// Cost of an iteration of the whole nest, in 1/1024, with the lanes along loop l.
constexpr index lane_cost(const nest& k, int l, int lanes) {
  index inner = 0, outer = 0;  // of the body; of the epilogue
  index reduced = 1;
  for (int r = k.outer; r < k.loops; ++r) reduced *= k.extent[r];
  for (int i = 0; i < k.epilogue; ++i) {
    const instruction& c = k.code[i];
    if (c.what != step::load && c.what != step::map) continue;
    index cost = c.what == step::load ? access_cost(k, k.at[c.a], l, lanes, false) : ir::facts_of(c.op).cost;
    (i < k.body ? inner : outer) += cost;
  }
  const bool horizontal = l >= k.outer;
  for (int s = 0; s < k.stores; ++s) outer += horizontal ? 1 : access_cost(k, k.at[k.store[s].access], l, lanes, true);
  const index vectors = (k.extent[l] + lanes - 1) / lanes;
  // vector operations for `extent` iterations of l, everything else being equal
  const index body = inner * reduced * 1024 * vectors / k.extent[l];
  const index epilogue = horizontal ? (outer + 12) * 1024 : outer * 1024 * vectors / k.extent[l];
  return body + epilogue;
}

constexpr index magnitude(index v) { return v < 0 ? -v : v; }
constexpr index round_up(index a, index b) { return (a + b - 1) / b * b; }

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

/// The register tile of a sum of products: two outer loops whose iterations are kept in registers together.
/// Time of a tile = max(multiply-adds / 2, loads / 2, latency 4); at most `registers` vectors alive.
constexpr void choose_tile(nest& k, const machine& m, int lanes) {
  for (auto& t : k.tile) t = 0;
  for (int l = 0; l < k.loops; ++l) k.tile[l] = 1;
  if (k.loops == 0) return;
  auto trips = [&](int l) { return l == k.lane ? (k.extent[l] + lanes - 1) / lanes : k.extent[l]; };
  if (k.factor < 0) {
    int cost = 0;
    for (int i = 0; i < k.epilogue; ++i)
      if (k.code[i].what == step::map) cost += ir::facts_of(k.code[i].op).cost;
    for (int s = 0; s < k.stores && k.reduction == ir::opcode::none && k.lane < k.outer; ++s)
      for (int l = 0; l < k.outer; ++l)
        if (l != k.lane && k.at[k.store[s].access].stride[l] == 1 && k.at[k.store[s].access].stride[k.lane] != 1) {
          k.tile[l] = static_cast<std::int8_t>(trips(l) < lanes ? trips(l) : lanes);
          return;
        }
    const index unroll = cost > 24 ? 1 : cost > 8 ? 2 : 4;
    if (k.lane < k.outer) k.tile[k.lane] = static_cast<std::int8_t>(trips(k.lane) < unroll ? trips(k.lane) : unroll);
    return;
  }
  auto depends = [&](int instruction, int l) {
    const access& a = k.at[k.code[instruction].a];
    return k.code[instruction].what == step::load && a.stride[l] != 0;
  };
  // the innermost reduction loop, if it is short, is unrolled: neighbouring windows then share their loads
  const int last = k.loops - 1;
  const index unrolled = last >= k.outer && last != k.lane && k.extent[last] <= 7 ? k.extent[last] : 1;
  constexpr int sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14};
  index best = -1;
  int best_a = -1, best_b = -1, best_ta = 1, best_tb = 1;
  index best_unroll = 1;
  for (int a = 0; a < k.outer; ++a)
    for (int b = a; b < k.outer; ++b)
      for (int ta : sizes) {
        if (ta > trips(a) || (a == b && ta > 1)) break;
        for (int tb : sizes) {
          if (tb > trips(b)) break;
          const index sums = index{ta} * tb;
          if (sums > m.registers - 3) break;
          for (index u = 1; u <= unrolled; u += unrolled > 1 ? unrolled - 1 : 1) {
            if (sums * u > 120) break;
            index passes[2] = {};
            index loads[2] = {1, 1};  // different vectors of each operand in u iterations
            for (int o = 0; o < 2; ++o) {
              const int operand = o == 0 ? k.term : k.factor;
              const access& at = k.at[k.code[operand].a];
              const bool on_a = a != b && depends(operand, a), on_b = depends(operand, b), on_u = u > 1 && depends(operand, last);
              // windows along the unrolled loop overlap where one step of the tile is one step of the window
              index na = on_a ? ta : 1, nb = on_b ? tb : 1, nu = on_u ? u : 1;
              auto step = [&](int l) { return detail::magnitude(at.stride[l] * (l == k.lane ? lanes : 1)); };
              const index along = detail::magnitude(at.stride[last]);
              if (on_u && on_b && step(b) == along) nb = nb + nu - 1, nu = 1;
              else if (on_u && on_a && step(a) == along) na = na + nu - 1, nu = 1;
              loads[o] = na * nb * nu;
              // what a pass of the reduction reads: beyond the first-level cache a vector comes at 32 bytes a cycle
              // (a window that moves along a reduction loop reads the same elements)
              auto slides = [&](int t) {
                bool found = false;
                for (int l = k.outer; l < k.loops; ++l) found = found || (l != k.lane && at.stride[l] != 0 && detail::magnitude(at.stride[l]) == step(t));
                return found;
              };
              index& pass = passes[o];
              pass = (on_a && !slides(a) ? ta : 1) * (on_b && !slides(b) ? tb : 1) * (k.lane < k.outer && at.stride[k.lane] == 0 ? 4 : m.vector_bytes);
              for (int l = k.outer; l < k.loops; ++l)
                if (at.stride[l] != 0) pass *= trips(l);
            }
            // the larger operand passes by, the smaller one stays
            const int far = passes[0] + passes[1] > 30 * 1024 ? (passes[1] > passes[0] ? 1 : 0) : -1;
            const index reads = loads[0] * (far == 0 ? 4 : 1) + loads[1] * (far == 1 ? 4 : 1);
            // vectors of one operand stay in registers, the other's come one after the other
            const index fewer = loads[0] < loads[1] ? loads[0] : loads[1];
            const access& first = k.at[k.code[k.term].a];
            const bool splat = k.lane < k.outer && (first.stride[k.lane] == 0 || k.at[k.code[k.factor].a].stride[k.lane] == 0);
            const index held = splat ? (first.stride[k.lane] == 0 ? loads[1] : loads[0]) : fewer;
            if (sums + held + 1 > m.registers) continue;
            index time = sums * u;
            if (reads > time) time = reads;
            if (time < 8 * u) time = 8 * u;
            // multiply-adds wasted where the tile does not divide the loop
            index cost = (time * 64 + loads[0] + loads[1]) * 256 / (sums * u) + (a != k.lane && b != k.lane ? 1 : 0);
            cost = cost * detail::round_up(trips(a), ta) / trips(a) * detail::round_up(trips(b), tb) / trips(b);
            if (best < 0 || cost < best) {
              best = cost;
              best_a = a, best_b = b, best_ta = ta, best_tb = tb, best_unroll = u;
            }
          }
        }
      }
  if (best_a >= 0) {
    k.tile[best_a] = static_cast<std::int8_t>(best_ta);
    k.tile[best_b] = static_cast<std::int8_t>(best_tb);
    if (best_unroll > 1) k.tile[last] = static_cast<std::int8_t>(best_unroll);
  }
}

constexpr nest tiled(nest k, const machine& m) {
  normalise(k);
  if (k.loops == 0) return k;
  const int lanes = m.vector_bytes / lane_bytes(k);
  choose_lane(k, lanes);
  choose_tile(k, m, lanes);
  return k;
}

}  // namespace intarsia::plan
