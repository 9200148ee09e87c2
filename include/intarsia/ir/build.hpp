// SPDX-License-Identifier: Apache-2.0
// Adding nodes to a graph: one function a kind of node, used by the language, by derivatives and by rewrites.
// Receives node numbers and extents; shapes are taken as checked.
#pragma once

#include "intarsia/ir/graph.hpp"

namespace intarsia::ir {

constexpr node_id constant(graph& g, dtype type, const extents& shape, double value) {
  node n;
  n.what = kind::constant;
  n.type = type;
  n.shape = shape;
  n.value = value;
  return g.add(n);
}

constexpr node_id iota(graph& g, dtype type, const extents& shape, int mask) {
  node n;
  n.what = kind::iota;
  n.type = type;
  n.shape = shape;
  n.aux = mask;
  return g.add(n);
}

constexpr dtype result_type(opcode op, dtype operand) {
  switch (op) {
    case opcode::less: case opcode::less_equal: case opcode::equal: case opcode::not_equal: case opcode::is_nan:
    case opcode::logical_and: case opcode::logical_or: case opcode::logical_not:
      return dtype::boolean;
    case opcode::argmax: case opcode::argmin: return dtype::i32;
    default: return operand;
  }
}

constexpr node_id map(graph& g, opcode op, node_id a, node_id b = -1, node_id c = -1) {
  node n;
  n.what = kind::map;
  n.op = op;
  n.type = result_type(op, g[op == opcode::select ? b : a].type);
  n.shape = g[a].shape;
  n.in[0] = a;
  n.in[1] = b;
  n.in[2] = c;
  return g.add(n);
}

constexpr node_id cast(graph& g, node_id a, dtype type) {
  if (g[a].type == type) return a;
  node n;
  n.what = kind::map;
  n.op = opcode::cast;
  n.type = type;
  n.shape = g[a].shape;
  n.in[0] = a;
  return g.add(n);
}

constexpr node_id view(graph& g, node_id a, const extents& shape, const view_map& map) {
  node n;
  n.type = g[a].type;
  n.shape = shape;
  if (g[a].what == kind::constant && g[a].value == map.fill) {
    n.what = kind::constant;
    n.value = map.fill;
    return g.add(n);
  }
  n.what = kind::view;
  n.in[0] = a;
  n.aux = g.views.push(map);
  return g.add(n);
}

constexpr node_id reshape(graph& g, node_id a, const extents& shape) {
  if (g[a].shape == shape) return a;
  node n;
  n.what = g[a].what == kind::constant ? kind::constant : kind::reshape;
  n.value = g[a].value;
  n.type = g[a].type;
  n.shape = shape;
  if (n.what == kind::reshape) n.in[0] = a;
  return g.add(n);
}

/// The view that repeats `a` to `shape`, its axes aligned at the end.
constexpr node_id broadcast(graph& g, node_id a, const extents& shape) {
  const extents from = g[a].shape;
  if (from == shape) return a;
  if (g[a].what == kind::constant) return constant(g, g[a].type, shape, g[a].value);
  view_map m;
  for (int d = 0; d < from.rank; ++d)
    if (from[d] != 1) {
      m.axis[d].axis0 = d + shape.rank - from.rank;
      m.axis[d].c0 = 1;
    }
  return view(g, a, shape, m);
}

/// A graph made again, node by node: `make(i, n)` adds to g what stands for node i, n having its new operands, and tells its
/// number. Outputs and labels follow.
template <class Make>
constexpr void rewrite(graph& g, const graph_view& from, Make make) {
  support::list<node_id> at(from.size(), -1);
  for (node_id i = 0; i < from.size(); ++i) {
    node n = from[i];
    for (node_id& operand : n.in)
      if (operand >= 0) operand = at[operand];
    at[i] = make(i, n);
  }
  for (const output& o : from.outputs) g.outputs.push({at[o.node], o.assigned});
  for (const label& l : from.labels) g.labels.push({at[l.node], l.name});
}

/// Inserts axes of extent 1 where `kept` has bits, so that a reduction's result lines up with its operand again.
constexpr node_id insert_axes(graph& g, node_id a, int mask, int rank) {
  extents shape;
  for (int d = 0, from = 0; d < rank; ++d) shape.push((mask >> d & 1) ? 1 : g[a].shape[from++]);
  return reshape(g, a, shape);
}

constexpr node_id reduce(graph& g, opcode op, node_id a, int mask) {
  node n;
  n.what = kind::reduce;
  n.op = op;
  n.type = result_type(op, g[a].type);
  for (int d = 0; d < g[a].shape.rank; ++d)
    if (!(mask >> d & 1)) n.shape.push(g[a].shape[d]);
  n.in[0] = a;
  n.aux = mask;
  return g.add(n);
}

constexpr node_id contract(graph& g, node_id a, node_id b, const extents& shape, const contraction& form) {
  node n;
  n.what = kind::contract;
  n.type = g[a].type;
  n.shape = shape;
  n.in[0] = a;
  n.in[1] = b;
  n.aux = g.contractions.push(form);
  return g.add(n);
}

/// a, then b, along an axis.
constexpr node_id join(graph& g, node_id a, node_id b, int axis) {
  node n;
  n.what = kind::concat;
  n.type = g[a].type;
  n.shape = g[a].shape;
  n.shape[axis] += g[b].shape[axis];
  n.in[0] = a;
  n.in[1] = b;
  n.aux = axis;
  return g.add(n);
}

constexpr node_id unary(graph& g, kind what, node_id a) {
  node n = g[a];
  n.what = what;
  n.op = opcode::none;
  n.in[0] = a;
  n.in[1] = n.in[2] = -1;
  n.aux = -1;
  return g.add(n);
}

constexpr view_map identity_view(int rank) {
  view_map m;
  for (int d = 0; d < rank; ++d) {
    m.axis[d].axis0 = d;
    m.axis[d].c0 = 1;
  }
  return m;
}

}  // namespace intarsia::ir
