// SPDX-License-Identifier: Apache-2.0
// Pointwise operations with broadcasting.
// Shape rule: NumPy's. Axes are aligned at the end; extents are equal or one of them is 1.
#pragma once

#include "intarsia/language/lazy.hpp"

namespace intarsia {

namespace support {

constexpr verdict broadcast_rule(const extents& a, const extents& b) {
  verdict v;
  v.shape.rank = a.rank > b.rank ? a.rank : b.rank;
  for (int d = v.shape.rank - 1, i = a.rank - 1, j = b.rank - 1; d >= 0; --d, --i, --j) {
    index m = i >= 0 ? a[i] : 1, n = j >= 0 ? b[j] : 1;
    if (m != n && m != 1 && n != 1) return verdict::bad(fault::broadcast, d, n, m);
    v.shape[d] = m == 1 ? n : m;
  }
  return v;
}

template <class A, class B>
constexpr verdict pointwise_rule() {
  if (!std::is_same_v<typename A::value_type, typename B::value_type>) return other_type<typename A::value_type, typename B::value_type>();
  return broadcast_rule(A::shape_value, B::shape_value);
}

/// What the user writes for an operation.
constexpr std::string_view spelling(ir::opcode op) {
  switch (op) {
    case ir::opcode::neg: return "operator-";
    case ir::opcode::logical_not: return "operator!";
    case ir::opcode::add: return "operator+";
    case ir::opcode::sub: return "operator-";
    case ir::opcode::mul: return "operator*";
    case ir::opcode::div: return "operator/";
    case ir::opcode::less: return "operator<";
    case ir::opcode::less_equal: return "operator<=";
    case ir::opcode::logical_and: return "operator&&";
    case ir::opcode::logical_or: return "operator||";
    case ir::opcode::max: return "maximum";
    case ir::opcode::min: return "minimum";
    default: return ir::facts_of(op).name;
  }
}

/// Operations on masks.
constexpr bool is_logical(ir::opcode op) { return op == ir::opcode::logical_and || op == ir::opcode::logical_or || op == ir::opcode::logical_not; }

/// Operations on numbers, which a mask has none of.
constexpr bool is_arithmetic(ir::opcode op) { return op == ir::opcode::add || op == ir::opcode::sub || op == ir::opcode::mul || op == ir::opcode::div; }

/// A node of one operand.
template <ir::opcode Code>
struct unary {
  static constexpr std::string_view name = spelling(Code);

  template <class A>
  constexpr auto operator()(A a) const {
    using T = typename A::value_type;
    if constexpr ((ir::needs_float(Code) && !std::is_floating_point_v<T>) || (Code == ir::opcode::neg && std::is_same_v<T, bool>)) return refuse<unary, other_type<float, T>()>(a);
    else if constexpr (is_logical(Code) && !std::is_same_v<T, bool>) return refuse<unary, other_type<bool, T>()>(a);
    else {
      constexpr ir::dtype type = ir::result_type(Code, ir::dtype_of<T>());
      return retyped_t<ir::element_t<type>, A>{a.graph, ir::map(*a.graph, Code, a.id)};
    }
  }
};

template <ir::opcode Code>
struct binary {
  static constexpr std::string_view name = spelling(Code);

  template <class A, class B>
  constexpr auto operator()(A a, B b) const {
    constexpr verdict v = pointwise_rule<A, B>();
    if constexpr (is_logical(Code) && !std::is_same_v<typename A::value_type, bool>) return refuse<binary, other_type<bool, typename A::value_type>()>(a, b);
    else if constexpr (!v.ok()) return refuse<binary, v>(a, b);
    else if constexpr (is_arithmetic(Code) && std::is_same_v<typename A::value_type, bool>) return refuse<binary, other_type<float, bool>()>(a, b);
    else {
      constexpr ir::dtype type = ir::result_type(Code, ir::dtype_of<typename A::value_type>());
      ir::graph& g = *a.graph;
      return traced_of<ir::element_t<type>, v.shape>{&g, ir::map(g, Code, ir::broadcast(g, a.id, v.shape), ir::broadcast(g, b.id, v.shape))};
    }
  }
};

struct select {
  static constexpr std::string_view name = "where";

