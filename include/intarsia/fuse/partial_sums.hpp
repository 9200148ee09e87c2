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

/// A product with panels too large for the second-level cache, as a sum of products with parts of them, of which two fit: one
/// that is used and one that is fetched meanwhile. (3x3, 512x7x7, out of a cold cache, Zen 5, AVX-512: 180 to 205 GFLOP/s with
/// four parts; with two 205 as well, but 130 in one process of six, as its pages happen to lie.)
/// Tiles of 12 vectors of 32 bytes, one tap, read 64 bytes of a panel in 6 cycles: two thirds of what the second-level cache gives.
/// Where nothing fetches the image ahead, since its channels are pages apart or single lines, both have to stay in the first one.
/// (1x1, Zen 4, AVX2: 512x28x28 to 128 83 to 93 % of the peak, 2048x7x7 to 512 77 to 84, but 1024x14x14 to 512 91 to 83; parts of
/// 16 KB 91 and 76. AVX-512, whose tiles take 28 cycles for 128 bytes: 98 to 94.)
constexpr ir::node_id in_parts_of_panels(ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role weights, index lanes) {
  bool one_tap = true;
  for (int x = 0; x < c.count; ++x) one_tap = one_tap && (!c.axis[x].window || c.axis[x].extent[2] == 1);
  int summed = -1;
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[ir::out] < 0 && (summed < 0 || c.axis[x].extent[0] > c.axis[summed].extent[0])) summed = x;
  const ir::role data = weights == ir::lhs ? ir::rhs : ir::lhs;
  const index apart = summed < 0 ? 0 : g[n.in[data - ir::lhs]].shape.size() / c.axis[summed].extent[0] * ir::size_of(n.type);
  const bool near = lanes == 8 && one_tap && (apart >= 2048 || apart <= 256);
  const index largest = (near ? 24 : 400) * 1024, part = (near ? 8 : 200) * 1024;
  const extents& panels = g[n.in[weights - ir::lhs]].shape;
  const index panel = panels.size() / panels[0] * ir::size_of(n.type);
  index parts = 1;
  while (panel > largest && panel / parts > part) parts *= 2;
  if (parts == 1 || summed < 0 || c.axis[summed].extent[0] % parts != 0) return g.add(n);
  return sum_of_parts(g, n, c, summed, parts);
}

/// Rows of the weights in one part, and the bytes from which on a row counts as apart from the next.
inline constexpr index rows_in_part = 128, row_apart = 2048;
/// The result's channels lie beside each other in the weights, a row for each step of the sum: the summed axis of these rows; -1 if
/// they lie in another way. With few results for each channel a copy in panels costs more than it saves: then tiles read the rows
/// as they are, 128 of them, which the second-level cache holds though they are pages apart, and fetch what the next tile will
/// read. (Gradient to the input, 1x1, Zen 4, AVX-512: s2 1024x14x14 to 2048 2.53 to 1.99 ms, 2048x7x7 to 512 1.15 to 0.96,
/// 512x7x7 to 2048 1.29 to 0.95; AVX2 3.25 to 2.39, 1.37 to 1.16, 1.40 to 1.02. With 196 pixels the copy wins: 1.93 and 2.14.)
constexpr int rows_of_channels(const ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role weights, int channels) {
  const ir::node& w = g[n.in[weights - ir::lhs]];
  const int axis = c.axis[channels].dim[weights];
  if (w.what == ir::kind::view && (g[w.in[0]].shape != w.shape || !simplify::in_range(g.views[w.aux], w.shape, w.shape))) return -1;
  if (axis == 0 || w.shape[0] * w.shape[axis] != w.shape.size() || w.shape[axis] * ir::size_of(n.type) < row_apart) return -1;
  if (n.shape.size() / c.axis[channels].extent[0] > 128) return -1;
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[ir::out] < 0 && c.axis[x].dim[weights] == 0 && c.axis[x].extent[0] % rows_in_part == 0) return x;
  return -1;
}
constexpr ir::node_id in_parts_of_rows(ir::graph& g, ir::node n, ir::contraction c, int channels, int summed) {
  const extents whole = n.shape;
  const int at = c.axis[channels].dim[ir::out], last = whole.rank - 1;
  auto moved = [&](int d) { return d == at ? last : d > at ? d - 1 : d; };
  move_axes(c, ir::out, moved);
  ir::view_map back;
  for (int d = 0; d < whole.rank; ++d) {
    n.shape[moved(d)] = whole[d];
    back.axis[moved(d)] = {0, 0, d, 1, -1, 0};
  }
  const ir::node_id sum = sum_of_parts(g, n, c, summed, c.axis[summed].extent[0] / rows_in_part);
  return ir::unary(g, ir::kind::copy, ir::view(g, sum, whole, back));  // squares are transposed best by themselves
}

}  // namespace intarsia::fuse
