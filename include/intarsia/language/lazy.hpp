// SPDX-License-Identifier: Apache-2.0
// One definition of an operation serves both ways of writing: on handles it adds nodes, on tensors it records a lazy
// value whose type, replayed with handles, adds the same nodes.
// Invariant: a lazy value holds pointers to lvalue tensors, copies of temporaries, and no results.
#pragma once

#include <tuple>

#include "intarsia/language/refuse.hpp"
#include "intarsia/support/error.hpp"
#include "intarsia/support/target.hpp"

namespace intarsia {

template <class Target, class Op, class... Operands>
struct lazy;

namespace support {

/// Leaves of a lazy value: borrowed, a view, kept, a plain number.
template <class T, std::size_t... D>
struct borrowed {
  using handle = traced<T, D...>;
  const T* data;
  constexpr const T* address() const { return data; }
};
template <class T, std::size_t... D>
struct seen : borrowed<T, D...> {};
template <class T, std::size_t... D>
struct kept {
  using handle = traced<T, D...>;
  tensor<T, D...> held;
  constexpr const T* address() const { return held.data(); }
};
template <class T, std::size_t... D>
struct kept_box {
  using handle = traced<T, D...>;
  boxed<tensor<T, D...>> held;
  const T* address() const { return held.data(); }
};
template <class T>
struct number {
  using handle = traced<T>;
  T held;
  constexpr const T* address() const { return &held; }
};

/// Whether a leaf is an object of its own, and not a part of other memory.
template <class L>
inline constexpr bool is_object = true;
template <class T, std::size_t... D>
inline constexpr bool is_object<seen<T, D...>> = false;

template <class L>
inline constexpr bool is_lazy = false;
template <class Target, class Op, class... O>
inline constexpr bool is_lazy<lazy<Target, Op, O...>> = true;

/// Adds the operand's nodes to a graph, its leaves as arguments in the order of `leaves`.
template <class Leaf>
struct replay {
  using handle = typename Leaf::handle;
  static constexpr handle run(ir::graph& g) {
    ir::node n;
    n.what = ir::kind::argument;
    n.type = ir::dtype_of<typename handle::value_type>();
    n.shape = handle::shape_value;
    n.aux = g.arguments.push({n.type, n.shape, ir::part::input, -1});
    return {&g, g.add(n)};
  }
  static constexpr int leaves = 1;
  static constexpr void tell_objects(auto tell) { tell(is_object<Leaf>); }
  template <class Use>
  static constexpr void for_each_leaf(const Leaf& leaf, Use& use) {
    use(leaf);
  }
};
template <class Target, class Op, class... O>
struct replay<lazy<Target, Op, O...>> {
  using handle = decltype(Op{}(std::declval<typename replay<O>::handle>()...));
  static constexpr handle run(ir::graph& g) {
    std::tuple<typename replay<O>::handle...> operands{replay<O>::run(g)...};
    return std::apply([](auto... h) { return Op{}(h...); }, operands);
  }
  static constexpr int leaves = (replay<O>::leaves + ... + 0);
  static constexpr void tell_objects(auto tell) { (replay<O>::tell_objects(tell), ...); }
  template <class Use>
  static constexpr void for_each_leaf(const lazy<Target, Op, O...>& e, Use& use) {
    std::apply([&](const O&... o) { (replay<O>::for_each_leaf(o, use), ...); }, e.operands);
  }
};

// The element type that plain numbers take: that of the first operand which has one and is no mask.
template <class... A>
struct element_among {
  using type = void;
};
template <class A, class... More>
struct element_among<A, More...> {
  template <class X>
  static auto pick() {
    if constexpr (requires { typename X::value_type; }) {
      if constexpr (std::is_same_v<typename X::value_type, bool>) return std::type_identity<void>{};
      else return std::type_identity<typename X::value_type>{};
    } else return std::type_identity<void>{};
  }
  using first = typename decltype(pick<std::remove_cvref_t<A>>())::type;
  using type = std::conditional_t<std::is_void_v<first>, typename element_among<More...>::type, first>;
};
template <class N, class... A>
struct number_type {
  using among = typename element_among<A...>::type;
  using type = std::conditional_t<std::is_void_v<among>, N, among>;
};

template <class T, class... D>
struct operand_of;
template <class T, std::size_t... D>
constexpr borrowed<T, D...> to_leaf(const tensor<T, D...>& t) { return {t.data()}; }
template <class T, std::size_t... D>
constexpr seen<std::remove_const_t<T>, D...> to_leaf(const view<T, D...>& v) { return {{v.data()}}; }
template <class T, std::size_t... D>
constexpr borrowed<T, D...> to_leaf(const boxed<tensor<T, D...>>& b) { return {b.data()}; }

template <class T, std::size_t... D>
constexpr kept<T, D...> keep(tensor<T, D...>&& t) { return {std::move(t)}; }
template <class T, std::size_t... D>
kept_box<T, D...> keep(boxed<tensor<T, D...>>&& b) { return {std::move(b)}; }

template <class... All, class A>
INTARSIA_INLINE constexpr auto to_operand(A&& a) {
  using X = std::remove_cvref_t<A>;
  if constexpr (is_lazy<X>) return std::forward<A>(a);
  else if constexpr (std::is_arithmetic_v<X>) {
    using T = typename number_type<X, All...>::type;
    return number<T>{static_cast<T>(a)};
  } else if constexpr (std::is_rvalue_reference_v<A&&> && is_tensor<X> && requires { keep(std::move(a)); }) return keep(std::move(a));
  else return to_leaf(a);
}

/// Constants of a traced function are doubles.
inline constexpr letter inexact = letter::about(fault::number, "constant", words{} << "wanted at most 2^53");
template <class T>
constexpr void note_inexact(ir::graph& g, T value) {
  if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
    if (value > T{1} << 53 || value < -(T{1} << 53)) g.blame(inexact, -1);
  (void)g, (void)value;
}
/// A constexpr tensor inside a traced function: its elements become part of the program.
template <class T, std::size_t... D>
constexpr traced<T, D...> embed(ir::graph& g, const tensor<T, D...>& t) {
  ir::node n;
  n.what = ir::kind::data;
  n.type = ir::dtype_of<T>();
  n.shape = extents_of<D...>;
  for (std::size_t i = 0; i < t.size(); ++i) {
    note_inexact(g, t.data()[i]);
    int at = g.values.push(static_cast<double>(t.data()[i]));
    if (i == 0) n.aux = at;
  }
  return {&g, g.add(n)};
}

template <class... All, class A>
constexpr auto to_handle(ir::graph& g, const A& a) {
  if constexpr (traced_value<A>) return handle_t<A>{a.graph, a.id};
  else if constexpr (std::is_arithmetic_v<A>) {
    using T = typename number_type<A, All...>::type;
    const T value = static_cast<T>(a);  // as it is in a statement
    note_inexact(g, value);
    return traced<T>{&g, ir::constant(g, ir::dtype_of<T>(), {}, static_cast<double>(value))};
  } else return embed(g, a);
}

template <class... A>
constexpr ir::graph* graph_among(const A&... a) {
  ir::graph* g = nullptr;
  auto look = [&g](const auto& x) {
    if constexpr (requires { x.graph; })
      if (g == nullptr) g = x.graph;
  };
  (look(a), ...);
  return g;
}
template <class... A>
constexpr ir::graph& find_graph(const A&... a) {
  ir::graph* const g = graph_among(a...);
  // parameters of a model that no function has traced
  if (g == nullptr) fail("a model's parameters have values only inside ia::compile(...), which is called with ia::init<Model>(seed)");
  return *g;
}

// A fraction beside integers is the one number that does not fit.
template <class... A>
inline constexpr bool fraction_beside_integers =
    (std::is_floating_point_v<std::remove_cvref_t<A>> || ...) && std::is_integral_v<typename element_among<A...>::type>;

}  // namespace support

/// A handle that stands for a whole model: operations map over its parameters.
template <class A>
concept tree_handle = requires { typename std::remove_cvref_t<A>::intarsia_tree; };

/// Anything that an operation takes beside plain numbers.
template <class A>
concept operand = traced_value<A> || tensor_like<A> || lazy_expression<A> || tree_handle<A> || support::is_refused<A>;
namespace support {
/// What people pass for a tensor and is none: arrays, pointers, containers. Operations take them to refuse them.
template <class A>
concept foreign = !operand<A> && (std::is_array_v<std::remove_reference_t<A>> || std::is_pointer_v<std::remove_cvref_t<A>> || requires(A&& a) { a.begin(), a.end(); });
}  // namespace support
template <class A>
concept operand_or_foreign = operand<A> || support::foreign<A>;
template <class A>
concept operand_or_number = operand_or_foreign<A> || std::is_arithmetic_v<std::remove_cvref_t<A>>;

namespace support {

/// What is wrong with these is reported by the call of the whole function.
template <class A>
concept reported_later = traced_value<A> || is_refused<A>;
/// The letter about an operand that is none.
template <class Op, class... A>
consteval letter verdict_on_foreign() {
  index n = 0, first = 0;
  ((++n, first = first == 0 && foreign<A> ? n : first), ...);
  return letter::about(fault::operand, Op::name, words{} << "argument " << first);
}

/// A fraction in an operation on integers, refused.
template <class Op, class... A>
constexpr auto refuse_number(const A&... a) {
  using T = typename element_among<A...>::type;
  constexpr verdict v = other_type<T, double>(fault::number);
  ir::graph* const graph = graph_among(a...);
  auto one = [graph](const auto& x) {
    if constexpr (traced_value<decltype(x)>) return x;
    else return traced<T>{graph, -1};
  };
  return refuse<Op, v>(one(a)...);
}

/// Temporaries above this size are not kept by value: they would fill the stack.
inline constexpr std::size_t largest_kept = 64 * 1024;
template <class A>
inline constexpr bool is_large_temporary = false;
template <class T, std::size_t... D>
inline constexpr bool is_large_temporary<tensor<T, D...>> = tensor<T, D...>::size() * sizeof(T) > largest_kept;

/// What an operation makes of tensors, lazy values and numbers: a handle, or a refused one.
template <class Op, class... A>
using handle_of_call = decltype(Op{}(std::declval<typename replay<decltype(to_operand<A...>(std::declval<A>()))>::handle>()...));

/// The letter to the user who calls an operation on tensors like that; empty for a good call.
template <class Op, class... A>
consteval letter verdict_on() {
  if constexpr (!(operand_or_number<A> && ...)) return {};
  else if constexpr ((reported_later<A> || ...) || (tree_handle<A> || ...)) return {};
  else if constexpr ((foreign<A> || ...)) return verdict_on_foreign<Op, A...>();
  else if constexpr (fraction_beside_integers<A...>) return decltype(refuse_number<Op>(std::declval<typename replay<decltype(to_operand<A...>(std::declval<A>()))>::handle>()...))::why;
  else if constexpr ((is_large_temporary<A> || ...)) return letter::about(fault::large_temporary, Op::name, words{} << "at most " << static_cast<index>(largest_kept) << " bytes");
  else if constexpr (is_refused<handle_of_call<Op, A...>>) return handle_of_call<Op, A...>::why;
  else return {};
}

/// A call with what the operation does not know as an option. Beside tensors it is an error where it stands, in a traced function a
/// refused value.
template <class Op>
inline constexpr letter foreign_option = letter::about(fault::option, Op::name, figures_of({{}, fault::option, -1, 0, 0, relation::exactly, option::foreign}));
/// Shapes and axes as values, where they are template arguments.
template <class Op>
inline constexpr letter values_given = letter::about(fault::not_template, Op::name);
template <class Option, class Op>
inline constexpr letter other_option = std::is_arithmetic_v<Option> ? values_given<Op> : foreign_option<Op>;
template <letter Why, reported_later A>
constexpr auto refuse_option(const A& a) {
  if constexpr (is_refused<A>) return a;
  else return refused_value<Why>(a.graph, a.id);
}
#define INTARSIA_NO_VALUES(name, ...)                                                                  \
  template <auto... Any, operand A, class Value, class... More>                                       \
    requires(!support::reported_later<A>)                                                             \
  refused<support::told<support::values_given<__VA_ARGS__>>::why> name(A&& a, Value&&, More&&...);     \
  template <auto... Any, support::reported_later A, class Value, class... More>                       \
  constexpr auto name(A&& a, Value&&, More&&...) {                                                    \
    return support::refuse_option<support::values_given<__VA_ARGS__>>(a);                             \
  }

/// Two operands, one of which is none: a number, text, an option.
template <class A, class B>
concept half_operands = operand<A> != operand<B> && !foreign<A> && !foreign<B>;
template <class Op, class A, class B>
consteval letter verdict_on_halves() {
  if constexpr (!half_operands<A, B>) return {};
  else return letter::about(fault::operand, Op::name, words{} << "argument " << (operand<A> ? 2 : 1));
}
template <class Op, class A, class B>
constexpr auto refuse_operand(const A& a, const B& b) {
  if constexpr ((is_refused<A> || is_refused<B>)) return first_refused(a, b);
  else return refused_value<verdict_on_halves<Op, A, B>()>(&find_graph(a, b), -1);
}

template <class H>
struct expression_for;
template <class T, std::size_t... D>
struct expression_for<traced<T, D...>> {
  using type = expression<T, D...>;
};
template <class H>
using expression_of = typename expression_for<handle_t<H>>::type;

/// Holds for a call that is refused where it stands. The overload that it chooses has no body, and returns `refused<reason>`:
/// written out, because compilers would print the arguments of an alias.
template <class Op, class... A>
concept refuses = (verdict_on<Op, A...>().count > 0);
template <class Op, class... A>
inline constexpr auto reason = told<verdict_on<Op, A...>()>::why;

/// Applies an operation: to handles at once, to a tree's parameters one by one, to tensors by recording it.
template <class Op, class... A>
INTARSIA_INLINE constexpr auto call(Op op, A&&... a) {
  if constexpr ((is_refused<A> || ...)) return first_refused(a...);
  else if constexpr ((foreign<A> || ...)) return refused_value<verdict_on_foreign<Op, A...>()>(graph_among(a...), -1);
  else if constexpr ((tree_handle<A> || ...)) return map_tree(op, a...);
  else if constexpr ((traced_value<A> || ...)) {
    ir::graph& g = find_graph(a...);
    if constexpr (fraction_beside_integers<A...>) return refuse_number<Op>(a...);
    else return op(to_handle<A...>(g, a)...);
  } else {
    using result = lazy<static_target, Op, decltype(to_operand<A...>(std::forward<A>(a)))...>;
    return result{{}, {to_operand<A...>(std::forward<A>(a))...}};
  }
}

}  // namespace support

/// A recorded operation. Initialising or assigning a tensor, or `ia::evaluate`, runs it.
template <class Target, class Op, class... Operands>
struct lazy : support::expression_of<typename support::replay<lazy<Target, Op, Operands...>>::handle> {
  using intarsia_lazy = void;
  using handle = typename support::replay<lazy>::handle;
  using value_type = typename handle::value_type;
  using shape_type = typename handle::shape_type;
  static constexpr extents shape_value = handle::shape_value;

  std::tuple<Operands...> operands;

  template <class Out>
  INTARSIA_INLINE constexpr void write_to(Out& out) const {
    run_statement<Target>(*this, out);
  }
  INTARSIA_INLINE constexpr operator value_type() const requires(shape_value.rank == 0) {
    tensor<value_type> result;
    run_statement<Target>(*this, result);
    return result.data()[0];
  }
};

}  // namespace intarsia
