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
    if (a < 0 || a >= from.rank || (mask >> a & 1)) return verdict::bad(fault::axis, a, a, from.rank);
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

template <ir::opcode Code, bool Keep, int... Axes>
struct reduction {
  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = reduction_rule<Axes...>(A::shape_value, Keep);
    if constexpr (!v.ok()) return refuse<code_name<Code>(), v, A>();
    else {
      constexpr ir::dtype type = ir::result_type(Code, ir::dtype_of<typename A::value_type>());
      ir::graph& g = *a.graph;
      return traced_of<ir::element_t<type>, v.shape>{&g, ir::reshape(g, ir::reduce(g, Code, a.id, static_cast<int>(v.got)), v.shape)};
    }
  }
};

template <bool Keep, int... Axes>
struct mean_fn {
  constexpr auto operator()(auto a) const {
    auto s = reduction<ir::opcode::add, Keep, Axes...>{}(a);
    if constexpr (is_refused<decltype(s)>) return s;
    else return s * (1.0 / static_cast<double>(decltype(a)::size() / decltype(s)::size()));
  }
};

}  // namespace support

#define INTARSIA_REDUCTION(name, code)                                                          \
  template <int... Axes, operand A>                                                             \
  INTARSIA_INLINE constexpr auto name(A&& a) {                                                  \
    return support::call(support::reduction<ir::opcode::code, false, Axes...>{}, std::forward<A>(a)); \
  }                                                                                             \
  template <int... Axes, operand A>                                                             \
  INTARSIA_INLINE constexpr auto name(A&& a, keep_axes_t) {                                     \
    return support::call(support::reduction<ir::opcode::code, true, Axes...>{}, std::forward<A>(a)); \
  }
INTARSIA_REDUCTION(sum, add)
/// NaN if any is NaN. Derivative: shared by the maxima in equal parts.
INTARSIA_REDUCTION(max, max)
INTARSIA_REDUCTION(min, min)
/// The position (int32) of the first maximum, or of the first NaN; over several axes, in their row-major order.
INTARSIA_REDUCTION(argmax, argmax)
INTARSIA_REDUCTION(argmin, argmin)
#undef INTARSIA_REDUCTION

template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto mean(A&& a) {
  return support::call(support::mean_fn<false, Axes...>{}, std::forward<A>(a));
}
template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto mean(A&& a, keep_axes_t) {
  return support::call(support::mean_fn<true, Axes...>{}, std::forward<A>(a));
}

/// The value, taken as a constant by derivatives.
template <traced_value A>
constexpr auto stop_gradient(const A& a) {
  return handle_t<A>{a.graph, ir::unary(*a.graph, ir::kind::stop, a.id)};
}

namespace support {

// The maximum as a shift that cancels: finite, so that rows of -inf do not turn into NaN.
constexpr auto shift_of(auto m) {
  return stop_gradient(where(abs(m) < std::numeric_limits<double>::infinity(), m, where(is_nan(m), m, 0)));
}

template <bool Keep, int... Axes>
struct logsumexp_fn {
  constexpr auto operator()(auto x) const {
    auto m = reduction<ir::opcode::max, true, Axes...>{}(x);
    if constexpr (is_refused<decltype(m)>) return m;
    else {
      auto shift = shift_of(m);
      auto total = log(reduction<ir::opcode::add, true, Axes...>{}(exp(x - shift))) + shift;
      if constexpr (Keep) return total;
      else {
        constexpr verdict v = reduction_rule<Axes...>(decltype(x)::shape_value, false);
        return traced_of<typename decltype(x)::value_type, v.shape>{x.graph, ir::reshape(*x.graph, total.id, v.shape)};
      }
    }
  }
};
template <int... Axes>
struct softmax_fn {
  constexpr auto operator()(auto x) const {
    auto m = reduction<ir::opcode::max, true, Axes...>{}(x);
    if constexpr (is_refused<decltype(m)>) return m;
    else {
      auto e = exp(x - shift_of(m));
      return e * (1.0 / reduction<ir::opcode::add, true, Axes...>{}(e));
    }
  }
};
template <int... Axes>
struct log_softmax_fn {
  constexpr auto operator()(auto x) const {
    auto m = reduction<ir::opcode::max, true, Axes...>{}(x);
    if constexpr (is_refused<decltype(m)>) return m;
    else {
      auto y = x - shift_of(m);
      return y - log(reduction<ir::opcode::add, true, Axes...>{}(exp(y)));
    }
  }
};
}  // namespace support

/// log(sum(exp(x))), without overflow.
template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto logsumexp(A&& x) {
  return support::call(support::logsumexp_fn<false, Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto logsumexp(A&& x, keep_axes_t) {
  return support::call(support::logsumexp_fn<true, Axes...>{}, std::forward<A>(x));
}
/// exp(x) / sum(exp(x)) along the axes.
template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto softmax(A&& x) {
  return support::call(support::softmax_fn<Axes...>{}, std::forward<A>(x));
}
template <int... Axes, operand A>
INTARSIA_INLINE constexpr auto log_softmax(A&& x) {
  return support::call(support::log_softmax_fn<Axes...>{}, std::forward<A>(x));
}

}  // namespace intarsia