  template <class M, class A, class B>
  constexpr auto operator()(M m, A a, B b) const {
    constexpr verdict v = pointwise_rule<A, B>();
    if constexpr (!v.ok()) return refuse<select, v>(m, a, b);
    else if constexpr (!std::is_same_v<typename M::value_type, bool>) return refuse<select, other_type<bool, typename M::value_type>()>(m, a, b);
    else {
      constexpr verdict all = broadcast_rule(M::shape_value, v.shape);
      if constexpr (!all.ok()) return refuse<select, all>(m, a, b);
      else {
        ir::graph& g = *a.graph;
        return traced_of<typename A::value_type, all.shape>{
            &g, ir::map(g, ir::opcode::select, ir::broadcast(g, m.id, all.shape), ir::broadcast(g, a.id, all.shape),
                        ir::broadcast(g, b.id, all.shape))};
      }
    }
  }
};

template <class T>
struct cast_to {
  static constexpr std::string_view name = "cast";

  template <class A>
  constexpr auto operator()(A a) const {
    return retyped_t<T, A>{a.graph, ir::cast(*a.graph, a.id, ir::dtype_of<T>())};
  }
};

/// Integral powers by repeated squaring, halves by a square root, others as exp(p * log(x)).
template <auto Power>
struct power {
  static constexpr std::string_view name = "pow";

  template <class A>
  constexpr auto operator()(A a) const {
    using T = typename A::value_type;
    constexpr double p = static_cast<double>(Power);
    if constexpr (!std::is_floating_point_v<T> && (p < 0 || p != static_cast<double>(static_cast<long>(p)))) return refuse<power, other_type<T, double>(fault::number)>(a);
    else return A{a.graph, emit<T>(*a.graph, a.id)};
  }

