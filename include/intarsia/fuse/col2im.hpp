// SPDX-License-Identifier: Apache-2.0
// graph -> graph: the derivative of a convolution to its input whose weights are larger than its image, as a matrix product
// and sums of shifted columns (im2col's transpose, "col2im").
//
//   T[c, k, o] = sum over b of y[b, o] * w[b, c, k],    dx[c, i] = sum over k of T[c, k, (i + pad - dilation k) / stride]
//
// The product reads the weights as they lie in memory, with (c, k) on the lanes; as a convolution it wants them transposed,
// a copy that takes as long as the products (3x3, 512x7x7, Zen 5, AVX-512: 2.5 to 1.5 ms).
#pragma once

#include "intarsia/fuse/residues.hpp"

namespace intarsia::fuse {

/// The operand that has the taps, if the form is such a derivative: data and taps, all windows run to the result.
constexpr ir::role taps_of_columns(const ir::contraction& c) {
  ir::role taps = ir::nobody;
  int windows = 0;
  for (int x = 0; x < c.count; ++x) {
    const ir::contraction_axis& a = c.axis[x];
    if (!a.window) {
      if (a.dim[ir::out] >= 0 && a.dim[ir::lhs] >= 0 && a.dim[ir::rhs] >= 0) return ir::nobody;  // groups
      continue;
    }
    if (a.who[0] != ir::out || (a.stride > 1 && a.dilation > 1) || (taps != ir::nobody && a.who[2] != taps)) return ir::nobody;
    taps = static_cast<ir::role>(a.who[2]);
    ++windows;
  }
  return windows == 0 || c.count + windows > ir::max_contraction_axes || c.winograd != 0 ? ir::nobody : taps;
}

constexpr bool can_col2im(const ir::graph_view& g, const ir::node& n) {
  if (n.what != ir::kind::contract || !ir::is_float(n.type)) return false;
  const ir::contraction& c = g.contractions[n.aux];
  const ir::role taps = taps_of_columns(c);
  int axes = n.shape.rank;
  for (int x = 0; x < c.count; ++x)
    if (c.axis[x].window) axes += 1 + has_residues(c.axis[x]);
  return taps != ir::nobody && channel_axis(c, taps) >= 0 && axes <= max_rank;
}

/// Whether writing the columns and adding them up costs less than to transpose the weights, than residues that are separate
/// convolutions (3x3 of stride 2, 128x56x56: 1.47 to 1.23 ms with g++, 1.19 to 1.27 with clang), or than their zeros
/// together (7x7 of stride 2, 3x224x224: 1.65 to 1.37, 1.62 to 1.35; Zen 5, AVX-512).
constexpr bool prefers_col2im(const ir::graph_view& g, const ir::node& n) {
  if (!can_col2im(g, n)) return false;
  const ir::contraction& c = g.contractions[n.aux];
  const index products = ir::products_of(c), weights = g[n.in[taps_of_columns(c) - ir::lhs]].shape.size();
  const skipped_taps skipped(c);
  index columns = 1, window = 1;
  for (int x = 0; x < c.count; ++x) {
    const ir::contraction_axis& a = c.axis[x];
    if (a.window) columns *= a.extent[1] * a.extent[2], window *= a.extent[2];
    else if (a.dim[ir::out] >= 0) columns *= a.extent[0];
  }
  if (products < worth_a_copy || window == 1) return false;
  if (columns <= (skipped.windows > 0 ? 8 : 1) * weights) return true;
  return 4 * skipped.dense >= 5 * skipped.needed && !skipped.mostly_zeros() && products >= 64 * columns;
}

/// The columns, [channels, taps.., images.., places..], and where the axes of the form are in them.
class column_sums {
 public:
  constexpr column_sums(ir::graph& g, const ir::node& n, const ir::contraction& c) : g_(g), n_(n), c_(c), taps_(taps_of_columns(c)) {
    const int channels = channel_axis(c, taps_);
    put(channels, c.axis[channels].extent[0]);
    for (int x = 0; x < c.count; ++x)
      if (c.axis[x].window) tap_at_[x] = shape_.rank, shape_.push(c.axis[x].extent[2]);
    for (int x = 0; x < c.count; ++x)
      if (!c.axis[x].window && c.axis[x].dim[ir::out] >= 0 && x != channels) put(x, c.axis[x].extent[0]);
    for (int x = 0; x < c.count; ++x)
      if (c.axis[x].window) put(x, c.axis[x].extent[1]);
    columns_ = ir::contract(g, n.in[0], n.in[1], shape_, product());
  }

  constexpr ir::node_id run() {
    if (is_in_patches()) return patches();
    index residues = 1;
    for (int x = 0; x < c_.count; ++x)
      if (has_residues(c_.axis[x])) residues *= c_.axis[x].stride;
    if (residues == 1) return sum_of(0);
    const int channels = c_.axis[channel_axis(c_, taps_)].dim[ir::out];
    ir::node_id planes = -1;
    for (index r = 0; r < residues; ++r) {
      const ir::node_id plane = sum_of(r);
      planes = planes < 0 ? plane : ir::join(g_, planes, plane, channels);
    }
    return interleaved(g_, planes, c_, n_.shape, channels);
  }

