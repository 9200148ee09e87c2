// SPDX-License-Identifier: Apache-2.0
// graph -> graph: the derivative of a strided convolution to its input, without products by structural zeros.
//
// Its taps are o = (i + pad - k) / s where that divides. With i = s q + r, every residue r has taps of its own,
// k = s j + r + pad - s m, at o = q + m - j: a dense convolution over q whose kernel has one more axis, r. The results
// [.., q, r, ..] are the rows of i in their order.
#pragma once

#include "intarsia/fuse/pad.hpp"

namespace intarsia::fuse {

/// A window that skips: the result has i, the taps are dense.
constexpr bool has_residues(const ir::contraction_axis& a) {
  return a.window && a.who[0] == ir::out && a.stride > 1 && a.dilation == 1 && a.extent[2] >= a.stride;
}

/// Where the axes of a tensor are when some of them have become two.
struct split_axes {
  extents shape;
  int at[max_rank] = {};

  template <class Pair>
  constexpr split_axes(const extents& from, Pair pair) {
    for (int d = 0; d < from.rank; ++d) {
      at[d] = shape.rank;
      const auto [first, second] = pair(d);
      shape.push(first > 0 ? first : from[d]);
      if (second > 0) shape.push(second);
    }
  }
  constexpr int operator[](int d) const { return d < 0 ? d : at[d]; }
};

constexpr ir::node_id by_residues(ir::graph& g, ir::node n, ir::contraction c) {
  struct axis_pair {
    index first, second;
  };
  ir::role taps = ir::nobody;
  for (int x = 0; x < c.count; ++x)
    if (has_residues(c.axis[x])) taps = static_cast<ir::role>(c.axis[x].who[2]);
  const ir::node_id w = n.in[taps - ir::lhs];
  auto find = [&c](ir::role r, int which, int d) -> const ir::contraction_axis* {
    for (int x = 0; x < c.count; ++x)
      if (has_residues(c.axis[x]) && c.axis[x].who[which] == r && c.axis[x].dim[which] == d) return &c.axis[x];
    return nullptr;
  };
  auto most = [](const ir::contraction_axis& a) { return (a.stride - 1 + a.pad) / a.stride; };  // m
  auto steps = [&most](const ir::contraction_axis& a) { return floor_div(a.extent[2] - 1 - a.pad, a.stride) + most(a) + 1; };
  const split_axes result(n.shape, [&](int d) {
    const auto* a = find(ir::out, 0, d);
    return a ? axis_pair{(a->extent[0] + a->stride - 1) / a->stride, a->stride} : axis_pair{0, 0};
  });
  const split_axes kernel(g[w].shape, [&](int d) {
    const auto* a = find(taps, 2, d);
    return a ? axis_pair{steps(*a), a->stride} : axis_pair{0, 0};
  });

  ir::view_map m;
  for (int d = 0; d < g[w].shape.rank; ++d) {
    const auto* a = find(taps, 2, d);
    if (a) m.axis[d] = {a->pad - a->stride * most(*a), 0, kernel[d], a->stride, kernel[d] + 1, 1};
    else m.axis[d] = {0, 0, kernel[d], 1, -1, 0};
  }
  const ir::node_id dense = ir::view(g, w, kernel.shape, m);

  extents whole = n.shape;  // whole residues: may be more than the result has
  const int axes = c.count;
  for (int x = 0; x < axes; ++x) {
    ir::contraction_axis& a = c.axis[x];
    if (!a.window) {
      a.dim[ir::out] = result[a.dim[ir::out]];
      a.dim[taps] = kernel[a.dim[taps]];
      continue;
    }
    const bool splits = has_residues(a);
    for (int k = 0; k < 3; ++k) {
      if (a.who[k] == ir::out) a.dim[k] = result[a.dim[k]];
      else if (a.who[k] == taps) a.dim[k] = kernel[a.dim[k]];
    }
    if (!splits) continue;
    const index q = (a.extent[0] + a.stride - 1) / a.stride;
    for (int d = 0; d < n.shape.rank; ++d)
      if (result[d] == a.dim[0]) whole[d] = q * a.stride;
    c.share(a.dim[0] + 1, taps == ir::lhs ? a.dim[2] + 1 : -1, taps == ir::rhs ? a.dim[2] + 1 : -1, a.stride);
    const index k = steps(a), shift = most(a);
    a.extent[0] = q, a.extent[2] = k, a.pad = shift, a.stride = 1;
  }
  const extents wanted = n.shape;
  n.in[taps - ir::lhs] = dense;
  n.shape = result.shape;
  n.aux = g.contractions.push(c);
  const ir::node_id all = ir::reshape(g, g.add(n), whole);
  return whole == wanted ? all : ir::view(g, all, wanted, ir::identity_view(wanted.rank));
}

constexpr bool has_residues(const ir::graph_view& g) {
  for (const ir::contraction& c : g.contractions)
    for (int x = 0; x < c.count; ++x)
      if (has_residues(c.axis[x])) return true;
  return false;
}

constexpr ir::graph with_residues(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    int residues = 0;
    if (n.what == ir::kind::contract)
      for (int x = 0; x < from.contraction_of(i).count; ++x) residues += has_residues(from.contraction_of(i).axis[x]);
    const bool room = residues > 0 && from.contraction_of(i).count + residues <= ir::max_contraction_axes && n.shape.rank + residues <= max_rank;
    return room ? by_residues(g, n, from.contraction_of(i)) : g.add(n);
  });
  return g;
}

}  // namespace intarsia::fuse
