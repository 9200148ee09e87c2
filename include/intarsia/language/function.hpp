// SPDX-License-Identifier: Apache-2.0
// What only a compiled function can say: gradients, several results, updates in place, names.
#pragma once

#include "intarsia/language/lazy.hpp"
#include "intarsia/support/fixed_string.hpp"

namespace intarsia {

namespace support {
template <traced_value L, traced_value X>
constexpr auto gradient_of(const L& loss, const X& x) {
  ir::node n;
  n.what = ir::kind::gradient;
  n.type = ir::dtype_of<typename X::value_type>();
  n.shape = X::shape_value;
  n.in[0] = loss.id;
  n.in[1] = x.id;
  return handle_t<X>{x.graph, x.graph->add(n)};
}

template <fixed_string Name, traced_value E>
constexpr auto with_name(const E& e) {
  ir::graph& g = *e.graph;
  int at = g.text.size();
  for (char c : Name.view()) g.text.push(c);
  g.text.push('\0');
  g.labels.push({e.id, at});
  return handle_t<E>{&g, e.id};
}

struct grad_fn {
  static constexpr std::string_view name = "grad";
};
}  // namespace support

/// A value in a traced function, refused or not.
template <class A>
concept traced_or_refused = traced_value<A> || support::is_refused<A>;

/// d loss / d x, with the shape of x; x is an argument or any intermediate. An expression like any other.
/// Errors: [not_scalar], [no_path], [element_type] (integers have none).
template <traced_or_refused L, traced_or_refused X>
constexpr auto grad(const L& loss, const X& x) {
  if constexpr (support::is_refused<L> || support::is_refused<X>) return support::first_refused(loss, x);
  else if constexpr (L::shape_value.rank != 0) return support::refuse<support::grad_fn, support::verdict::bad(fault::not_scalar, -1, L::rank, 0)>(loss);
  else if constexpr (!std::is_floating_point_v<typename L::value_type> || !std::is_floating_point_v<typename X::value_type>)
    return support::refuse<support::grad_fn, support::other_type<float, std::conditional_t<std::is_floating_point_v<typename X::value_type>, typename L::value_type, typename X::value_type>>()>(loss, x);
  else {
    x.graph->wanted.push({loss.id, x.id});
    return support::gradient_of(loss, x);
  }
}

namespace support {
template <class Op>
inline constexpr letter only_inside = letter::about(fault::function, Op::name);
/// Tensors and lazy values, which nothing traces.
template <class... A>
concept untraced = ((tensor_like<A> || lazy_expression<A>) || ...);
}  // namespace support

/// Outside of a compiled function there is no trace to take derivatives of. Errors: [function].
template <class L, class X>
  requires support::untraced<L, X>
refused<support::told<support::only_inside<support::grad_fn>>::why> grad(const L& loss, const X& x);

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
/// Errors: [assign_shape], [assign_target], [twice].
template <traced_or_refused X, traced_or_refused E>
[[nodiscard]] constexpr auto assign(const X& x, const E& e) {
  if constexpr (support::is_refused<X> || support::is_refused<E>) return support::first_refused(x, e);
  else if constexpr (!std::is_same_v<handle_t<X>, handle_t<E>>)
    return support::refuse<support::assign_fn, support::verdict::bad(fault::assign_shape)>(e, x);
  else {
    if ((*x.graph)[x.id].what != ir::kind::argument) x.graph->blame(fault::assign_target, x.id);
    return assigned<handle_t<X>>{x.graph, x.id, e.id};
  }
}

template <class X, class E>
  requires support::untraced<X, E>
refused<support::told<support::only_inside<support::assign_fn>>::why> assign(const X& x, const E& e);

/// Gives a value a name that reports show.
template <fixed_string Name, traced_or_refused E>
constexpr auto named(const E& e) {
  if constexpr (support::is_refused<E>) return e;
  else return support::with_name<Name>(e);
}

}  // namespace intarsia