  template <class T>
  static constexpr ir::node_id emit(ir::graph& g, ir::node_id a) {
    constexpr double p = static_cast<double>(Power);
    const extents shape = g[a].shape;
    constexpr long whole = static_cast<long>(p < 0 ? -p : p);
    ir::node_id result = -1;
    if constexpr (static_cast<double>(whole) == (p < 0 ? -p : p)) {
      ir::node_id square = a;
      for (long rest = whole; rest > 0; rest /= 2) {
        if (rest % 2) result = result < 0 ? square : ir::map(g, ir::opcode::mul, result, square);
        if (rest > 1) square = ir::map(g, ir::opcode::mul, square, square);
      }
      if (result < 0) result = ir::constant(g, ir::dtype_of<T>(), shape, 1);
      if (p < 0) result = ir::map(g, ir::opcode::div, ir::constant(g, ir::dtype_of<T>(), shape, 1), result);
    } else if constexpr (p == 0.5) result = ir::map(g, ir::opcode::sqrt, a);
    else if constexpr (p == -0.5) result = ir::map(g, ir::opcode::rsqrt, a);
    else
      result = ir::map(g, ir::opcode::exp,
                       ir::map(g, ir::opcode::mul, ir::constant(g, ir::dtype_of<T>(), shape, p), ir::map(g, ir::opcode::log, a)));
    return result;
  }
};

/// The letter about `a += b` where the sum has another shape or type than a.
template <ir::opcode Code, class A, class B>
consteval letter verdict_on_compound() {
  if constexpr (!tensor_like<A> || !operand_or_number<B>) return {};
  else if constexpr (refuses<binary<Code>, A, B>) return {};
  else return decltype(call(binary<Code>{}, std::declval<A>(), std::declval<B>()))::template verdict_into<std::remove_cvref_t<A>>();
}

}  // namespace support

#define INTARSIA_BINARY(symbol, code)                                             \
  template <operand_or_number A, operand_or_number B>                             \
    requires(operand<A> || operand<B>)                                            \
  INTARSIA_INLINE constexpr auto operator symbol(A&& a, B&& b) {                  \
    return support::call(support::binary<ir::opcode::code>{}, std::forward<A>(a), std::forward<B>(b)); \
  }                                                                               \
  template <operand_or_number A, operand_or_number B>                             \
    requires(operand<A> || operand<B>) && support::refuses<support::binary<ir::opcode::code>, A, B> \
  refused<support::reason<support::binary<ir::opcode::code>, A, B>> operator symbol(A&& a, B&& b);
INTARSIA_BINARY(+, add)
INTARSIA_BINARY(-, sub)
INTARSIA_BINARY(*, mul)
INTARSIA_BINARY(/, div)
INTARSIA_BINARY(<, less)
INTARSIA_BINARY(<=, less_equal)
INTARSIA_BINARY(&&, logical_and)
INTARSIA_BINARY(||, logical_or)
#undef INTARSIA_BINARY

/// `a += b` is `a = a + b`: for tensors a statement; for a value of a traced function, which has to keep its shape and type.
#define INTARSIA_COMPOUND(symbol, code)                                                                       \
  template <tensor_like A, operand_or_number B>                                                               \
  INTARSIA_INLINE constexpr A&& operator symbol##=(A&& a, B&& b) {                                            \
    a = a symbol std::forward<B>(b);                                                                          \
    return std::forward<A>(a);                                                                                \
  }                                                                                                           \
  template <tensor_like A, operand_or_number B>                                                               \
    requires support::refuses<support::binary<ir::opcode::code>, A, B>                                        \
  refused<support::reason<support::binary<ir::opcode::code>, A, B>> operator symbol##=(A&& a, B&& b);         \
  template <tensor_like A, operand_or_number B>                                                               \
    requires(support::verdict_on_compound<ir::opcode::code, A, B>().count > 0)                                \
  refused<support::told<support::verdict_on_compound<ir::opcode::code, A, B>()>::why> operator symbol##=(A&& a, B&& b); \
  template <traced_value A, operand_or_number B>                                                              \
  constexpr A& operator symbol##=(A& a, const B& b) {                                                         \
    const auto value = a symbol b;                                                                            \
    a = value;                                                                                                \
    return a;                                                                                                 \
  }                                                                                                           \
  template <class A, operand_or_number B>                                                                     \
    requires support::is_refused<A>                                                                           \
  constexpr A& operator symbol##=(A& a, const B&) {                                                           \
    return a;                                                                                                 \
  }
INTARSIA_COMPOUND(+, add)
INTARSIA_COMPOUND(-, sub)
INTARSIA_COMPOUND(*, mul)
INTARSIA_COMPOUND(/, div)
#undef INTARSIA_COMPOUND

template <operand_or_number A, operand_or_number B>
  requires(operand<A> || operand<B>)
INTARSIA_INLINE constexpr auto operator>(A&& a, B&& b) {
  return support::call(support::binary<ir::opcode::less>{}, std::forward<B>(b), std::forward<A>(a));
}
template <operand_or_number A, operand_or_number B>
  requires(operand<A> || operand<B>) && support::refuses<support::binary<ir::opcode::less>, B, A>
refused<support::reason<support::binary<ir::opcode::less>, B, A>> operator>(A&& a, B&& b);
template <operand_or_number A, operand_or_number B>
  requires(operand<A> || operand<B>)
INTARSIA_INLINE constexpr auto operator>=(A&& a, B&& b) {
  return support::call(support::binary<ir::opcode::less_equal>{}, std::forward<B>(b), std::forward<A>(a));
}
template <operand A>
INTARSIA_INLINE constexpr auto operator-(A&& a) {
  return support::call(support::unary<ir::opcode::neg>{}, std::forward<A>(a));
}
template <operand A>
  requires support::refuses<support::unary<ir::opcode::neg>, A>
