// SPDX-License-Identifier: Apache-2.0
// graph -> graph: a convolution with many output channels takes them on the lanes; its weights are copied into panels
// of as many channels as a register tile holds, so that a panel is read as one sequence. The same for large gradients,
// whose panels are of the weights or of the image; and for weights that `prepare` can copy once.
#pragma once

#include "intarsia/ir/build.hpp"
#include "intarsia/simplify/fold.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::fuse {

/// The shared axis along which the result and one operand run, and the other operand does not; -1 if there is none.
constexpr int channel_axis(const ir::contraction& c, ir::role weights) {
  const ir::role data = weights == ir::lhs ? ir::rhs : ir::lhs;
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[ir::out] >= 0 && c.axis[x].dim[weights] >= 0 && c.axis[x].dim[data] < 0) return x;
  return -1;
}

/// Whether an operand is in panels already: the result's last axis is its own.
constexpr bool is_packed(const ir::contraction& c, int result_rank, const int (&operand_rank)[2]) {
  for (int x = 0; x < c.count; ++x)
    for (int r = ir::lhs; r <= ir::rhs; ++r)
      if (!c.axis[x].window && c.axis[x].dim[ir::out] == result_rank - 1 && c.axis[x].dim[r] == operand_rank[r - ir::lhs] - 1 && operand_rank[r - ir::lhs] > 2) return true;
  return false;
}

/// What a reshape reshapes: a reshape of a reshape is one.
constexpr ir::node_id whole_of(const ir::graph& g, ir::node_id i) { return g[i].what == ir::kind::reshape ? g[i].in[0] : i; }

/// A view of what may be a view itself: one view, where that can be.
constexpr ir::node_id seen_through(ir::graph& g, ir::node_id w, const extents& shape, const ir::view_map& m) {
  const ir::node n = g[w];
  ir::view_map both;
  if (n.what == ir::kind::view && simplify::in_range(g.views[n.aux], n.shape, g[n.in[0]].shape) && simplify::compose(g.views[n.aux], g[n.in[0]].shape.rank, m, both))
    return ir::view(g, n.in[0], shape, both);
  return ir::view(g, w, shape, m);
}

constexpr ir::node_id pack(ir::graph& g, ir::node n, ir::contraction c, ir::role weights, int x, index panel) {
  const ir::node_id w = n.in[weights - ir::lhs];
  const extents from = g[w].shape;
  const int axis = c.axis[x].dim[weights];
  const index blocks = from[axis] / panel;
  extents packed;
  packed.push(blocks);
  ir::view_map m;  // of the weights [..., channels, ...] by the packed ones [blocks, ..., panel]
  for (int d = 0; d < from.rank; ++d) {
    if (d == axis) continue;
    m.axis[d] = {0, 0, packed.rank, 1, -1, 0};
    packed.push(from[d]);
  }
  m.axis[axis] = {0, 0, 0, panel, packed.rank, 1};
  packed.push(panel);
  const ir::node_id panels = ir::unary(g, ir::kind::copy, seen_through(g, w, packed, m));

  const int at = c.axis[x].dim[ir::out];
  extents shape;
  for (int d = 0; d < n.shape.rank; ++d)
    if (d == at) shape.push(blocks), shape.push(panel);
    else shape.push(n.shape[d]);
  auto moved = [axis](int d) { return d < 0 ? d : d == axis ? 0 : d < axis ? d + 1 : d; };
  for (int i = 0; i < c.count; ++i) {
    ir::contraction_axis& a = c.axis[i];
    if (!a.window) a.dim[ir::out] += a.dim[ir::out] > at, a.dim[weights] = moved(a.dim[weights]);
    else
      for (int r = 0; r < 3; ++r)
        if (a.who[r] == ir::out) a.dim[r] += a.dim[r] > at;
        else if (a.who[r] == weights) a.dim[r] = moved(a.dim[r]);
  }
  c.axis[x].extent[0] = blocks;
  c.share(at + 1, weights == ir::lhs ? packed.rank - 1 : -1, weights == ir::rhs ? packed.rank - 1 : -1, panel);
  n.in[weights - ir::lhs] = panels;
  const extents whole = n.shape;
  n.shape = shape;
  n.aux = g.contractions.push(c);
  return ir::reshape(g, g.add(n), whole);
}

/// A window of one tap that skips elements reads a copy without the gaps: every cache line of it is used, and its axes
/// join to one loop. (1x1, stride 2, 1024x14x14 to 2048: 59 to 84 % of the peak.)
constexpr void close_gaps(ir::graph& g, ir::node& n, ir::contraction& c, ir::role data) {
  const ir::node_id x = n.in[data - ir::lhs];
  extents dense = g[x].shape;
  ir::view_map m = ir::identity_view(dense.rank);
  for (int i = 0; i < c.count; ++i) {
    ir::contraction_axis& a = c.axis[i];
    if (!a.window || a.who[0] != data || a.stride == 1 || a.extent[2] != 1) continue;
    const int d = a.dim[0];
    m.axis[d].c0 = a.stride;
    m.axis[d].offset = -a.pad;
    dense[d] = a.extent[0] = a.extent[1];
    a.stride = 1, a.pad = 0;
  }
  if (dense != g[x].shape) n.in[data - ir::lhs] = ir::unary(g, ir::kind::copy, ir::view(g, x, dense, m));
}

/// A copy of what is no panel of weights by itself (in gradients) is a kernel more, and keeps neighbours apart.
inline constexpr index worth_a_copy = index{1} << 22;

constexpr ir::graph with_packing(const ir::graph_view& from, index lanes, bool prepared = false) {
  ir::graph g = ir::with_tables_of(from);
  support::list<bool> fixed;
  if (prepared) fixed = simplify::find_fixed(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    if (n.what == ir::kind::contract && n.shape.rank < max_rank && ir::is_float(n.type)) {
      ir::contraction c = from.contraction_of(i);
      if (ir::products_of(c) >= worth_a_copy) {
        close_gaps(g, n, c, ir::lhs);
        close_gaps(g, n, c, ir::rhs);
        n.aux = g.contractions.push(c);
      }
      const bool packed = is_packed(c, n.shape.rank, {g[n.in[0]].shape.rank, g[n.in[1]].shape.rank});
      const index wide = n.type == ir::dtype::f64 ? lanes / 2 : lanes;
      for (int r = ir::lhs; r <= ir::rhs && !packed; ++r) {
        const int x = channel_axis(c, static_cast<ir::role>(r));
        const ir::node& w = g[n.in[r - ir::lhs]];
        const bool once = prepared && fixed[from[i].in[r - ir::lhs]] && !fixed[i];
        if (x < 0 || c.count >= ir::max_contraction_axes || (w.shape.rank < 3 && !once)) continue;
        const index channels = c.axis[x].extent[0];
        // a panel is used again for every pixel: few pixels do not repay the copy
        if (channels % wide != 0 || (n.shape.size() / channels < 16 && !once)) continue;
        if (c.axis[x].dim[r] != 0 && ir::products_of(c) < worth_a_copy && !once) continue;
        return pack(g, n, c, static_cast<ir::role>(r), x, channels % (2 * wide) == 0 ? 2 * wide : wide);
      }
    }
    if (n.what == ir::kind::reshape) n.in[0] = whole_of(g, n.in[0]);
    return g.add(n);
  });
  return g;
}

}  // namespace intarsia::fuse
