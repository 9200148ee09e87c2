// SPDX-License-Identifier: Apache-2.0
// Reductions over all or chosen axes, and what is made of them.
// Shape rule: the named axes go; with `keep_axes` they stay with extent 1. No axis named: all.
#pragma once

#include <limits>

#include "intarsia/language/pointwise.hpp"

namespace intarsia {

/// `ia::mean<1>(x, ia::keep_axes)`: reduced axes stay with extent 1.
struct keep_axes_t {};
inline constexpr keep_axes_t keep_axes{};

namespace support {

template <int... Axes>
constexpr verdict reduction_rule(const extents& from, bool keep) {
  int mask = 0;
  verdict v;
  for (int a : std::initializer_list<int>{Axes...}) {
    if (a >= 0 && a < from.rank && (mask >> a & 1)) return verdict::bad(fault::axis, a);
    if (a < 0 || a >= from.rank) return verdict::bad(fault::axis, a, a, from.rank - 1, relation::at_most);
    mask |= 1 << a;
  }
  if (sizeof...(Axes) == 0) mask = (1 << from.rank) - 1;
  v.got = mask;
  for (int d = 0; d < from.rank; ++d) {
    if (!(mask >> d & 1)) v.shape.push(from[d]);
    else if (keep) v.shape.push(1);
  }
  return v;
}

/// For reductions that divide or take exponentials.
template <class A, int... Axes>
constexpr verdict float_reduction_rule(bool keep) {
  if (!std::is_floating_point_v<typename A::value_type>) return other_type<float, typename A::value_type>();
  return reduction_rule<Axes...>(A::shape_value, keep);
}

template <ir::opcode Code, bool Keep, int... Axes>
struct reduction {
  static constexpr std::string_view name = Code == ir::opcode::add ? "sum" : ir::facts_of(Code).name;

  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = reduction_rule<Axes...>(A::shape_value, Keep);
    if constexpr (!v.ok()) return refuse<reduction, v>(a);
    else if constexpr (Code == ir::opcode::add && std::is_same_v<typename A::value_type, bool>) return refuse<reduction, other_type<std::int32_t, bool>()>(a);
    else {
      constexpr ir::dtype type = ir::result_type(Code, ir::dtype_of<typename A::value_type>());
      ir::graph& g = *a.graph;
      return traced_of<ir::element_t<type>, v.shape>{&g, ir::reshape(g, ir::reduce(g, Code, a.id, static_cast<int>(v.got)), v.shape)};
    }
  }
};

template <bool Keep, int... Axes>
struct mean_fn {
  static constexpr std::string_view name = "mean";

  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = float_reduction_rule<A, Axes...>(Keep);
    if constexpr (!v.ok()) return refuse<mean_fn, v>(a);
    else {
      auto s = reduction<ir::opcode::add, Keep, Axes...>{}(a);
      return s * (1.0 / static_cast<double>(A::size() / decltype(s)::size()));
    }
  }
};

template <class Option, class... More>
concept not_keep_axes = sizeof...(More) > 0 || !std::is_same_v<Option, keep_axes_t>;

}  // namespace support

#define INTARSIA_OTHER_OPTIONS(name, constraint, ...)                                            \
  template <int... Axes, operand_or_foreign A, class Option, class... More>                                \
    requires(constraint && !support::reported_later<A>)                                         \
  refused<support::told<support::other_option<Option, __VA_ARGS__>>::why> name(A&& a, Option, More...); \
  template <int... Axes, operand_or_foreign A, class Option, class... More>                                \
    requires(constraint && support::reported_later<A>)                                          \
  constexpr auto name(A&& a, Option, More...) {                                                 \
    return support::refuse_option<support::other_option<Option, __VA_ARGS__>>(a);               \
  }
#define INTARSIA_ONLY_KEEP_AXES(name, ...) INTARSIA_OTHER_OPTIONS(name, (support::not_keep_axes<Option, More...>), __VA_ARGS__)

#define INTARSIA_REDUCTION(name, code)                                                          \
  template <int... Axes, operand_or_foreign A>                                                             \
  INTARSIA_INLINE constexpr auto name(A&& a) {                                                  \
    return support::call(support::reduction<ir::opcode::code, false, Axes...>{}, std::forward<A>(a)); \
  }                                                                                             \
  template <int... Axes, operand_or_foreign A>                                                             \
  INTARSIA_INLINE constexpr auto name(A&& a, keep_axes_t) {                                     \
    return support::call(support::reduction<ir::opcode::code, true, Axes...>{}, std::forward<A>(a)); \
  }                                                                                             \
  template <int... Axes, operand_or_foreign A>                                                             \
    requires support::refuses<support::reduction<ir::opcode::code, false, Axes...>, A>          \
  refused<support::reason<support::reduction<ir::opcode::code, false, Axes...>, A>> name(A&& a);        \
  template <int... Axes, operand_or_foreign A>                                                             \
    requires support::refuses<support::reduction<ir::opcode::code, true, Axes...>, A>           \
  refused<support::reason<support::reduction<ir::opcode::code, true, Axes...>, A>> name(A&& a, keep_axes_t); \
  INTARSIA_ONLY_KEEP_AXES(name, support::reduction<ir::opcode::code, false, Axes...>)
