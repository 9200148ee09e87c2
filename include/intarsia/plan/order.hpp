// SPDX-License-Identifier: Apache-2.0
// nest -> nest: the order of the outer loops of a sum of products. The operand that the inner ones move is read again for
// every tile of the outer ones, so it should be the one that stays in the nearer cache.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// Bytes that no such cache holds.
inline constexpr index second_level_cache = 2 * 1024 * 1024;

/// Cycles to read this many bytes `times` times (Zen 4: 32 KB, then 1 MB at 32 bytes a cycle, then 10).
constexpr index rereading(index bytes, index times) {
  if (bytes <= 24 * 1024) return bytes / 32;
  return bytes <= 768 * 1024 ? bytes * times / 32 : bytes * times / 10;
}

/// The nest with its outer loops in another order.
constexpr nest reordered(const nest& k, const int (&order)[max_loops]) {
  nest r = k;
  auto permuted = [&](auto& to, const auto& from) {
    for (int l = 0; l < k.outer; ++l) to[l] = from[order[l]];
  };
  permuted(r.extent, k.extent);
  permuted(r.tile, k.tile);
  for (int a = 0; a < k.accesses; ++a) permuted(r.at[a].stride, k.at[a].stride);
  for (int g = 0; g < k.guards; ++g) permuted(r.rows[g].coef, k.rows[g].coef);
  for (int l = 0; l < k.outer; ++l)
    if (order[l] == k.lane) r.lane = static_cast<std::int8_t>(l);
  return r;
}

/// Nothing but a load and a store, of more than what a few tiles hold.
constexpr bool is_large_copy(const nest& k) {
  return k.instructions == 1 && k.code[0].what == step::load && k.stores == 1 && iterations_in(k) >= 64 * 1024;
}

/// A large copy that stores rows of transposed squares reads one sequence: its loops are in the order of the strides that it
/// reads with. (Weights 512x512x3x3 into panels: 1.8 to 1.35 million cycles; one that copies 128 bytes here and there has
/// too many places to write to.)
constexpr nest in_order_of_reading(const nest& k) {
  if (!is_large_copy(k) || k.at[k.store[0].access].stride[k.lane] <= 2) return k;
  const access& from = k.at[k.code[0].a];
  int order[max_loops] = {};
  for (int l = 0; l < k.outer; ++l) {
    int at = l;
    for (; at > 0 && from.stride[order[at - 1]] < from.stride[l]; --at) order[at] = order[at - 1];
    order[at] = l;
  }
  return reordered(k, order);
}

/// A large copy of a few neighbours from each page (weights of 1x1 into panels) goes through blocks of rows: eight sequences are
/// read, which the machine fetches ahead, and eight rows of a panel written at once. (2048x1024, Zen 4: 471 to 330 us, row by row
/// 358.)
constexpr nest in_blocks_of_rows(const nest& k) {
  constexpr index block = 8, page = 4096;
  if (!is_large_copy(k) || k.loops >= max_loops) return k;
  const access &from = k.at[k.code[0].a], &to = k.at[k.store[0].access];
  const int row = k.outer - 2;
  if (row < 1 || k.lane != row + 1 || from.guards > 0 || from.stride[k.lane] != 1 || to.stride[k.lane] != 1) return k;
  if (from.stride[row] * ir::size_of(from.type) < page || to.stride[row] != k.extent[k.lane] || k.extent[row] % block != 0 || from.stride[0] >= from.stride[row]) return k;
  nest r = k;
  auto put = [&](auto& of, const auto& was, auto outside, auto inside) {
    for (int l = row; l > 0; --l) of[l] = was[l - 1];
    of[0] = outside;
    of[row + 1] = inside;
    of[row + 2] = was[row + 1];
  };
  put(r.extent, k.extent, k.extent[row] / block, block);
  put(r.tile, k.tile, std::int8_t{1}, std::int8_t{1});
  for (int a = 0; a < k.accesses; ++a) put(r.at[a].stride, k.at[a].stride, block * k.at[a].stride[row], k.at[a].stride[row]);
  ++r.loops, ++r.outer, ++r.lane;
  return r;
}

