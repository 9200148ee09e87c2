// SPDX-License-Identifier: Apache-2.0
// graph -> graph: the derivative of a strided convolution to its input, without products by structural zeros.
//
// Its taps are o = (i + pad - k) / s where that divides. With i = s q + r, every residue r has taps of its own,
// k = s j + r + pad - s m, at o = q + m - j. Together, they are a dense convolution over q whose kernel has one more axis,
// r, and zeros where a residue has fewer taps; its results [.., q, r, ..] are the rows of i in their order. Where the zeros
// are many, each residue is a convolution of its own, and the results are interleaved.
#pragma once

#include "intarsia/fuse/pack.hpp"
#include "intarsia/fuse/pad.hpp"

namespace intarsia::fuse {

/// A window that skips: the result has i, the taps are dense.
constexpr bool has_residues(const ir::contraction_axis& a) {
  return a.window && a.who[0] == ir::out && a.stride > 1 && a.dilation == 1;
}

/// Steps of the kernel that all residues have together, the first of them m before the result.
constexpr index most_steps(const ir::contraction_axis& a) { return (a.stride - 1 + a.pad) / a.stride; }
constexpr index dense_taps(const ir::contraction_axis& a) { return floor_div(a.extent[2] - 1 - a.pad, a.stride) + most_steps(a) + 1; }

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

/// All residues as one convolution.
constexpr ir::node_id residues_together(ir::graph& g, ir::node n, ir::contraction c) {
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
  const split_axes result(n.shape, [&](int d) {
    const auto* a = find(ir::out, 0, d);
    return a ? axis_pair{(a->extent[0] + a->stride - 1) / a->stride, a->stride} : axis_pair{0, 0};
  });
  const split_axes kernel(g[w].shape, [&](int d) {
    const auto* a = find(taps, 2, d);
    return a ? axis_pair{dense_taps(*a), a->stride} : axis_pair{0, 0};
  });

  ir::view_map m;
  for (int d = 0; d < g[w].shape.rank; ++d) {
    const auto* a = find(taps, 2, d);
    if (a) m.axis[d] = {a->pad - a->stride * most_steps(*a), 0, kernel[d], a->stride, kernel[d] + 1, 1};
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
    const index k = dense_taps(a), shift = most_steps(a);
    a.extent[0] = q, a.extent[2] = k, a.pad = shift, a.stride = 1;
  }
  const extents wanted = n.shape;
  n.in[taps - ir::lhs] = dense;
  n.shape = result.shape;
  n.aux = g.contractions.push(c);
  const ir::node_id all = ir::reshape(g, g.add(n), whole);
  return whole == wanted ? all : ir::view(g, all, wanted, ir::identity_view(wanted.rank));
}

/// The taps k = first, first + s, ... of residue r; tap t is at o = q + shift - t.
struct residue_taps {
  index first, count, shift;
  constexpr residue_taps(const ir::contraction_axis& a, index r)
      : first((r + a.pad) % a.stride), count(first < a.extent[2] ? (a.extent[2] - 1 - first) / a.stride + 1 : 0), shift((r + a.pad - first) / a.stride) {}
};

/// The results of the residues, [.., residues * channels, .., q, ..], in the order of i. Where one residue alone has taps, the planes are
/// its own and the others are zeros that the last kernel knows of: not planes in memory. (1x1, stride 2, 256x56x56 to 512, gradient
/// to input, Zen 4: AVX-512 2.25 to 2.05 ms, AVX2 2.46 to 2.26.)
constexpr ir::node_id interleaved(ir::graph& g, ir::node_id planes, const ir::contraction& c, const extents& wanted, int channels, index only = -1) {
  auto stride_along = [&c](int d) -> index {
    for (int x = 0; x < c.count; ++x)
      if (has_residues(c.axis[x]) && c.axis[x].dim[0] == d) return c.axis[x].stride;
    return 1;
  };
  extents apart, order, whole = wanted;
  int at[max_rank] = {}, residue_at[max_rank] = {};  // of axis d of the result, in `apart`
  for (int d = 0; d < wanted.rank; ++d) {
    if (d == channels)
      for (int e = 0; e < wanted.rank; ++e)
        if (const index s = stride_along(e); s > 1) residue_at[e] = apart.rank, apart.push(s);
    at[d] = apart.rank;
    apart.push((wanted[d] + stride_along(d) - 1) / stride_along(d));
  }
  ir::view_map m;
  for (int d = 0; d < wanted.rank; ++d) {
    const index s = stride_along(d);
    m.axis[at[d]] = {0, 0, order.rank, 1, -1, 0};
    order.push(apart[at[d]]);
    if (s == 1) continue;
    m.axis[residue_at[d]] = {0, 0, order.rank, 1, -1, 0};
    order.push(s);
    whole[d] = apart[at[d]] * s;
  }
  if (only >= 0) {
    extents one = apart;
    ir::view_map zeros = ir::identity_view(apart.rank);
    for (int d = wanted.rank - 1; d >= 0; --d) {
      const index s = stride_along(d);
      if (s == 1) continue;
      one[residue_at[d]] = 1;
      zeros.axis[residue_at[d]].offset = -(only % s);
      only /= s;
    }
    planes = ir::view(g, ir::reshape(g, planes, one), apart, zeros);
  }
  const ir::node_id all = ir::reshape(g, ir::view(g, ir::reshape(g, planes, apart), order, m), whole);
  return whole == wanted ? all : ir::view(g, all, wanted, ir::identity_view(wanted.rank));
}

/// Each residue as a convolution.
constexpr ir::node_id residues_apart(ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role taps, int channels) {
  const ir::role data = taps == ir::lhs ? ir::rhs : ir::lhs;
  extents bordered = g[n.in[data - ir::lhs]].shape, part = n.shape;
  ir::view_map border = ir::identity_view(bordered.rank);
  index residues = 1, low[ir::max_contraction_axes] = {};
  for (int x = 0; x < c.count; ++x) {  // one border for all
    const ir::contraction_axis& a = c.axis[x];
    if (!has_residues(a)) continue;
    const index q = (a.extent[0] + a.stride - 1) / a.stride;
    index high = 0;
    for (index r = 0; r < a.stride; ++r) {
      const residue_taps t(a, r);
      if (t.count == 0) continue;
      const index below = t.count - 1 - t.shift, above = q - 1 + t.shift - (a.extent[1] - 1);
      low[x] = below > low[x] ? below : low[x];
      high = above > high ? above : high;
    }
    border.axis[a.dim[1]].offset = -low[x];
    bordered[a.dim[1]] += low[x] + high;
    part[a.dim[0]] = q;
    residues *= a.stride;
  }
  const ir::node_id w = n.in[taps - ir::lhs], x = n.in[data - ir::lhs];
  const ir::node_id image = bordered == g[x].shape ? x : ir::view(g, x, bordered, border);
  support::list<ir::node_id> plane(static_cast<int>(residues), -1);  // -1: no taps
  for (index number = 0; number < residues; ++number) {
    ir::contraction own = c;
    ir::view_map m = ir::identity_view(g[w].shape.rank);
    extents kernel = g[w].shape;
    bool empty = false;
    index rest = number;
    for (int d = n.shape.rank - 1; d >= 0; --d)
      for (int i = 0; i < c.count; ++i) {
        ir::contraction_axis& a = own.axis[i];
        if (!has_residues(c.axis[i]) || a.dim[0] != d) continue;
        const residue_taps t(c.axis[i], rest % a.stride);
        rest /= a.stride;
        empty = empty || t.count == 0;
        m.axis[a.dim[2]].offset = t.first;
        m.axis[a.dim[2]].c0 = a.stride;
        kernel[a.dim[2]] = a.extent[2] = t.count;
        a.extent[0] = part[d], a.extent[1] = bordered[a.dim[1]];
        a.pad = t.shift + low[i], a.stride = 1;
      }
    if (empty) continue;
    const ir::node_id own_taps = ir::view(g, w, kernel, m);
    plane[static_cast<int>(number)] = taps == ir::lhs ? ir::contract(g, own_taps, image, part, own) : ir::contract(g, image, own_taps, part, own);
  }
  int only = -1, with_taps = 0;
  for (int number = 0; number < plane.size(); ++number)
    if (plane[number] >= 0) only = number, ++with_taps;
  if (with_taps == 1) return interleaved(g, plane[only], c, n.shape, channels, only);
  ir::node_id planes = -1;
  for (ir::node_id p : plane) {
    if (p < 0) p = ir::constant(g, n.type, part, 0);
    planes = planes < 0 ? p : ir::join(g, planes, p, channels);
  }
  return interleaved(g, planes, c, n.shape, channels);
}

/// The windows of a form that skip: the taps that the kernel has, and those of all residues together as a dense one.
struct skipped_taps {
  int windows = 0;
  index needed = 1, dense = 1;
  bool every_residue = true;  // has taps
  ir::role taps = ir::nobody;

