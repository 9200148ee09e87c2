// SPDX-License-Identifier: Apache-2.0
// The program as a value: a list of nodes in which operands come before their users.
// `graph` grows during a pass; `support::frozen` turns the result into a constant of the program.
#pragma once

#include <bit>
#include <string_view>
#include <tuple>

#include "intarsia/ir/dtype.hpp"
#include "intarsia/ir/maps.hpp"
#include "intarsia/ir/opcode.hpp"
#include "intarsia/support/diagnose.hpp"
#include "intarsia/support/frozen.hpp"

namespace intarsia::ir {

enum class kind : std::uint8_t {
  argument,  // aux: number of the argument
  constant,  // value, in every element
  data,      // aux: first element in `values`; a constexpr tensor
  iota,      // the row-major position over the axes of the bit mask aux
  map,       // op over operands of the same shape
  view,      // aux: number of the view_map
  reshape,   // the same elements in row-major order
  reduce,    // op over the axes of the bit mask aux, which the result does not have
  contract,  // aux: number of the contraction
  concat,    // in[0] then in[1] along axis aux
  copy,      // the same values in memory, row-major even where values have the batch on the lanes
  stop,      // identity, without derivative
  gradient   // of the scalar in[0] to in[1]; gone after differentiation
};

using node_id = int;

struct node {
  kind what = kind::constant;
  opcode op = opcode::none;
  dtype type = dtype::f32;
  extents shape{};
  node_id in[3] = {-1, -1, -1};
  int aux = -1;
  double value = 0;

  constexpr int operands() const { return (in[0] >= 0) + (in[1] >= 0) + (in[2] >= 0); }
  friend constexpr bool operator==(const node&, const node&) = default;
};

/// Who an argument is: data of a call, or a part of a model.
enum class part : std::uint8_t { input, parameter, buffer };

struct argument {
  dtype type = dtype::f32;
  extents shape{};
  part is = part::input;
  int name = -1;  // start in `text`, a parameter's path
};

/// What a call delivers: the node's value, returned (assigned < 0) or written into an argument.
struct output {
  node_id node = -1;
  int assigned = -1;
};

/// The new value of a buffer of a model, made while it was called for training.
struct update {
  int argument = -1;
  node_id node = -1;
};

/// An integer argument whose elements must be in [0, limit): looked at before anything is written.
struct check {
  int argument = -1;
  index limit = 0;
};

/// A derivative that was asked for, and has to have a path.
struct wanted_gradient {
  node_id of = -1;
  node_id to = -1;
};

/// A node that carries a name, for people.
struct label {
  node_id node = -1;
  int name = -1;
};

/// The parts of a graph, wherever they are stored.
struct graph_view {
  support::slice<node> nodes;
  support::slice<view_map> views;
  support::slice<contraction> contractions;
  support::slice<double> values;
  support::slice<argument> arguments;
  support::slice<output> outputs;
  support::slice<label> labels;
  support::slice<check> checks;
  support::slice<char> text;

  constexpr const node& operator[](node_id id) const { return nodes[id]; }
  constexpr int size() const { return nodes.size(); }
  constexpr const view_map& view_of(node_id id) const { return views[nodes[id].aux]; }
  constexpr const contraction& contraction_of(node_id id) const { return contractions[nodes[id].aux]; }
};

struct graph {
  using view = graph_view;

  support::list<node> nodes;
  support::list<view_map> views;
  support::list<contraction> contractions;
  support::list<double> values;
  support::list<argument> arguments;
  support::list<output> outputs;
  support::list<label> labels;
  support::list<check> checks;
  support::list<char> text;

  // Only while tracing: `assign` turns updates into outputs; the rest is for errors that types cannot tell.
  support::list<update> updates;
  support::list<wanted_gradient> wanted;
  fault first_fault = fault::none;
  support::letter complaint{};  // where there is more to say of it
  node_id faulty = -1;

  /// Notes the first misuse. The call of the whole function reports it.
  constexpr void blame(fault why, node_id at) {
    if (is_blamed()) return;
    first_fault = why;
    faulty = at;
  }
  constexpr void blame(const support::letter& why, node_id at) {
    if (is_blamed()) return;
    complaint = why;
    faulty = at;
  }
  constexpr bool is_blamed() const { return first_fault != fault::none || complaint.count > 0; }

  constexpr node_id add(const node& n) { return nodes.push(n); }
  constexpr const node& operator[](node_id id) const { return nodes[id]; }

  constexpr auto lists() const { return std::tie(nodes, views, contractions, values, arguments, outputs, labels, checks, text); }
  constexpr operator graph_view() const { return {nodes, views, contractions, values, arguments, outputs, labels, checks, text}; }
};

/// How many operands and outputs each node is.
constexpr support::list<int> count_uses(const graph_view& g) {
  support::list<int> uses(g.size(), 0);
  for (const node& n : g.nodes)
    for (node_id operand : n.in)
      if (operand >= 0) ++uses[operand];
  for (const output& o : g.outputs) ++uses[o.node];
  return uses;
}

/// A zero-terminated name in a graph's text.
constexpr std::string_view name_at(const graph& g, int at) {
  int size = 0;
  while (g.text[at + size] != 0) ++size;
  return {g.text.data() + at, static_cast<std::size_t>(size)};
}

/// The parameter that a node is, or else the one used last before it; -1 where there is none.
constexpr node_id nearest_parameter(const graph& g, node_id node, int effort = 64) {
  if (node < 0 || effort == 0) return -1;
  if (g[node].what == kind::argument) return g.arguments[g[node].aux].name >= 0 ? node : -1;
  for (int i = 2; i >= 0; --i)
    if (const node_id found = nearest_parameter(g, g[node].in[i], effort - 1); found >= 0) return found;
  return -1;
}

/// A graph that begins as a copy of everything but the nodes, outputs and labels.
constexpr graph with_tables_of(const graph_view& g) {
  graph result;
  result.nodes.reserve(g.size() + g.size() / 2 + 16);
  for (const view_map& v : g.views) result.views.push(v);
  for (const contraction& c : g.contractions) result.contractions.push(c);
  for (double v : g.values) result.values.push(v);
  for (const argument& a : g.arguments) result.arguments.push(a);
  for (const check& c : g.checks) result.checks.push(c);
  for (char c : g.text) result.text.push(c);
  return result;
}

}  // namespace intarsia::ir
