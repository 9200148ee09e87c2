// SPDX-License-Identifier: Apache-2.0
// Windows of a few taps over one channel: depthwise convolutions, their gradients, filters. What the search over tiles does not
// weigh for them: which loop is inside, and tiles over more than two loops.
#pragma once

#include "intarsia/plan/product.hpp"
#include "intarsia/plan/stored_rows.hpp"

namespace intarsia::plan {

/// A window over one channel: rows that a tile shares are worth more than columns, so that either loop may be inside.
constexpr bool is_small_window(const nest& k) {
  return k.loops - k.outer == 2 && k.extent[k.outer] > 1 && k.extent[k.outer] <= 7 && k.extent[k.outer + 1] <= 7 && k.place < 0;
}

/// A sum over rows and columns whose windows overlap along the rows: the gradient of a depthwise kernel. With the rows
/// innermost, a tile's windows share vectors.
constexpr bool is_long_window(const nest& k) {
  if (k.loops - k.outer != 2 || !reuses_by_windows(k)) return false;
  for (int l = 0; l < k.outer; ++l)
    for (int operand : {k.term, k.factor})
      if (const access& at = k.at[k.code[operand].a]; at.stride[l] != 0 && at.stride[l] == at.stride[k.outer]) return true;
  return false;
}

/// A window that runs along one axis of whole rows: with the rows apart a tile's windows share vectors.
constexpr bool is_column_window(const nest& k) {
  return k.factor >= 0 && k.loops - k.outer == 1 && k.extent[k.outer] > 1 && k.extent[k.outer] <= 7 && reuses_by_windows(k);
}

/// A window of few taps over every second element, whose rows pass by: with its columns in the same tile, neighbours share their
/// loads. (Depthwise 3x3, stride 2, 144x56x56, Zen 4, AVX-512: g++ 51 to 36 us, clang 52 to 37. AVX2 would need more registers.)
constexpr bool passes_whole_windows(const nest& k, const machine& m) {
  const int last = k.loops - 1;
  return m.vector_bytes == 64 && k.window >= 0 && k.loops - k.outer == 2 && k.lane < k.outer && k.at[k.code[k.window].a].stride[k.lane] == 2 &&
         k.tile[last] == k.extent[last] && k.extent[last - 1] <= 3;
}

/// A sum along the lanes over every second element, whose windows are all in the tile and meet every second row: the gradient of a
/// strided depthwise kernel. The operand that the windows move over, -1 if it is something else.
constexpr int passing_rows(const nest& k) {
  if (k.loops - k.outer != 2 || k.lane != k.loops - 1 || k.code[k.term].what != step::load || k.code[k.factor].what != step::load) return -1;
  const int rows = k.loops - 2;
  for (int moved : {k.term, k.factor}) {
    const access &x = k.at[k.code[moved].a], &y = k.at[k.code[moved == k.term ? k.factor : k.term].a];
    bool whole = x.stride[k.lane] == 2, overlap = false;
    for (int l = 0; l < k.outer; ++l) {
      if (x.stride[l] == 0 || y.stride[l] != 0) continue;
      whole = whole && k.tile[l] == k.extent[l];
      overlap = overlap || 2 * x.stride[l] == x.stride[rows];
    }
    if (whole && overlap) return moved;
  }
  return -1;
}
/// Some steps at once, so that their windows share rows. (3x3, stride 2, 144x56x56 to kernel, Zen 4: AVX-512 40 to 35 us with g++, 41
/// to 36 with clang; AVX2 49 to 45, 46 to 42; four steps at once are slower there.)
constexpr void pass_rows(nest& k, int moved, const machine& m) {
  const index rows = m.registers >= 32 ? 4 : 2;
  k.tile[k.loops - 2] = static_cast<std::int8_t>(k.extent[k.loops - 2] < rows ? k.extent[k.loops - 2] : rows);
  k.partial = 1, k.window = static_cast<std::int8_t>(moved);
}

/// Whether a loop counts the two residues of a window's stride: rows of zeros go by it.
constexpr bool counts_residues(const nest& k, int loop) { return loop != k.lane && k.extent[loop] == 2; }

/// Residues of a strided convolution's gradient beside each other: taps that are zeros for some of the results, which are
/// interleaved. With all these results and all taps in one tile no product by such a zero is made, and each vector serves all of
/// them. (Depthwise 3x3, stride 2, 144x56x56 to input, Zen 4: AVX-512 63 to 39 us, AVX2 56 to 33.)
constexpr bool interleaves_residues(const nest& k) {
  if (k.lane >= k.outer || k.code[k.term].what != step::load || k.code[k.factor].what != step::load) return false;
  for (int l = k.outer; l < k.loops; ++l) {
    bool has_zeros = false;
    for (int r = k.zeros; r < k.guards; ++r)
      if (k.rows[r].coef[l] != 0) has_zeros = has_zeros || counts_residues(k, zeros_by(k, r));
    if (!has_zeros || k.extent[l] > 3) return false;
  }
  for (int s = 0; s < k.stores; ++s)
    if (!interleaves(k, k.at[k.store[s].access], k.lane)) return false;
  return k.stores > 0;
}
constexpr void keep_residues_together(nest& k) {
  for (int l = 0; l < k.loops; ++l) k.tile[l] = static_cast<std::int8_t>(l < k.outer ? 1 : k.extent[l]);
  index results = 1;
  for (int r = k.zeros; r < k.guards; ++r)
    if (const int by = zeros_by(k, r); counts_residues(k, by) && k.tile[by] == 1) k.tile[by] = 2, results *= 2;
  // more rows, until eight sums hide the latency
  const access &x = k.at[k.code[k.term].a], &y = k.at[k.code[k.factor].a], &taps = x.stride[k.lane] == 0 ? x : y;
  for (int l = k.outer - 1; l >= 0; --l)
    if (l != k.lane && k.tile[l] == 1 && taps.stride[l] == 0 && results < 8) {
      const index rows = k.extent[l] < 8 / results ? k.extent[l] : 8 / results;
      k.tile[l] = static_cast<std::int8_t>(rows), results *= rows;
    }
  k.partial = 1, k.window = -1;
}

}  // namespace intarsia::plan
