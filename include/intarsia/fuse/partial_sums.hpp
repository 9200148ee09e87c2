// SPDX-License-Identifier: Apache-2.0
// graph -> graph: a long sum of products as a sum of shorter ones, where what the whole sum reads does not stay in the caches: parts
// of panels of weights, or parts of weights as they lie in memory.
#pragma once

#include "intarsia/ir/build.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::fuse {

/// Gives each axis of a result or an operand that the contraction names another number.
template <class Moved>
constexpr void move_axes(ir::contraction& c, ir::role of, Moved moved) {
  for (int i = 0; i < c.count; ++i) {
    ir::contraction_axis& a = c.axis[i];
    if (!a.window) a.dim[of] = moved(a.dim[of]);
    else
      for (int r = 0; r < 3; ++r)
        if (a.who[r] == of) a.dim[r] = moved(a.dim[r]);
  }
}

/// Contraction n, whose axes are c, in this many parts of summed axis x: each is added to those before it.
constexpr ir::node_id sum_of_parts(ir::graph& g, const ir::node& n, const ir::contraction& c, int x, index parts) {
  ir::contraction own = c;
  own.axis[x].extent[0] /= parts;
  const int form = g.contractions.push(own);
  ir::node_id sum = -1;
  for (index p = 0; p < parts; ++p) {
    ir::node part = n;
    for (int r = ir::lhs; r <= ir::rhs; ++r) {
      const int d = c.axis[x].dim[r];
      const ir::node_id whole = n.in[r - ir::lhs];
      extents shape = g[whole].shape;
      ir::view_map m = ir::identity_view(shape.rank);
      shape[d] /= parts;
      m.axis[d].offset = p * shape[d];
      part.in[r - ir::lhs] = ir::view(g, whole, shape, m);
    }
    part.aux = form;
    const ir::node_id product = g.add(part);
    sum = sum < 0 ? product : ir::map(g, ir::opcode::add, sum, product);
  }
  return sum;
}

/// The sum over axis `summed` in parts, made with some axes of the result last, as the weights have them; then in its own order. (1x1
/// 512x7x7 to 2048, forward, Zen 4, AVX2: 1.08 to 1.01 ms, 2048x7x7 to 512 1.08 to 1.02.)
constexpr ir::node_id in_parts_along(ir::graph& g, ir::node n, ir::contraction c, const bool (&along)[max_rank], int summed, index parts) {
  const extents whole = n.shape;
  int moved[max_rank] = {}, next = 0;
  for (bool last : {false, true})
    for (int d = 0; d < whole.rank; ++d)
      if (along[d] == last) moved[d] = next++;
  move_axes(c, ir::out, [&](int d) { return d < 0 ? d : moved[d]; });
  ir::view_map back;
  for (int d = 0; d < whole.rank; ++d) {
    n.shape[moved[d]] = whole[d];
    back.axis[moved[d]] = {0, 0, d, 1, -1, 0};
  }
  const ir::node_id sum = sum_of_parts(g, n, c, summed, parts);
  if (n.shape == whole && back == ir::identity_view(whole.rank)) return sum;
  return ir::unary(g, ir::kind::copy, ir::view(g, sum, whole, back));  // squares are transposed best by themselves
}

/// The most results for each element of the weights that count as few: they do not repay a copy in panels.
inline constexpr index few_results = 128;

