// SPDX-License-Identifier: Apache-2.0
// Derivatives of views, reductions and joins: gathers, so that no result is ever scattered to.
#pragma once

#include "intarsia/differentiate/adjoints.hpp"

namespace intarsia::differentiate {

/// y[o] = x[(offset + c0 o0 + c1 o1) / den]. The adjoint sums dy over all o that read an element: each axis is solved
/// for its first loop, o0 = (den i - offset - c1 o1) / c0, and the second loop stays as one to be summed over.
constexpr void view(ir::graph& g, adjoints& adj, ir::node_id y, ir::node_id dy) {
  const ir::node n = g[y];
  const ir::node_id x = n.in[0];
  const ir::view_map m = g.views[n.aux];
  const extents from = g[x].shape;

  int used = 0;
  for (int d = 0; d < from.rank; ++d) {
    if (m.axis[d].axis0 >= 0) used |= 1 << m.axis[d].axis0;
    if (m.axis[d].axis1 >= 0) used |= 1 << m.axis[d].axis1;
  }
  // loops that x does not have: it was repeated along them
  const int repeated = ((1 << n.shape.rank) - 1) & ~used;
  if (repeated != 0) dy = ir::reduce(g, ir::opcode::add, dy, repeated);
  int place[max_rank] = {};
  extents kept;
  for (int d = 0; d < n.shape.rank; ++d) {
    place[d] = kept.rank;
    if (used >> d & 1) kept.push(n.shape[d]);
  }

  // windows that cover an axis side by side: the axis is their join
  bool tiles = false;
  for (int d = 0; d < from.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    if (a.axis1 < 0) {
      if (a.axis0 < 0 || a.c0 != 1 || a.offset != 0 || a.den > 1 || n.shape[a.axis0] != from[d]) {
        if (from[d] != 1 || a.axis0 >= 0) {
          tiles = false;
          break;
        }
      }
      continue;
    }
    tiles = a.offset == 0 && a.den <= 1 && a.c1 == 1 && a.c0 == n.shape[a.axis1] && a.c0 * n.shape[a.axis0] == from[d];
    if (!tiles) break;
  }
  if (tiles) {
    ir::view_map order;
    extents fine;
    for (int d = 0; d < from.rank; ++d) {
      const ir::view_axis& a = m.axis[d];
      if (a.axis0 < 0) {
        fine.push(1);
        continue;
      }
      order.axis[place[a.axis0]] = {0, 0, fine.rank, 1, -1, 0};
      fine.push(n.shape[a.axis0]);
      if (a.axis1 < 0) continue;
      order.axis[place[a.axis1]] = {0, 0, fine.rank, 1, -1, 0};
      fine.push(n.shape[a.axis1]);
    }
    adj.add(g, x, ir::reshape(g, ir::view(g, ir::reshape(g, dy, kept), fine, order), from));
    return;
  }

  ir::view_map back;
  extents shape = from;
  for (int d = 0; d < from.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    if (a.axis0 < 0) {
      if (from[d] == 1) continue;
      // one position of the axis was read: an axis of extent 1 in dy that is met there alone
      back.axis[kept.rank] = {-a.offset, 0, d, ir::divisor(a.den), -1, 0};
      kept.push(1);
      continue;
    }
    index sign = a.c0 < 0 ? -1 : 1;
    ir::view_axis& b = back.axis[place[a.axis0]];
    b = {-sign * a.offset, sign * a.c0 > 1 ? sign * a.c0 : 0, d, sign * ir::divisor(a.den), -1, 0};
    if (a.axis1 >= 0) {
      b.axis1 = shape.rank;
      b.c1 = -sign * a.c1;
      back.axis[place[a.axis1]] = {0, 0, shape.rank, 1, -1, 0};
      shape.push(n.shape[a.axis1]);
    }
  }
  ir::node_id gathered = ir::view(g, ir::reshape(g, dy, kept), shape, back);
  if (shape.rank > from.rank) gathered = ir::reduce(g, ir::opcode::add, gathered, ((1 << shape.rank) - 1) & ~((1 << from.rank) - 1));
  adj.add(g, x, gathered);
}

/// sum: dy repeated. max, min: dy at the first place that reached the extremum.
constexpr void reduce(ir::graph& g, adjoints& adj, ir::node_id y, ir::node_id dy) {
  const ir::node n = g[y];
  const ir::node_id x = n.in[0];
  const extents full = g[x].shape;
  auto spread = [&](ir::node_id v) { return ir::broadcast(g, ir::insert_axes(g, v, n.aux, full.rank), full); };
  if (n.op == ir::opcode::add) {
    adj.add(g, x, spread(dy));
  } else if (n.op == ir::opcode::max || n.op == ir::opcode::min) {
    ir::node_id first = ir::reduce(g, n.op == ir::opcode::max ? ir::opcode::argmax : ir::opcode::argmin, x, n.aux);
    ir::node_id here = ir::map(g, ir::opcode::equal, ir::iota(g, ir::dtype::i32, full, n.aux), spread(first));
    adj.add(g, x, ir::map(g, ir::opcode::select, here, spread(dy), ir::constant(g, n.type, full, 0)));
  }
}

/// Each operand takes its part of dy.
constexpr void concat(ir::graph& g, adjoints& adj, ir::node_id y, ir::node_id dy) {
  const ir::node n = g[y];
  index begin = 0;
  for (int i = 0; i < 2; ++i) {
    const extents part = g[n.in[i]].shape;
    ir::view_map m = ir::identity_view(part.rank);
    m.axis[n.aux].offset = begin;
    if (adj.active(n.in[i])) adj.add(g, n.in[i], ir::view(g, dy, part, m));
    begin += part[n.aux];
  }
}

}  // namespace intarsia::differentiate
