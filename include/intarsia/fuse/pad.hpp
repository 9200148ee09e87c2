// SPDX-License-Identifier: Apache-2.0
// graph -> graph: gives every contraction operands that it can read without a bounds check.
// Where a window reaches beyond its operand, the operand becomes a view with zeros around it; the planner stores such a
// view with its border, and the producer writes into the middle.
#pragma once

#include "intarsia/ir/build.hpp"

namespace intarsia::fuse {

/// What window axis a reads of the operand that is not an output index: i where the result has o or k, else o.
struct reach {
  int which;    // 0: i, 1: o
  index low;    // zeros needed before
  index high;   // and after
};

constexpr index floor_div(index a, index b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

constexpr reach reach_of(const ir::contraction_axis& a) {
  if (a.who[0] != ir::out) {  // i = stride o + dilation k - pad
    index last = a.stride * (a.extent[1] - 1) + a.dilation * (a.extent[2] - 1) - a.pad;
    return {0, a.pad > 0 ? a.pad : 0, last > a.extent[0] - 1 ? last - (a.extent[0] - 1) : 0};
  }
  // o = (i + pad - dilation k) / stride
  index first = -floor_div(-(a.pad - a.dilation * (a.extent[2] - 1)), a.stride);
  index last = floor_div(a.extent[0] - 1 + a.pad, a.stride);
  return {1, first < 0 ? -first : 0, last > a.extent[1] - 1 ? last - (a.extent[1] - 1) : 0};
}

/// An argument that few products read is not worth a copy with a border: the kernel leaves out what does not exist.
inline constexpr index few_products = 32, small_copy = 4096;
constexpr bool is_read_clipped(const ir::graph_view& g, ir::node_id operand, const ir::contraction& c) {
  ir::node_id from = operand;
  while (g[from].what == ir::kind::reshape) from = g[from].in[0];
  const index elements = g[operand].shape.size();
  for (int x = 0; x < c.count; ++x)  // further apart than vectors can be loaded, or indices that divide
    if (c.axis[x].window && (c.axis[x].stride > 2 || (c.axis[x].stride > 1 && c.axis[x].who[0] == ir::out))) return false;
  return g[from].what == ir::kind::argument && elements >= small_copy && ir::products_of(c) <= few_products * elements && ir::size_of(g[operand].type) >= 4;
}

constexpr ir::graph with_padding(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    if (n.what == ir::kind::contract) {
      ir::contraction c = from.contraction_of(i);
      for (int r = 0; r < 2; ++r) {
        if (is_read_clipped(from, from[i].in[r], from.contraction_of(i))) continue;
        const extents shape = g[n.in[r]].shape;
        extents padded = shape;
        ir::view_map m = ir::identity_view(shape.rank);
        for (int x = 0; x < c.count; ++x) {
          ir::contraction_axis& a = c.axis[x];
          if (!a.window) continue;
          const reach need = reach_of(a);
          if (a.who[need.which] != ir::lhs + r) continue;
          const int d = a.dim[need.which];
          m.axis[d].offset = -need.low;
          padded[d] += need.low + need.high;
          a.extent[need.which] += need.low + need.high;
          a.pad += need.which == 0 ? -need.low : a.stride * need.low;
        }
        if (padded != shape) n.in[r] = ir::view(g, n.in[r], padded, m);
      }
      n.aux = g.contractions.push(c);
    }
    return g.add(n);
  });
  return g;
}

}  // namespace intarsia::fuse