class loop_order {
 public:
  constexpr loop_order(const nest& k, int lanes) : k_(k), lanes_(lanes) {}

  constexpr nest run() {
    if (k_.outer < 2 || k_.code[k_.term].what != step::load || k_.code[k_.factor].what != step::load) return k_;
    index tiles[2] = {1, 1}, products = 1;
    bool found[2] = {};
    for (int l = 0; l < k_.loops; ++l) {
      products *= trips(l);
      if (l >= k_.outer || !moves_one(l)) continue;
      const int o = moves(0, l) ? 0 : 1;
      tiles[o] *= (trips(l) + k_.tile[l] - 1) / k_.tile[l];
      found[o] = true;
    }
    if (!found[0] || !found[1]) return k_;
    // with the loops of operand o outside, the other one is read for each of their tiles; there are two products a cycle
    const index outside[2] = {rereading(bytes(1), tiles[0]) + rereading(bytes(0), 1), rereading(bytes(0), tiles[1]) + rereading(bytes(1), 1)};
    const bool one_a_cycle = lanes_ * ir::size_of(k_.code[k_.term].type) >= 64;  // of the widest vectors on Zen 4
    if (const int rows = operand_of_rows(); rows >= 0 && outside[rows] < products / (one_a_cycle ? 1 : 2)) return with_outside(rows);
    const int now = outermost(), other = 1 - now;
    if (outside[now] - outside[other] < products / 2 / 16) return k_;  // not worth a twentieth
    return with_outside(other);
  }

 private:
  /// The operand whose loops are outside where results are written row by row, if there are more of them than the second-level
  /// cache holds: a tile's lines then follow those of the tile before, which the machine fetches ahead. -1 if there are fewer.
  /// (Gradient to the kernel, Zen 4, AVX-512: 3x3 512x7x7 2.34 to 2.17 ms, 512x14x14 s2 2.44 to 2.19; 1x1 s2 1024x14x14 to 2048 2.33
  /// to 2.04, with AVX2 2.45 to 1.97.)
  constexpr int operand_of_rows() const {
    if (k_.stores != 1 || k_.lane >= k_.outer) return -1;
    const access& to = k_.at[k_.store[0].access];
    index bytes = ir::size_of(to.type);
    int row = -1;
    for (int l = 0; l < k_.outer; ++l) {
      bytes *= k_.extent[l];
      if (moves_one(l) && (row < 0 || to.stride[l] > to.stride[row])) row = l;
    }
    return to.stride[k_.lane] != 1 || bytes <= second_level_cache ? -1 : moves(0, row) ? 0 : 1;
  }
  constexpr const access& operand(int o) const { return k_.at[k_.code[o == 0 ? k_.term : k_.factor].a]; }
  constexpr bool moves(int o, int l) const { return operand(o).stride[l] != 0; }
  constexpr bool moves_one(int l) const { return moves(0, l) != moves(1, l); }
  constexpr index trips(int l) const { return l == k_.lane ? (k_.extent[l] + lanes_ - 1) / lanes_ : k_.extent[l]; }
  /// Of the operand in one iteration of the loops that move both.
  constexpr index bytes(int o) const {
    index last = 0;
    for (int l = 0; l < k_.loops; ++l) {
      const index stride = operand(o).stride[l] < 0 ? -operand(o).stride[l] : operand(o).stride[l];
      if (l >= k_.outer || moves_one(l)) last += stride * (k_.extent[l] - 1);
    }
    return (last + 1) * ir::size_of(operand(o).type);
  }
  /// The operand whose loops are outside now: that of the first of them.
  constexpr int outermost() const {
    for (int l = 0; l < k_.outer; ++l)
      if (moves_one(l)) return moves(0, l) ? 0 : 1;
    return 0;
  }
  constexpr nest with_outside(int o) const {
    int order[max_loops] = {}, next = 0;
    for (int rank = 0; rank < 3; ++rank)
      for (int l = 0; l < k_.outer; ++l)
        if (rank == (!moves_one(l) ? 0 : moves(o, l) ? 1 : 2)) order[next++] = l;
    return reordered(k_, order);
  }

  const nest& k_;
  int lanes_;
};

}  // namespace intarsia::plan