refused<support::reason<support::unary<ir::opcode::neg>, A>> operator-(A&& a);
template <operand A>
INTARSIA_INLINE constexpr auto operator!(A&& a) {
  return support::call(support::unary<ir::opcode::logical_not>{}, std::forward<A>(a));
}
template <operand A>
  requires support::refuses<support::unary<ir::opcode::logical_not>, A>
refused<support::reason<support::unary<ir::opcode::logical_not>, A>> operator!(A&& a);

#define INTARSIA_BINARY_FUNCTION(name, code)                                      \
  template <operand_or_number A, operand_or_number B>                             \
    requires(operand<A> || operand<B>)                                            \
  INTARSIA_INLINE constexpr auto name(A&& a, B&& b) {                             \
    return support::call(support::binary<ir::opcode::code>{}, std::forward<A>(a), std::forward<B>(b)); \
  }                                                                               \
  template <operand_or_number A, operand_or_number B>                             \
    requires(operand<A> || operand<B>) && support::refuses<support::binary<ir::opcode::code>, A, B> \
  refused<support::reason<support::binary<ir::opcode::code>, A, B>> name(A&& a, B&& b);
/// Pointwise equality; `==` on tensors compares as containers do.
INTARSIA_BINARY_FUNCTION(equal, equal)
INTARSIA_BINARY_FUNCTION(not_equal, not_equal)
/// The larger of two; NaN if either is NaN. Derivative: to a where a > b, half to each where they are equal.
INTARSIA_BINARY_FUNCTION(maximum, max)
INTARSIA_BINARY_FUNCTION(minimum, min)
#undef INTARSIA_BINARY_FUNCTION

#define INTARSIA_UNARY(name, code)                                                \
  template <operand_or_foreign A>                                                            \
  INTARSIA_INLINE constexpr auto name(A&& a) {                                    \
    return support::call(support::unary<ir::opcode::code>{}, std::forward<A>(a)); \
  }                                                                               \
  template <operand_or_foreign A>                                                            \
    requires support::refuses<support::unary<ir::opcode::code>, A>                \
  refused<support::reason<support::unary<ir::opcode::code>, A>> name(A&& a);
INTARSIA_UNARY(exp, exp)
INTARSIA_UNARY(log, log)
INTARSIA_UNARY(log1p, log1p)
INTARSIA_UNARY(expm1, expm1)
INTARSIA_UNARY(sin, sin)
INTARSIA_UNARY(cos, cos)
INTARSIA_UNARY(sqrt, sqrt)
/// 1 / sqrt(x), to full precision.
INTARSIA_UNARY(rsqrt, rsqrt)
INTARSIA_UNARY(abs, abs)
INTARSIA_UNARY(tanh, tanh)
/// 1 / (1 + exp(-x)).
INTARSIA_UNARY(sigmoid, sigmoid)
INTARSIA_UNARY(erf, erf)
/// max(x, 0); NaN stays NaN. Derivative at 0: 0.
INTARSIA_UNARY(relu, relu)
INTARSIA_UNARY(is_nan, is_nan)
#undef INTARSIA_UNARY

/// x * x.
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto square(A&& a) {
  return support::call(support::power<2>{}, std::forward<A>(a));
}
template <operand_or_foreign A>
  requires support::refuses<support::power<2>, A>
refused<support::reason<support::power<2>, A>> square(A&& a);
/// x to a constant power: `ia::pow<3>(x)`, `ia::pow<0.5>(x)`.
template <auto Power, operand_or_foreign A>
INTARSIA_INLINE constexpr auto pow(A&& a) {
  return support::call(support::power<Power>{}, std::forward<A>(a));
}
template <auto Power, operand_or_foreign A>
  requires support::refuses<support::power<Power>, A>
refused<support::reason<support::power<Power>, A>> pow(A&& a);
INTARSIA_NO_VALUES(pow, support::power<1>)
/// mask ? a : b, pointwise. The branch that is not taken has no influence, NaN or not, and gets no gradient.
template <operand_or_foreign M, operand_or_number A, operand_or_number B>
INTARSIA_INLINE constexpr auto where(M&& mask, A&& a, B&& b) {
  return support::call(support::select{}, std::forward<M>(mask), std::forward<A>(a), std::forward<B>(b));
}
template <operand_or_foreign M, operand_or_number A, operand_or_number B>
  requires support::refuses<support::select, M, A, B>