/// A product with panels too large for the second-level cache, as a sum of products with parts of them, of which two fit: one
/// that is used and one that is fetched meanwhile. (3x3, 512x7x7, out of a cold cache, Zen 5, AVX-512: 180 to 205 GFLOP/s with
/// four parts; with two 205 as well, but 130 in one process of six, as its pages happen to lie.)
/// Tiles of 12 vectors of 32 bytes, one tap, read 64 bytes of a panel in 6 cycles: two thirds of what the second-level cache gives.
/// Where nothing fetches the image ahead, since its channels are pages apart or single lines, both have to stay in the first one.
/// (1x1, Zen 4, AVX2: 512x28x28 to 128 83 to 93 % of the peak, 2048x7x7 to 512 77 to 84, but 1024x14x14 to 512 91 to 83; parts of
/// 16 KB 91 and 76. AVX-512, whose tiles take 28 cycles for 128 bytes: 98 to 94.) Several taps for few pixels: parts of 80 KB. (3x3 512x7x7
/// 2.48 to 2.38 ms, s2 512x14x14 2.64 to 2.46.)
constexpr ir::node_id in_parts_of_panels(ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role weights, index lanes) {
  bool one_tap = true;
  for (int x = 0; x < c.count; ++x) one_tap = one_tap && (!c.axis[x].window || c.axis[x].extent[2] == 1);
  int summed = -1;
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[ir::out] < 0 && (summed < 0 || c.axis[x].extent[0] > c.axis[summed].extent[0])) summed = x;
  const ir::role data = weights == ir::lhs ? ir::rhs : ir::lhs;
  const index apart = summed < 0 ? 0 : g[n.in[data - ir::lhs]].shape.size() / c.axis[summed].extent[0] * ir::size_of(n.type);
  const bool near = lanes == 8 && one_tap && (apart >= 2048 || apart <= 256);
  const extents& panels = g[n.in[weights - ir::lhs]].shape;
  const index panel = panels.size() / panels[0] * ir::size_of(n.type), results = n.shape.size() / (panels[0] * panels[panels.rank - 1]);
  const bool few = lanes == 8 && results <= few_results;
  const index largest = (near ? 24 : few ? 100 : 400) * 1024, part = (near ? 8 : few ? 80 : 200) * 1024;
  index parts = 1;
  while (panel > largest && panel / parts > part) parts *= 2;
  if (parts == 1 || summed < 0 || c.axis[summed].extent[0] % parts != 0) return g.add(n);
  bool lanes_of_panel[max_rank] = {};
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[weights] == panels.rank - 1) lanes_of_panel[c.axis[x].dim[ir::out]] = true;
  return in_parts_along(g, n, c, lanes_of_panel, summed, parts);
}

/// Rows of the weights in one part, and the bytes from which on a row counts as apart from the next.
inline constexpr index rows_in_part = 128, row_apart = 2048;
/// An axis of the result that lies along the rows of the weights.
constexpr bool is_in_row(const ir::contraction_axis& a, ir::role weights) {
  return !a.window && a.dim[ir::out] >= 0 && a.dim[weights] > 0 && a.dim[weights == ir::lhs ? ir::rhs : ir::lhs] < 0;
}
/// Each step of the sum reads a row of weights, and each element of a row serves few results: then tiles read the rows as they lie,
/// 128 of them, which the second-level cache holds though they are pages apart, and fetch what the next tile will read. The axis that
/// is summed over; -1 where the weights are not like that. It is neither the other operand's batch nor the axis that lies along its
/// own rows. (Gradient to the input, Zen 4: 1x1 s2 1024x14x14 to 2048 2.53 to 2.04 ms, AVX2 3.25 to 2.39; 512x7x7 to 2048 1.29 to 0.95,
/// AVX2 1.40 to 1.02; 3x3 512x7x7 AVX2 2.98 to 2.59, AVX-512 the same. With 196 pixels a copy in panels wins: 1.93 and 2.14.)
constexpr int sum_over_rows(const ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role weights) {
  const ir::node &w = g[n.in[weights - ir::lhs]], &data = g[n.in[weights == ir::lhs ? 1 : 0]];
  if (w.what == ir::kind::view && (g[w.in[0]].shape != w.shape || !simplify::in_range(g.views[w.aux], w.shape, w.shape))) return -1;
  index row = 1;
  for (int x = 0; x < c.count; ++x)
    if (is_in_row(c.axis[x], weights)) row *= c.axis[x].extent[0];
  if (w.shape[0] * row != w.shape.size() || row * ir::size_of(n.type) < row_apart || n.shape.size() / row > few_results) return -1;
  for (int x = 0; x < c.count; ++x) {
    const ir::contraction_axis& a = c.axis[x];
    if (a.window || a.dim[ir::out] >= 0 || a.dim[weights] != 0 || a.extent[0] % rows_in_part != 0) continue;
    const int d = a.dim[weights == ir::lhs ? ir::rhs : ir::lhs];
    return d > 0 && d + 1 < data.shape.rank ? x : -1;
  }
  return -1;
}
constexpr ir::node_id in_parts_of_rows(ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role weights, int summed) {
  bool in_row[max_rank] = {};
  for (int x = 0; x < c.count; ++x)
    if (is_in_row(c.axis[x], weights)) in_row[c.axis[x].dim[ir::out]] = true;
  return in_parts_along(g, n, c, in_row, summed, c.axis[summed].extent[0] / rows_in_part);
}

}  // namespace intarsia::fuse
