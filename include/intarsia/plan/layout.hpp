// SPDX-License-Identifier: Apache-2.0
// How the elements of a value lie in memory: row-major, or with one axis innermost.
#pragma once

#include "intarsia/fuse/fuse.hpp"

namespace intarsia::plan {

using fuse::fate;
using ir::kind;
using ir::node_id;

/// Where the element at an index is: buffer start + offset + sum of stride * index, in elements.
struct home {
  int buffer = -1;
  index offset = 0;
  index stride[max_rank] = {};
};

constexpr home row_major(int buffer, const extents& shape) {
  home h;
  h.buffer = buffer;
  index stride = 1;
  for (int d = shape.rank - 1; d >= 0; --d) {
    h.stride[d] = stride;
    stride *= shape[d];
  }
  return h;
}

/// One axis innermost, the others row-major.
constexpr home dense(int buffer, const extents& shape, int innermost) {
  home h;
  h.buffer = buffer;
  index stride = 1;
  if (innermost >= 0) {
    h.stride[innermost] = 1;
    stride = shape[innermost];
  }
  for (int d = shape.rank - 1; d >= 0; --d) {
    if (d == innermost) continue;
    h.stride[d] = stride;
    stride *= shape[d];
  }
  return h;
}

/// A home seen in a shape that differs in axes of one element alone.
constexpr home with_other_ones(const home& from, const extents& shape, const correspondence& seen) {
  home h;
  h.buffer = from.buffer;
  h.offset = from.offset;
  for (int d = 0; d < shape.rank; ++d)
    if (seen.axis[d] >= 0) h.stride[seen.axis[d]] = from.stride[d];
  return h;
}

/// The axis of a product's result that a panel of one operand has last, if that is the only panel; -1 if there is none. The axis
/// before it counts the panels.
constexpr int single_panel(const ir::graph_view& g, ir::node_id i) {
  const ir::contraction& c = g.contraction_of(i);
  for (int x = 0; x < c.count; ++x)
    for (int r = ir::lhs; r <= ir::rhs; ++r) {
      const ir::contraction_axis& a = c.axis[x];
      const ir::node& panels = g[g[i].in[r - ir::lhs]];
      if (!a.window && a.dim[ir::out] > 0 && a.dim[ir::lhs + ir::rhs - r] < 0 && panels.what == ir::kind::copy && a.dim[r] == panels.shape.rank - 1 && g[i].shape[a.dim[ir::out] - 1] == 1) return a.dim[ir::out];
    }
  return -1;
}

/// The axis of each value that lies innermost in memory, so that it lies on the lanes; -1: row-major. Such is the batch, and the
/// channels of a product with one panel of weights that no other product reads: stored and read as they are in registers,
/// not transposed and gathered. (LeNet, one image, Zen 4, AVX-512: 11.2 to 10.7 us.)
constexpr support::list<int> innermost_axes(const ir::graph_view& g, const fuse::batching_view& batch, const fuse::grouping_view& r) {
  support::list<bool> elsewhere(g.size(), false);  // read by a product, which walks the rows of an image as sequences, or in another shape
  auto meet = [&](node_id b, bool) { elsewhere[b] = true; };
  for (node_id i = 0; i < g.size(); ++i) {
    const ir::node& n = g[i];
    if (n.what == kind::contract && r.fates[i] == fate::computed)
      for (int o = 0; o < 2; ++o) fuse::detail::walk(g, r, n.in[o], true, meet);
    if (n.what == kind::reshape && !match_but_ones(g[n.in[0]].shape, n.shape).exists) elsewhere[n.in[0]] = true;
  }
  support::list<int> axes(g.size(), -1);
  for (node_id i = 0; i < g.size(); ++i) {
    if (g[i].what != kind::copy) axes[i] = batch.lane_axis(i);
    if (g[i].what == kind::contract && axes[i] < 0 && !elsewhere[i]) axes[i] = single_panel(g, i);
  }
  return axes;
}

}  // namespace intarsia::plan