 private:
  constexpr void put(int x, index extent) {
    at_[x] = shape_.rank;
    shape_.push(extent);
  }
  constexpr ir::contraction product() const {
    const ir::role data = taps_ == ir::lhs ? ir::rhs : ir::lhs;
    ir::contraction made;
    auto share = [&](int out, int in_data, int in_taps, index extent) { made.share(out, data == ir::lhs ? in_data : in_taps, data == ir::lhs ? in_taps : in_data, extent); };
    for (int x = 0; x < c_.count; ++x) {
      const ir::contraction_axis& a = c_.axis[x];
      if (!a.window) share(a.dim[ir::out] >= 0 ? at_[x] : -1, a.dim[data], a.dim[taps_], a.extent[0]);
      else share(at_[x], a.dim[1], -1, a.extent[1]), share(tap_at_[x], -1, a.dim[2], a.extent[2]);
    }
    return made;
  }

  /// Windows side by side that fill the image: each element is in one of them, so the result is the columns in another order. (2x2,
  /// stride 2, 96x56x56 to 192, Zen 4, AVX-512: 1.11 to 1.04 ms; 16x16: 52 to 3 s of g++, which clang refused.)
  constexpr bool is_in_patches() const {
    for (int x = 0; x < c_.count; ++x)
      if (const ir::contraction_axis& a = c_.axis[x]; a.window && (a.stride != a.extent[2] || a.dilation != 1 || a.pad != 0 || a.extent[0] != a.stride * a.extent[1])) return false;
    return true;
  }
  constexpr ir::node_id patches() {
    extents order;
    ir::view_map m;
    auto next = [&](int axis, index extent) {
      m.axis[axis] = {0, 0, order.rank, 1, -1, 0};
      order.push(extent);
    };
    for (int d = 0; d < n_.shape.rank; ++d)
      for (int x = 0; x < c_.count; ++x) {
        const ir::contraction_axis& a = c_.axis[x];
        if (a.window ? a.dim[0] != d : a.dim[ir::out] != d) continue;
        next(at_[x], a.window ? a.extent[1] : a.extent[0]);
        if (a.window) next(tap_at_[x], a.extent[2]);
      }
    return ir::reshape(g_, ir::view(g_, columns_, order, m), n_.shape);
  }

  /// The results of one residue of each window's stride (of all of them, where no window skips).
  constexpr ir::node_id sum_of(index number) {
    extents shape = n_.shape;
    ir::view_map m;
    int sums = 0;
    bool has_taps = true;
    for (int x = 0; x < c_.count; ++x)
      if (c_.axis[x].window) shape[c_.axis[x].dim[0]] = (c_.axis[x].extent[0] + c_.axis[x].stride - 1) / c_.axis[x].stride;
    const extents plane = shape;
    for (int x = 0; x < c_.count; ++x)
      if (!c_.axis[x].window && c_.axis[x].dim[ir::out] >= 0) m.axis[at_[x]] = {0, 0, c_.axis[x].dim[ir::out], 1, -1, 0};
    support::list<int> windows;  // by the axis of the result, the last one first
    for (int d = n_.shape.rank - 1; d >= 0; --d)
      for (int x = 0; x < c_.count; ++x)
        if (c_.axis[x].window && c_.axis[x].dim[0] == d) windows.push(x);
    for (int x : windows) {
      const ir::contraction_axis& a = c_.axis[x];
      const residue_taps t(a, number % a.stride);
      number /= a.stride;
      has_taps = has_taps && t.count > 0;
      m.axis[tap_at_[x]] = {t.first, 0, shape.rank, a.stride, -1, 0};
      m.axis[at_[x]] = {t.shift, 0, a.dim[0], 1, shape.rank, -a.dilation};
      sums |= 1 << shape.rank;
      shape.push(t.count);
    }
    if (!has_taps) return ir::constant(g_, n_.type, plane, 0);
    return ir::reduce(g_, ir::opcode::add, ir::view(g_, columns_, shape, m), sums);
  }

  ir::graph& g_;
  const ir::node& n_;
  const ir::contraction& c_;
  ir::role taps_;
  extents shape_;
  int at_[ir::max_contraction_axes] = {};      // of axis x in the columns: a window's place
  int tap_at_[ir::max_contraction_axes] = {};  // its tap
  ir::node_id columns_ = -1;
};

constexpr bool has_col2im(const ir::graph_view& g) {
  for (const ir::node& n : g.nodes)
    if (prefers_col2im(g, n)) return true;
  return false;
}

constexpr ir::graph with_col2im(const ir::graph_view& from, bool wherever_possible = false) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    const bool sums = wherever_possible ? can_col2im(from, from[i]) : prefers_col2im(from, from[i]);
    return sums ? column_sums(g, n, from.contraction_of(i)).run() : g.add(n);
  });
  return g;
}

}  // namespace intarsia::fuse