INTARSIA_REDUCTION(sum, add)
/// NaN if any is NaN. Derivative: to the first extremum.
INTARSIA_REDUCTION(max, max)
INTARSIA_REDUCTION(min, min)
/// The position (int32) of the first maximum, or of the first NaN; over several axes, in their row-major order.
INTARSIA_REDUCTION(argmax, argmax)
INTARSIA_REDUCTION(argmin, argmin)
#undef INTARSIA_REDUCTION

template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto mean(A&& a) {
  return support::call(support::mean_fn<false, Axes...>{}, std::forward<A>(a));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::mean_fn<false, Axes...>, A>
refused<support::reason<support::mean_fn<false, Axes...>, A>> mean(A&& a);
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto mean(A&& a, keep_axes_t) {
  return support::call(support::mean_fn<true, Axes...>{}, std::forward<A>(a));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::mean_fn<true, Axes...>, A>
refused<support::reason<support::mean_fn<true, Axes...>, A>> mean(A&& a, keep_axes_t);
INTARSIA_ONLY_KEEP_AXES(mean, support::mean_fn<false, Axes...>)

/// The value, taken as a constant by derivatives.
template <operand_or_foreign A>
  requires traced_value<A> || support::is_refused<A>
constexpr auto stop_gradient(const A& a) {
  if constexpr (support::is_refused<A>) return a;
  else return handle_t<A>{a.graph, ir::unary(*a.graph, ir::kind::stop, a.id)};
}

namespace support {

// The maximum as a shift that cancels: finite, so that rows of -inf do not turn into NaN.
constexpr auto shift_of(auto m) {
  return stop_gradient(where(abs(m) < std::numeric_limits<double>::infinity(), m, where(is_nan(m), m, 0)));
}

template <bool Keep, int... Axes>
struct logsumexp_fn {
  static constexpr std::string_view name = "logsumexp";

  template <class X>
  constexpr auto operator()(X x) const {
    constexpr verdict v = float_reduction_rule<X, Axes...>(Keep);
    if constexpr (!v.ok()) return refuse<logsumexp_fn, v>(x);
    else {
      auto shift = shift_of(reduction<ir::opcode::max, true, Axes...>{}(x));
      auto total = log(reduction<ir::opcode::add, true, Axes...>{}(exp(x - shift))) + shift;
      return traced_of<typename X::value_type, v.shape>{x.graph, ir::reshape(*x.graph, total.id, v.shape)};
    }
  }
};
template <int... Axes>
struct softmax_fn {
  static constexpr std::string_view name = "softmax";

  template <class X>
  constexpr auto operator()(X x) const {
    constexpr verdict v = float_reduction_rule<X, Axes...>(true);
    if constexpr (!v.ok()) return refuse<softmax_fn, v>(x);
    else {
      auto e = exp(x - shift_of(reduction<ir::opcode::max, true, Axes...>{}(x)));
      return e * (1.0 / reduction<ir::opcode::add, true, Axes...>{}(e));
    }
  }
};
template <int... Axes>
struct log_softmax_fn {
  static constexpr std::string_view name = "log_softmax";

  template <class X>
  constexpr auto operator()(X x) const {
    constexpr verdict v = float_reduction_rule<X, Axes...>(true);
    if constexpr (!v.ok()) return refuse<log_softmax_fn, v>(x);
    else {
      auto y = x - shift_of(reduction<ir::opcode::max, true, Axes...>{}(x));
      return y - log(reduction<ir::opcode::add, true, Axes...>{}(exp(y)));
    }
  }
};
}  // namespace support

/// log(sum(exp(x))), without overflow.
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto logsumexp(A&& x) {
  return support::call(support::logsumexp_fn<false, Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::logsumexp_fn<false, Axes...>, A>
refused<support::reason<support::logsumexp_fn<false, Axes...>, A>> logsumexp(A&& x);
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto logsumexp(A&& x, keep_axes_t) {
  return support::call(support::logsumexp_fn<true, Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::logsumexp_fn<true, Axes...>, A>
refused<support::reason<support::logsumexp_fn<true, Axes...>, A>> logsumexp(A&& x, keep_axes_t);
INTARSIA_ONLY_KEEP_AXES(logsumexp, support::logsumexp_fn<false, Axes...>)
/// exp(x) / sum(exp(x)) along the axes.
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto softmax(A&& x) {
  return support::call(support::softmax_fn<Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::softmax_fn<Axes...>, A>
refused<support::reason<support::softmax_fn<Axes...>, A>> softmax(A&& x);
INTARSIA_OTHER_OPTIONS(softmax, true, support::softmax_fn<Axes...>)
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto log_softmax(A&& x) {
  return support::call(support::log_softmax_fn<Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::log_softmax_fn<Axes...>, A>
refused<support::reason<support::log_softmax_fn<Axes...>, A>> log_softmax(A&& x);
INTARSIA_OTHER_OPTIONS(log_softmax, true, support::log_softmax_fn<Axes...>)
#undef INTARSIA_ONLY_KEEP_AXES
#undef INTARSIA_OTHER_OPTIONS

}  // namespace intarsia
