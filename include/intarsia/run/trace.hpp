// SPDX-License-Identifier: Apache-2.0
// Receives a lambda and the types of a call's arguments; returns the graph that it makes of them. What an argument is to a
// program, and what a result is to its caller, is told by `argument` and `result`.
#pragma once

#include <array>
#include <tuple>

#include "intarsia/language/function.hpp"
#include "intarsia/support/config.hpp"

namespace intarsia {

namespace run {

/// What an argument of a call is to the program: how it is traced, and where its memory is.
template <class X>
struct argument;

template <class T, std::size_t... D>
struct tensor_argument {
  using handle = traced<T, D...>;
  static constexpr int leaves = 1;
  static constexpr handle add(ir::graph& g) {
    ir::node n;
    n.what = ir::kind::argument;
    n.type = ir::dtype_of<T>();
    n.shape = handle::shape_value;
    n.aux = g.arguments.push({n.type, n.shape, ir::part::input, -1});
    return {&g, g.add(n)};
  }
  template <class X>
  INTARSIA_INLINE static void collect(X& x, const void** at, std::size_t* bytes) {
    *at = x.data();
    *bytes = handle::size() * sizeof(T);
  }
};
template <class T, std::size_t... D>
struct argument<tensor<T, D...>> : tensor_argument<T, D...> {};
template <class T, std::size_t... D>
struct argument<view<T, D...>> : tensor_argument<std::remove_const_t<T>, D...> {};
template <class T, std::size_t... D>
struct argument<boxed<tensor<T, D...>>> : tensor_argument<T, D...> {};
template <element T>
struct argument<T> : tensor_argument<T> {
  INTARSIA_INLINE static void collect(const T& x, const void** at, std::size_t* bytes) {
    *at = &x;
    *bytes = sizeof(T);
  }
};

template <class X>
concept callable_with = requires { typename argument<std::remove_cvref_t<X>>::handle; };

/// An argument that was an error itself where it was declared: a call with it says nothing more.
template <class X>
inline constexpr bool already_refused = false;

template <class X>
inline constexpr bool is_view = false;
template <class T, std::size_t... D>
inline constexpr bool is_view<view<T, D...>> = true;

/// What a result of the lambda is to the caller.
template <class R>
struct result;
template <class T, std::size_t... D>
struct result<traced<T, D...>> {
  using type = std::conditional_t<sizeof...(D) == 0, T, tensor<T, D...>>;
  static constexpr int leaves = 1;
  static constexpr void add(ir::graph& g, const traced<T, D...>& h) { g.outputs.push({h.id, -1}); }
  template <class X>
  INTARSIA_INLINE static void collect(X& x, void** at) {
    if constexpr (sizeof...(D) == 0) *at = &x;
    else *at = x.data();
  }
};
template <class X>
struct result<assigned<X>> {
  using type = void;
  static constexpr int leaves = 0;
  static constexpr void add(ir::graph& g, const assigned<X>& a) { g.outputs.push({a.value, g[a.target].aux}); }
};

template <class... R>
struct results_of {
  using type = decltype(std::tuple_cat(std::declval<std::conditional_t<std::is_void_v<typename result<R>::type>, std::tuple<>, std::tuple<typename result<R>::type>>>()...));
};
template <class R>
struct listed {
  using types = std::tuple<R>;
  static constexpr types of(const R& r) { return {r}; }
};
template <class... R>
struct listed<outputs_t<R...>> {
  using types = std::tuple<R...>;
  static constexpr types of(const outputs_t<R...>& r) { return r.results; }
};

template <class Trace>
struct inspection;

/// What tracing a function once tells beside its graph: all that types cannot.
template <std::size_t Lists, std::size_t Arguments>
struct trace_facts {
  std::array<std::size_t, Lists> sizes{};
  fault why = fault::none;
  support::letter complaint{};
  support::words place{};
  bool written[Arguments + 1] = {};  // arguments that outputs are assigned to
};

template <class Lambda, class... Arguments>
struct function_trace {
  static constexpr auto call(ir::graph& g) {
    std::tuple<typename Arguments::handle...> handles{Arguments::add(g)...};
    return [&handles]<std::size_t... I>(std::index_sequence<I...>) { return Lambda{}(std::get<I>(handles)...); }(std::index_sequence_for<Arguments...>{});
  }
  using returned = decltype(call(std::declval<ir::graph&>()));
  static constexpr ir::graph run() {
    ir::graph g;
    // returned values first, updates after them: both in the order in which they are listed
    std::apply([&g](const auto&... r) { (add<false>(g, r), ...), (add<true>(g, r), ...); }, listed<returned>::of(call(g)));
    return g;
  }

