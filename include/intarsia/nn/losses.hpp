// SPDX-License-Identifier: Apache-2.0
// Losses.
#pragma once

#include "intarsia/language/reductions.hpp"
#include "intarsia/language/structure.hpp"

namespace intarsia {

namespace support {
struct cross_entropy_fn {
  static constexpr std::string_view name = "cross_entropy";
  template <class X, class L>
  static constexpr verdict rule() {
    if (X::rank != 2) return verdict::bad(fault::rank, -1, X::rank, 2);
    if (!std::is_floating_point_v<typename X::value_type>) return other_type<float, typename X::value_type>();
    if (L::rank != 1) return verdict::bad(fault::labels, -1, L::rank, 1);
    if (!std::is_integral_v<typename L::value_type> || std::is_same_v<typename L::value_type, bool>) return verdict::bad(fault::not_integer, -1, static_cast<index>(ir::dtype_of<typename L::value_type>()), -1);
    if (L::shape_value[0] != X::shape_value[0]) return verdict::bad(fault::labels, 0, L::shape_value[0], X::shape_value[0]);
    return {};
  }
  template <class X, class L>
  constexpr auto operator()(X x, L label) const {
    constexpr verdict v = rule<X, L>();
    if constexpr (!v.ok()) return refuse<cross_entropy_fn, v>(x, label);
    else {
      constexpr index n = X::shape_value[0];
      constexpr index classes = X::shape_value[1];
      ir::graph& g = *x.graph;
      if (g[label.id].what == ir::kind::argument) g.checks.push({g[label.id].aux, classes});
      traced<std::int32_t, static_cast<std::size_t>(n), static_cast<std::size_t>(classes)> column{
          &g, ir::iota(g, ir::dtype::i32, X::shape_value, 2)};
      auto number = cast<std::int32_t>(label);
      auto chosen = equal(column, reshape<n, 1>(number));
      auto losses = logsumexp<1>(x) - sum<1>(where(chosen, x, 0));
      if (g[label.id].what == ir::kind::argument) return mean(losses);
      // nobody can look at labels that are computed before they are used: a wrong one makes the loss NaN
      using T = typename X::value_type;
      return mean(losses + where(number < 0 || number >= static_cast<std::int32_t>(classes), std::numeric_limits<T>::quiet_NaN(), T{0}));
    }
  }
};
struct mse_fn {
  static constexpr std::string_view name = "mse";

  template <class A, class B>
  constexpr auto operator()(A a, B b) const {
    constexpr verdict v = pointwise_rule<A, B>();
    if constexpr (!v.ok()) return refuse<mse_fn, v>(a, b);
    else return mean(square(a - b));
  }
};
}  // namespace support

/// mean over n of  logsumexp(x[n, :]) - x[n, label[n]]: logits [N, C], integer labels [N] in [0, C).
/// Errors: [rank], [labels]; at run time [label_range]. With labels that are computed, as `l - 1`, one outside makes it NaN.
template <operand_or_foreign X, operand_or_foreign L>
INTARSIA_INLINE constexpr auto cross_entropy(X&& logits, L&& labels) {
  return support::call(support::cross_entropy_fn{}, std::forward<X>(logits), std::forward<L>(labels));
}
template <operand_or_foreign X, operand_or_foreign L>
  requires support::refuses<support::cross_entropy_fn, X, L>
refused<support::reason<support::cross_entropy_fn, X, L>> cross_entropy(X&& logits, L&& labels);
/// mean((a - b)^2).
template <operand_or_foreign A, operand_or_foreign B>
INTARSIA_INLINE constexpr auto mse(A&& a, B&& b) {
  return support::call(support::mse_fn{}, std::forward<A>(a), std::forward<B>(b));
}
template <operand_or_foreign A, operand_or_foreign B>
  requires support::refuses<support::mse_fn, A, B>
refused<support::reason<support::mse_fn, A, B>> mse(A&& a, B&& b);

}  // namespace intarsia
