// SPDX-License-Identifier: Apache-2.0
// graph -> graph: a convolution with many output channels takes them on the lanes; its weights are copied into panels
// of as many channels as a register tile holds, so that a panel is read as one sequence. The same for large gradients,
// whose panels are of the weights or of the image; and for weights that `prepare` can copy once: into panels, or, for long sums of
// single pixels, with the summed axis last.
#pragma once

#include "intarsia/fuse/partial_sums.hpp"
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

/// Copies in panels that exist already: those of a tensor's parts are parts of its own. Width 0: not in panels, the axis is last.
struct panels {
  ir::node_id of;
  int axis;
  index wide;
  ir::node_id copy;
};

/// [..., channels, ...] as [panels, ..., channels of a panel].
constexpr ir::node_id in_panels(ir::graph& g, support::list<panels>& made, ir::node_id w, int axis, index wide) {
  for (const panels& p : made)
    if (p.of == w && p.axis == axis && p.wide == wide) return p.copy;
  const extents from = g[w].shape;
  extents packed;
  packed.push(from[axis] / wide);
  ir::view_map m;
  for (int d = 0; d < from.rank; ++d) {
    if (d == axis) continue;
    m.axis[d] = {0, 0, packed.rank, 1, -1, 0};
    packed.push(from[d]);
  }
  m.axis[axis] = {0, 0, 0, wide, packed.rank, 1};
  packed.push(wide);
  const ir::node n = g[w];
  ir::view_map both;
  const bool seen = n.what == ir::kind::view && simplify::in_range(g.views[n.aux], n.shape, g[n.in[0]].shape) && simplify::compose(g.views[n.aux], g[n.in[0]].shape.rank, m, both);
  const ir::node_id copy = ir::unary(g, ir::kind::copy, seen ? ir::view(g, n.in[0], packed, both) : ir::view(g, w, packed, m));
  made.push({w, axis, wide, copy});
  return copy;
}

/// The axis of the operand of view w that is axis `of` of the view, as a whole, none of the other indices being shared; -1
/// where there is none.
constexpr int whole_axis(const ir::graph& g, ir::node_id w, int of) {
  const ir::node& n = g[w];
  const extents base = g[n.in[0]].shape;
  const ir::view_map& m = g.views[n.aux];
  int found = -1;
  if (!simplify::in_range(m, n.shape, base)) return -1;
  for (int d = 0; d < base.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    if (a.axis1 >= 0) return -1;
    if (a.axis0 == of && found < 0 && a.c0 == 1 && base[d] == n.shape[of]) found = d;
    else if (a.axis0 == of) return -1;
  }
  return found;
}

/// The panels of a part of a tensor, as a part of the tensor's panels.
constexpr ir::node_id part_of_panels(ir::graph& g, support::list<panels>& made, ir::node_id w, int axis, int base_axis, index wide) {
  const ir::node part = g[w];
  const ir::view_map v = g.views[part.aux];
  const ir::node_id all = in_panels(g, made, part.in[0], base_axis, wide);
  const extents base = g[part.in[0]].shape;
  extents shape;
  shape.push(part.shape[axis] / wide);
  for (int d = 0; d < part.shape.rank; ++d)
    if (d != axis) shape.push(part.shape[d]);
  shape.push(wide);
  ir::view_map m;
  m.axis[0] = {0, 0, 0, 1, -1, 0};
  m.axis[base.rank] = {0, 0, part.shape.rank, 1, -1, 0};
  for (int d = 0, to = 1; d < base.rank; ++d) {
    if (d == base_axis) continue;
    m.axis[to] = v.axis[d];
    if (v.axis[d].axis0 >= 0) m.axis[to].axis0 = v.axis[d].axis0 < axis ? v.axis[d].axis0 + 1 : v.axis[d].axis0;
    ++to;
  }
  return ir::view(g, all, shape, m);
}

constexpr ir::node_id pack(ir::graph& g, support::list<panels>& made, ir::node n, ir::contraction c, ir::role weights, int x, index panel, bool in_parts, index lanes) {
  const ir::node_id w = n.in[weights - ir::lhs];
  const extents from = g[w].shape;
  const int axis = c.axis[x].dim[weights];
  const index blocks = from[axis] / panel;
  const int base_axis = in_parts ? whole_axis(g, w, axis) : -1;
  const ir::node_id packed = base_axis >= 0 ? part_of_panels(g, made, w, axis, base_axis, panel) : in_panels(g, made, w, axis, panel);

  const int at = c.axis[x].dim[ir::out];
  extents shape;
  for (int d = 0; d < n.shape.rank; ++d)
    if (d == at) shape.push(blocks), shape.push(panel);
    else shape.push(n.shape[d]);
  auto moved = [axis](int d) { return d < 0 ? d : d == axis ? 0 : d < axis ? d + 1 : d; };
  move_axes(c, ir::out, [at](int d) { return d > at ? d + 1 : d; });
  move_axes(c, weights, moved);
  c.axis[x].extent[0] = blocks;
  c.share(at + 1, weights == ir::lhs ? from.rank : -1, weights == ir::rhs ? from.rank : -1, panel);
  n.in[weights - ir::lhs] = packed;
  const extents whole = n.shape;
  n.shape = shape;
  n.aux = g.contractions.push(c);
  return ir::reshape(g, in_parts_of_panels(g, n, c, weights, lanes), whole);
}