  static constexpr std::size_t lists = support::lists_in<ir::graph>;
  static consteval trace_facts<lists, sizeof...(Arguments)> inspect() {
    ir::graph g = run();
    trace_facts<lists, sizeof...(Arguments)> facts;
    facts.sizes = support::lengths(g, std::make_index_sequence<lists>{});
    blame_outputs(g);
    blame_gradients(g);
    facts.why = g.first_fault;
    facts.complaint = g.complaint;
    if (g.is_blamed()) facts.place = place_of(g, g.faulty);
    for (const ir::output& o : g.outputs)
      if (o.assigned >= 0) facts.written[position_of(o.assigned)] = true;
    return facts;
  }
  /// The same number that a pass's result is asked for first, known from the inspection.
  static consteval std::array<std::size_t, lists> sizes() { return inspection<function_trace>::type::facts.sizes; }

  /// Where in the call, or in the model, a node is.
  static constexpr support::words place_of(const ir::graph& g, ir::node_id node) {
    const ir::node_id parameter = ir::nearest_parameter(g, node);
    support::words w;
    if (parameter >= 0) return w << (parameter == node ? "at " : "after ") << ir::name_at(g, g.arguments[g[parameter].aux].name);
    if (node >= 0 && g[node].what == ir::kind::argument) return w << "argument " << static_cast<index>(position_of(g[node].aux) + 1);
    return w;
  }

 private:
  template <bool Updates, class R>
  static constexpr void add(ir::graph& g, const R& r) {
    if constexpr (std::is_void_v<typename result<R>::type> == Updates) result<R>::add(g, r);
  }
  /// The argument of the call that an argument of the graph belongs to.
  static constexpr int position_of(int leaf) {
    int position = 0, end = 0;
    bool found = false;
    ((end += Arguments::leaves, found = found || leaf < end, position += !found), ...);
    return position;
  }
  static constexpr void blame_outputs(ir::graph& g) {
    support::list<bool> taken(g.arguments.size() + 1, false);
    for (const ir::output& o : g.outputs) {
      if (o.assigned < 0) continue;
      if (taken[o.assigned]) g.blame(fault::twice, o.node);
      taken[o.assigned] = true;
    }
  }
  /// Operands come before their users: one sweep down from a value finds what it depends on.
  static constexpr void blame_gradients(ir::graph& g) {
    support::list<bool> needed(g.nodes.size() + 1, false);
    for (int w = 0; w < g.wanted.size(); ++w) {
      const auto [of, to] = g.wanted[w];
      if (w == 0 || g.wanted[w - 1].of != of) {
        for (bool& n : needed) n = false;
        needed[of] = true;
        for (ir::node_id i = of; i > 0; --i)
          if (needed[i])
            for (ir::node_id in : g[i].in)
              if (in >= 0) needed[in] = true;
      }
      if (!needed[to]) g.blame(fault::no_path, to);
    }
  }
};

/// The facts of a trace that is a constant expression; of another one there is no such type.
template <class Trace, auto Facts = Trace::inspect()>
struct inspected {
  static constexpr auto facts = Facts;
};
template <class Trace>
auto inspected_or_not(int) -> inspected<Trace>;
template <class Trace>
void inspected_or_not(...);
template <class Trace>
struct inspection {
  using type = decltype(inspected_or_not<Trace>(0));
};

template <class Types>
struct result_tuple;
template <class... R>
struct result_tuple<std::tuple<R...>> {
  using type = typename results_of<R...>::type;
};

/// Addresses for the returned values, which are the graph's first outputs; updates in place have none of their own.
template <class... R>
struct output_addresses {
  template <class Results>
  INTARSIA_INLINE static void collect(Results& results, void** at) {
    collect_from<0, R...>(results, at);
  }
  template <std::size_t At, class First, class... Rest, class Results>
  INTARSIA_INLINE static void collect_from(Results& results, void** at) {
    constexpr bool returns = !std::is_void_v<typename result<First>::type>;
    if constexpr (returns) result<First>::collect(std::get<At>(results), at);
    if constexpr (sizeof...(Rest) > 0) collect_from<At + returns, Rest...>(results, at + result<First>::leaves);
  }
};
template <class Types>
struct output_addresses_of;
template <class... R>
struct output_addresses_of<std::tuple<R...>> : output_addresses<R...> {};

}  // namespace run
}  // namespace intarsia
