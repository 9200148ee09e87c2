// SPDX-License-Identifier: Apache-2.0
// Points in shapes, in terms of the loops of a nest, and how they change behind views.
#pragma once

#include "intarsia/ir/graph.hpp"
#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// An index in terms of loops: (offset + sum coef * loop) / den; den 0: no division.
struct affine {
  index offset = 0;
  index den = 0;
  index coef[max_loops] = {};
  friend constexpr bool operator==(const affine&, const affine&) = default;
};
struct point {
  affine at[max_rank] = {};
  friend constexpr bool operator==(const point&, const point&) = default;
};

/// The constant point of element e.
constexpr point element(const extents& shape, index e) {
  point p;
  for (int d = shape.rank - 1; d >= 0; --d) {
    p.at[d].offset = e % shape[d];
    e /= shape[d];
  }
  return p;
}

/// The point in a shape that loops over `domain` are at: joined where the domain is finer.
constexpr point point_of_loops(const extents& domain, const extents& shape) {
  const refinement r = refine(domain, shape);
  point p;
  for (int d = 0; d < shape.rank; ++d) {
    index stride = 1;
    for (int l = r.last[d] - 1; l >= r.first[d]; --l) {
      p.at[d].coef[l] = stride;
      stride *= domain[l];
    }
  }
  return p;
}

/// The point of a view's operand that is seen at point p of view i.
constexpr point point_behind(const ir::graph_view& g, ir::node_id i, const point& p) {
  const ir::view_map& m = g.view_of(i);
  point q;
  for (int d = 0; d < g[g[i].in[0]].shape.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    affine& x = q.at[d];
    x.offset = a.offset;
    x.den = a.den;
    for (int t = 0; t < 2; ++t) {
      const int axis = t == 0 ? a.axis0 : a.axis1;
      const index c = t == 0 ? a.c0 : a.c1;
      if (axis < 0) continue;
      x.offset += c * p.at[axis].offset;
      for (int l = 0; l < max_loops; ++l) x.coef[l] += c * p.at[axis].coef[l];
    }
  }
  return q;
}

}  // namespace intarsia::plan