/// The axis summed over for both operands along which the data are a sequence in memory; -1 if there is none.
constexpr int axis_of_sequence(const ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role data, ir::role weights) {
  const ir::node& operand = g[n.in[data - ir::lhs]];
  for (int x = 0; x < c.count; ++x)
    if (operand.what != ir::kind::view && !c.axis[x].window && c.axis[x].dim[ir::out] < 0 && c.axis[x].dim[data] == operand.shape.rank - 1 && c.axis[x].dim[weights] >= 0) return x;
  return -1;
}
/// One pixel has nothing to use weights again for. With outputs on the lanes each of its multiply-adds is a load of weights and
/// a broadcast; with the lanes along a long sum, one load. (16 to 16 channels, 15 taps, one sample, Zen 4, AVX-512: 127 to 90 ns.)
constexpr bool sums_along_lanes(const ir::node& n, const ir::contraction& c, int x, index lanes) {
  return x >= 0 && c.axis[x].extent[0] % lanes == 0 && ir::products_of(c) >= 8 * lanes * n.shape.size();
}
/// The weights as a sequence along summed axis x.
constexpr void put_last(ir::graph& g, support::list<panels>& made, ir::node& n, ir::contraction& c, ir::role weights, int x) {
  const ir::node_id w = n.in[weights - ir::lhs];
  const extents from = g[w].shape;
  const int axis = c.axis[x].dim[weights], last = from.rank - 1;
  if (axis == last) return;
  extents shape;
  ir::view_map m;
  for (int d = 0; d < from.rank; ++d)
    if (d != axis) m.axis[d].axis0 = shape.rank, m.axis[d].c0 = 1, shape.push(from[d]);
  m.axis[axis].axis0 = last, m.axis[axis].c0 = 1, shape.push(from[axis]);
  ir::node_id copy = -1;
  for (const panels& p : made)
    if (p.of == w && p.axis == axis && p.wide == 0) copy = p.copy;
  if (copy < 0) made.push({w, axis, 0, copy = ir::unary(g, ir::kind::copy, ir::view(g, w, shape, m))});
  n.in[weights - ir::lhs] = copy;
  move_axes(c, weights, [&](int d) { return d == axis ? last : d > axis ? d - 1 : d; });
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
  support::list<panels> made;
  support::list<index> in_parts(from.size(), 0);  // elements that contractions read through views
  for (const ir::node& n : from.nodes)
    for (int r = 0; r < 2 && n.what == ir::kind::contract; ++r)
      if (from[n.in[r]].what == ir::kind::view) in_parts[from[n.in[r]].in[0]] += from[n.in[r]].shape.size();
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    auto is_copied_once = [&](int r) { return prepared && fixed[from[i].in[r - ir::lhs]] && !fixed[i]; };
    for (int r = ir::lhs; r <= ir::rhs && n.what == ir::kind::contract && ir::is_float(n.type); ++r) {
      const ir::contraction& c = from.contraction_of(i);
      const int rows = ir::products_of(c) < worth_a_copy || is_copied_once(r) ? -1 : sum_over_rows(g, n, c, static_cast<ir::role>(r));
      if (rows >= 0) return in_parts_of_rows(g, n, c, static_cast<ir::role>(r), rows);
    }
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
        const bool once = is_copied_once(r);
        if (x < 0 || c.count >= ir::max_contraction_axes || (w.shape.rank < 3 && !once)) continue;
        const index channels = c.axis[x].extent[0];
        if (const int summed = axis_of_sequence(g, n, c, r == ir::lhs ? ir::rhs : ir::lhs, static_cast<ir::role>(r)); once && n.shape.size() == channels && sums_along_lanes(n, c, summed, wide)) {
          put_last(g, made, n, c, static_cast<ir::role>(r), summed);
          n.aux = g.contractions.push(c);
          return g.add(n);
        }
        // a panel is used again for every pixel: few pixels do not repay the copy
        if (channels % wide != 0 || (n.shape.size() / channels < 16 && !once)) continue;
        // sums so short that adding up their lanes takes as long repay a small one (LeNet's training step, one image, Zen 5,
        // AVX-512: 24.8 to 22.3 us)
        const index products = ir::products_of(c);
        const bool short_sums = products <= 128 * n.shape.size() && products >= 64 * w.shape.size();
        if (c.axis[x].dim[r] != 0 && products < worth_a_copy && !short_sums && !once) continue;
        const ir::node_id operand = from[i].in[r - ir::lhs];
        const ir::node_id base = from[operand].what == ir::kind::view ? from[operand].in[0] : -1;
        const bool shared = base >= 0 && in_parts[base] > from[operand].shape.size() && 2 * in_parts[base] >= from[base].shape.size();
        return pack(g, made, n, c, static_cast<ir::role>(r), x, channels % (2 * wide) == 0 ? 2 * wide : wide, shared, lanes);
      }
    }
    if (n.what == ir::kind::reshape) n.in[0] = whole_of(g, n.in[0]);
    return g.add(n);
  });
  return g;
}

}  // namespace intarsia::fuse
