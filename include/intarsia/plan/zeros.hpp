// SPDX-License-Identifier: Apache-2.0
// Zeros around an operand of a product: the steps of a reduction that meet nothing else are left out. (3x3 over 14x14:
// 5 % of them; a transposed 5x5 over 10x10: 29 %.) What is left out is not multiplied either: no NaN comes of a border then.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

struct interval {
  index low = 0, high = 0;
};

/// The row of zeros whose steps are those of reduction loop l, one at a time; -1 if there is none, or if a step has too few
/// multiply-adds to repay the question. (Zen 5, AVX-512: 28 do, 3x3, 256x14x14, 213 to 222 GFLOP/s; 14 do not.)
constexpr int zeros_along(const nest& k, int l) {
  constexpr index fewest = 15;
  if (l < k.outer || l == k.lane || k.tile[l] != 1) return -1;
  index products = 1;
  for (int i = 0; i < k.loops; ++i) products *= i > l && i != k.lane ? k.extent[i] : k.tile[i];
  for (int r = k.zeros; r < k.guards && products >= fewest; ++r)
    if (k.rows[r].coef[l] != 0 && (k.lane < 0 || k.rows[r].coef[k.lane] == 0)) return r;
  return -1;
}
/// The steps [low, high) of reduction loop l that meet more than zeros, a row's values at step 0 being `own` for the elements
/// of a tile.
constexpr interval steps_between_zeros(const guard& row, int l, index steps, interval own) {
  auto floor_div = [](index a, index b) { return a >= 0 ? a / b : -((-a + b - 1) / b); };
  const index c = row.coef[l];
  interval v = c > 0 ? interval{-floor_div(own.high, c), -floor_div(own.low - row.extent, c)}
                     : interval{floor_div(own.low - row.extent, -c) + 1, floor_div(own.high, -c) + 1};
  if (v.low < 0) v.low = 0;
  if (v.high > steps) v.high = steps;
  return v;
}

}  // namespace intarsia::plan
