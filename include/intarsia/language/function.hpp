// SPDX-License-Identifier: Apache-2.0
// What only a compiled function can say: gradients, several results, updates in place, names.
#pragma once

#include "intarsia/language/lazy.hpp"

namespace intarsia {

/// d loss / d x, with the shape of x; x is an argument or any intermediate. An expression like any other.
/// Errors: [not_scalar].
template <traced_value L, traced_value X>
constexpr auto grad(const L& loss, const X& x) {
  if constexpr (L::shape_value.rank != 0) return support::refuse<"grad", support::verdict::bad(fault::not_scalar, -1, L::rank, 0), L, X>();
  else {
    ir::node n;
    n.what = ir::kind::gradient;
    n.type = ir::dtype_of<typename X::value_type>();
    n.shape = X::shape_value;
    n.in[0] = loss.id;
    n.in[1] = x.id;
    return handle_t<X>{x.graph, x.graph->add(n)};
  }
}

/// The results of a compiled function, in order.
template <class... Results>
struct outputs_t {
  std::tuple<Results...> results;
};
template <class... R>
constexpr outputs_t<R...> outputs(R... results) {
  return {{results...}};
}

/// An argument that the call overwrites.
template <class X>
struct assigned {
  ir::graph* graph;
  ir::node_id target;
  ir::node_id value;
};
/// As an output: writes the expression into the argument x. All outputs read the old values.
template <traced_value X, traced_value E>
constexpr auto assign(const X& x, const E& e) {
  if constexpr (!std::is_same_v<handle_t<X>, handle_t<E>>)
    return support::refuse<"assign", support::verdict::bad(fault::weight, -1, E::rank, X::rank), X, E>();
  else return assigned<X>{x.graph, x.id, e.id};
}

/// Gives a value a name that reports show.
template <fixed_string Name, traced_value E>
constexpr auto named(const E& e) {
  ir::graph& g = *e.graph;
  int at = g.text.size();
  for (char c : Name.view()) g.text.push(c);
  g.text.push('\0');
  g.labels.push({e.id, at});
  return handle_t<E>{&g, e.id};
}

}  // namespace intarsia
