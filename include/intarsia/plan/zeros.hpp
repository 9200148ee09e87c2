// SPDX-License-Identifier: Apache-2.0
// Zeros around an operand of a product, or around the taps of each residue: the steps of a reduction that meet nothing else are
// left out. (3x3 over 14x14: 5 % of them; a transposed 5x5 over 10x10: 29 %.) Where the window is unrolled, single products are: a
// row of 14 results of that one has 50 of 70 (LeNet's training step, 256 images with ReLU, Zen 4, AVX-512: 5.94 to 5.54 ms). What
// is left out is not multiplied either: no NaN comes of a border then.
#pragma once

#include "intarsia/plan/nest.hpp"
#include "intarsia/support/config.hpp"

namespace intarsia::plan {

struct interval {
  index low = 0, high = 0;
};

/// The outer loop that moves a window over its border.
constexpr int zeros_by(const nest& k, int row) {
  int l = 0;
  while (l < k.outer - 1 && k.rows[row].coef[l] == 0) ++l;
  return l;
}
/// The row of zeros whose steps are those of reduction loop l, one at a time; -1 if there is none.
constexpr int zeros_along(const nest& k, int l) {
  if (l < k.outer || l == k.lane || k.tile[l] != 1) return -1;
  for (int r = k.zeros; r < k.guards; ++r)
    if (const int by = zeros_by(k, r); k.rows[r].coef[l] != 0 && by != k.lane && k.tile[by] < k.extent[by]) return r;
  return -1;
}
/// Whether a step of loop l has multiply-adds enough to repay a question for each tile. (Zen 5, AVX-512: 28 do, 3x3, 256x14x14,
/// 213 to 222 GFLOP/s; 14 do not.)
constexpr bool repays_a_question(const nest& k, int l) {
  index products = 1;
  for (int i = 0; i < k.loops; ++i) products *= i > l && i != k.lane ? k.extent[i] : k.tile[i];
  return products >= 15;
}
/// The row of zeros whose steps are left out in a first and a last tile that are code of their own; -1 if none is.
constexpr int zeros_apart(const nest& k, int l) {
  const int row = zeros_along(k, l);
  return row >= 0 && !repays_a_question(k, l) && k.extent[zeros_by(k, row)] <= 16 ? row : -1;
}
/// Whether iteration i of the outer loop and step s of the reduction loop are inside a row's border.
constexpr bool is_kept(const guard& g, int by, index i, int along, index s) {
  const index v = g.offset + g.coef[by] * i + g.coef[along] * s;
  return v >= 0 && v < g.extent;
}
/// How many of the products of all iterations of a row's outer loop with all steps of its reduction loop meet no zero.
constexpr index products_kept(const nest& k, int row, int by, int along) {
  index kept = 0;
  for (index i = 0; i < k.extent[by]; ++i)
    for (index s = 0; s < k.extent[along]; ++s) kept += is_kept(k.rows[row], by, i, along, s);
  return kept;
}
/// The reduction loop of a row of zeros, where it is unrolled as a whole, so that single products may be left out; -1 if not.
constexpr int unrolled_along(const nest& k, int row) {
  for (int l = k.outer; l < k.loops; ++l)
    if (k.rows[row].coef[l] != 0) return l != k.lane && zeros_by(k, row) != k.lane && k.tile[l] == k.extent[l] ? l : -1;
  return -1;
}
/// Whether single products are worth a first and a last tile that are code of their own: an eighth of them is left out.
constexpr bool is_worth_tiles(const nest& k, int row, int by, int along) {
  return k.extent[by] <= 16 && 8 * products_kept(k, row, by, along) <= 7 * k.extent[by] * k.extent[along];
}
/// Of one row of zeros: at step s of the reduction loop, i iterations into the outer one, the operand is inside its border where
/// 0 <= offset + by * i + along * s < extent.
struct zeros_passed {
  index offset, extent, by, along, steps;
  /// The steps that meet more than these zeros, in a tile of `size` iterations of the outer loop, from `from` on.
  /// Inlined whatever the compiler counts: a call here spills the sums of every tile.
  INTARSIA_INLINE constexpr interval left(index from, index size) const {
    auto floor_div = [](index a, index b) INTARSIA_INLINE_LAMBDA { return a >= 0 ? a / b : -((-a + b - 1) / b); };
    const index first = offset + by * from, last = first + by * (size - 1);
    const index low = first < last ? first : last, high = first < last ? last : first;  // at step 0, of the tile's elements
    interval v = along > 0 ? interval{-floor_div(high, along), -floor_div(low - extent, along)}
                           : interval{floor_div(low - extent, -along) + 1, floor_div(high, -along) + 1};
    if (v.low < 0) v.low = 0;
    if (v.high > steps) v.high = steps;
    return v;
  }
};
constexpr zeros_passed zeros_passed_by(const nest& k, int l, int row) {
  const guard& g = k.rows[row];
  return {g.offset, g.extent, g.coef[zeros_by(k, row)], g.coef[l], k.extent[l]};
}

}  // namespace intarsia::plan