refused<support::reason<support::select, M, A, B>> where(M&& mask, A&& a, B&& b);
/// The same values as another element type.
template <element T, operand_or_foreign A>
INTARSIA_INLINE constexpr auto cast(A&& a) {
  return support::call(support::cast_to<T>{}, std::forward<A>(a));
}
template <element T, operand_or_foreign A>
  requires support::refuses<support::cast_to<T>, A>
refused<support::reason<support::cast_to<T>, A>> cast(A&& a);

namespace support {
// Operations that are made of others: the language's own functions on handles.
struct clamp_fn {
  static constexpr std::string_view name = "clamp";
  constexpr auto operator()(auto x, auto lo, auto hi) const { return minimum(maximum(x, lo), hi); }
};
struct softplus_fn {
  static constexpr std::string_view name = "softplus";
  // log(1 + exp(x)) without overflow; at 0 each term has one branch, so that all derivatives are right there too
  constexpr auto operator()(auto x) const { return relu(x) + log1p(exp(where(x > 0, -x, x))); }
};
struct silu_fn {
  static constexpr std::string_view name = "silu";
  constexpr auto operator()(auto x) const { return x * sigmoid(x); }
};
struct gelu_fn {
  static constexpr std::string_view name = "gelu";
  constexpr auto operator()(auto x) const { return 0.5 * x * (1 + erf(x * 0.70710678118654752440)); }
};
struct leaky_relu_fn {
  static constexpr std::string_view name = "leaky_relu";
  constexpr auto operator()(auto x, auto slope) const { return where(x < 0, slope * x, x); }
};
}  // namespace support

/// min(max(x, lo), hi).
template <operand_or_foreign A, operand_or_number L, operand_or_number H>
INTARSIA_INLINE constexpr auto clamp(A&& x, L&& lo, H&& hi) {
  return support::call(support::clamp_fn{}, std::forward<A>(x), std::forward<L>(lo), std::forward<H>(hi));
}
template <operand_or_foreign A, operand_or_number L, operand_or_number H>
  requires support::refuses<support::clamp_fn, A, L, H>
refused<support::reason<support::clamp_fn, A, L, H>> clamp(A&& x, L&& lo, H&& hi);
/// log(1 + exp(x)).
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto softplus(A&& x) {
  return support::call(support::softplus_fn{}, std::forward<A>(x));
}
template <operand_or_foreign A>
  requires support::refuses<support::softplus_fn, A>
refused<support::reason<support::softplus_fn, A>> softplus(A&& x);
/// x * sigmoid(x).
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto silu(A&& x) {
  return support::call(support::silu_fn{}, std::forward<A>(x));
}
template <operand_or_foreign A>
  requires support::refuses<support::silu_fn, A>
refused<support::reason<support::silu_fn, A>> silu(A&& x);
/// x * Phi(x) with the error function, as PyTorch's default.
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto gelu(A&& x) {
  return support::call(support::gelu_fn{}, std::forward<A>(x));
}
template <operand_or_foreign A>
  requires support::refuses<support::gelu_fn, A>
refused<support::reason<support::gelu_fn, A>> gelu(A&& x);
/// x where x >= 0, else slope * x.
template <operand_or_foreign A, operand_or_number S = double>
INTARSIA_INLINE constexpr auto leaky_relu(A&& x, S&& slope = 0.01) {
  return support::call(support::leaky_relu_fn{}, std::forward<A>(x), std::forward<S>(slope));
}
template <operand_or_foreign A, operand_or_number S = double>
  requires support::refuses<support::leaky_relu_fn, A, S>
refused<support::reason<support::leaky_relu_fn, A, S>> leaky_relu(A&& x, S&& slope = 0.01);

}  // namespace intarsia