  constexpr explicit skipped_taps(const ir::contraction& c) {
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!has_residues(a)) continue;
      ++windows;
      taps = static_cast<ir::role>(a.who[2]);
      dense *= dense_taps(a) * a.stride, needed *= a.extent[2];
      every_residue = every_residue && a.extent[2] >= a.stride;
    }
  }
  constexpr bool mostly_zeros() const { return 2 * dense >= 3 * needed; }
};

/// A strided gradient without products by zeros that its stride makes; others stay as they are.
constexpr ir::node_id without_gaps(ir::graph& g, const ir::node& n, const ir::contraction& c) {
  const skipped_taps skipped(c);
  if (skipped.windows == 0 || n.shape.rank + skipped.windows > max_rank) return g.add(n);
  const int channels = channel_axis(c, skipped.taps);
  if (channels >= 0 && skipped.mostly_zeros()) return residues_apart(g, n, c, skipped.taps, c.axis[channels].dim[ir::out]);
  return skipped.every_residue && c.count + skipped.windows <= ir::max_contraction_axes ? residues_together(g, n, c) : g.add(n);
}

constexpr bool has_residues(const ir::graph_view& g) {
  for (const ir::contraction& c : g.contractions)
    for (int x = 0; x < c.count; ++x)
      if (has_residues(c.axis[x])) return true;
  return false;
}

constexpr ir::graph with_residues(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) { return n.what == ir::kind::contract ? without_gaps(g, n, from.contraction_of(i)) : g.add(n); });
  return g;
}

}  // namespace intarsia::fuse
