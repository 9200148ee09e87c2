// SPDX-License-Identifier: Apache-2.0
// Matrix products.
//   y[..., m, n] = sum over k  a[..., m, k] * b[..., k, n]
// Shape rule: NumPy's matmul; leading axes broadcast; a 1-D operand is a row (left) or a column (right) that is dropped.
// Errors: [rank], [element_type], [contraction], [broadcast].
#pragma once

#include "intarsia/language/pointwise.hpp"

namespace intarsia {

namespace support {

constexpr verdict matmul_rule(const extents& a, const extents& b) {
  if (a.rank < 1) return verdict::bad(fault::rank, -1, a.rank, 1, relation::at_least);
  if (b.rank < 1) return verdict::bad(fault::rank, -1, b.rank, 1, relation::at_least);
  index ka = a[a.rank - 1], kb = b[b.rank == 1 ? 0 : b.rank - 2];
  if (ka != kb) return verdict::bad(fault::contraction, a.rank - 1, kb, ka);
  extents lead_a, lead_b;
  for (int d = 0; d + 2 < a.rank; ++d) lead_a.push(a[d]);
  for (int d = 0; d + 2 < b.rank; ++d) lead_b.push(b[d]);
  verdict v = broadcast_rule(lead_a, lead_b);
  if (!v.ok()) return v;
  if (a.rank > 1) v.shape.push(a[a.rank - 2]);
  if (b.rank > 1) v.shape.push(b[b.rank - 1]);
  return v;
}

struct matmul_fn {
  static constexpr std::string_view name = "matmul";
  template <class A, class B>
  constexpr auto operator()(A a, B b) const {
    constexpr verdict v = std::is_same_v<typename A::value_type, typename B::value_type> ? matmul_rule(A::shape_value, B::shape_value)
                                                                                       : other_type<typename A::value_type, typename B::value_type>();
    if constexpr (!v.ok()) return refuse<matmul_fn, v>(a, b);
    else return traced_of<typename A::value_type, v.shape>{a.graph, emit(*a.graph, a.id, b.id, v.shape)};
  }

  static constexpr ir::node_id emit(ir::graph& g, ir::node_id a, ir::node_id b, const extents& shape) {
    const extents ea = g[a].shape, eb = g[b].shape;
    const int lead = shape.rank - (ea.rank > 1) - (eb.rank > 1);
    ir::contraction c;
    for (int d = 0; d < lead; ++d) {
      int da = d - lead + ea.rank - 2, db = d - lead + eb.rank - 2;
      // an axis of extent 1 is read at 0: no loop of the contraction names it
      c.share(d, da >= 0 && ea[da] != 1 ? da : -1, db >= 0 && eb[db] != 1 ? db : -1, shape[d]);
    }
    if (ea.rank > 1) c.share(lead, ea.rank - 2, -1, ea[ea.rank - 2]);
    if (eb.rank > 1) c.share(shape.rank - 1, -1, eb.rank - 1, eb[eb.rank - 1]);
    c.share(-1, ea.rank - 1, eb.rank == 1 ? 0 : eb.rank - 2, ea[ea.rank - 1]);
    return ir::contract(g, a, b, shape, c);
  }
};

/// y = x w^T (+ b): x [..., in], w [out, in], b [out].
struct linear_fn {
  static constexpr std::string_view name = "linear";
  template <class X, class W>
  static constexpr verdict rule() {
    if (!std::is_same_v<typename X::value_type, typename W::value_type>) return other_type<typename X::value_type, typename W::value_type>();
    if (W::rank != 2) return verdict::bad(fault::rank, -1, W::rank, 2);
    if (X::rank < 1) return verdict::bad(fault::rank, -1, X::rank, 1, relation::at_least);
    verdict v;
    v.shape = X::shape_value;
    index& last = v.shape[X::rank - 1];
    if (last != W::shape_value[1]) return verdict::bad(fault::weight, X::rank - 1, last, W::shape_value[1]);
    last = W::shape_value[0];
    return v;
  }
  template <class X, class W>
  constexpr auto operator()(X x, W w) const {
    constexpr verdict v = rule<X, W>();
    if constexpr (!v.ok()) return refuse<linear_fn, v>(x, w);
    else {
      ir::contraction c;
      for (int d = 0; d + 1 < X::rank; ++d) c.share(d, d, -1, X::shape_value[d]);
      c.share(X::rank - 1, -1, 0, W::shape_value[0]);
      c.share(-1, X::rank - 1, 1, W::shape_value[1]);
      return traced_of<typename X::value_type, v.shape>{x.graph, ir::contract(*x.graph, x.id, w.id, v.shape, c)};
    }
  }
  template <class X, class W, class B>
  constexpr auto operator()(X x, W w, B b) const {
    auto y = (*this)(x, w);
    if constexpr (is_refused<decltype(y)>) return y;
    else if constexpr (B::shape_value != extents_of<static_cast<std::size_t>(W::shape_value[0])>)
      return refuse<linear_fn, verdict::bad(fault::weight, 0, B::rank > 0 ? B::shape_value[0] : 1, W::shape_value[0])>(w, b);
    else return binary<ir::opcode::add>{}(y, b);
  }
};

}  // namespace support

/// Matrix product of 1-D, 2-D or batched operands.
template <operand_or_foreign A, operand_or_foreign B>
INTARSIA_INLINE constexpr auto matmul(A&& a, B&& b) {
  return support::call(support::matmul_fn{}, std::forward<A>(a), std::forward<B>(b));
}
template <operand_or_foreign A, operand_or_foreign B>
  requires support::refuses<support::matmul_fn, A, B>
refused<support::reason<support::matmul_fn, A, B>> matmul(A&& a, B&& b);
template <class A, class B>
  requires(support::half_operands<A, B> && !support::reported_later<A> && !support::reported_later<B>)
refused<support::told<support::verdict_on_halves<support::matmul_fn, A, B>()>::why> matmul(A&& a, B&& b);
template <class A, class B>
  requires(support::half_operands<A, B> && (support::reported_later<A> || support::reported_later<B>))
constexpr auto matmul(A&& a, B&& b) {
  return support::refuse_operand<support::matmul_fn>(a, b);
}
/// x [..., in] times the transpose of w [out, in], plus b [out].
template <operand_or_foreign X, operand_or_foreign W, operand_or_foreign... B>
  requires(sizeof...(B) <= 1 && !support::refuses<support::linear_fn, X, W, B...>)
INTARSIA_INLINE constexpr auto linear(X&& x, W&& w, B&&... b) {
  return support::call(support::linear_fn{}, std::forward<X>(x), std::forward<W>(w), std::forward<B>(b)...);
}
template <operand_or_foreign X, operand_or_foreign W, operand_or_foreign... B>
  requires(sizeof...(B) <= 1 && support::refuses<support::linear_fn, X, W, B...>)
refused<support::reason<support::linear_fn, X, W, B...>> linear(X&& x, W&& w, B&&... b);

}  // namespace intarsia
