// SPDX-License-Identifier: Apache-2.0
// Pooling: reductions over a window view.
//   y[..., p] = reduce over q  x[..., stride * p + dilation * q - pad]
// Shape rule: that of corr2d for the last axes; the stride is the window's extent where none is given.
// Errors: [rank], [window], [option].
#pragma once

#include <limits>

#include "intarsia/language/corr2d.hpp"
#include "intarsia/language/reductions.hpp"

namespace intarsia {

namespace support {

template <class Option>
inline constexpr bool is_stride = false;
template <index... S>
inline constexpr bool is_stride<stride_option<S...>> = true;

template <class Window, class... Options>
struct pooling;

template <index... K, class... Options>
struct pooling<std::integer_sequence<index, K...>, Options...> {
  // pooling is over the last two axes; one extent serves both
  static constexpr int nd = sizeof...(K) == 1 ? 2 : sizeof...(K) > max_spatial ? max_spatial : sizeof...(K);
  static constexpr extents window = [] {
    extents e{};
    if (sizeof...(K) == 1) (e.push(K), ...), (e.push(K), ...);
    else
      for (index k : std::initializer_list<index>{K...})
        if (e.rank < nd) e.push(k);
    return e;
  }();
  static constexpr window_options options = [] {
    window_options w = make_window_options<Options...>(nd);
    if (!(is_stride<Options> || ...))
      for (int d = 0; d < nd; ++d) w.stride[d] = window[d];
    return w;
  }();

  template <class X>
  static constexpr verdict rule() {
    if (sizeof...(K) < 1 || sizeof...(K) > max_spatial) return verdict::bad(fault::window, -1, sizeof...(K), max_spatial, relation::at_most);
    if (!options.valid()) return options.wrong;
    if (options.groups != 1) return options.without(option::groups);
    if (options.extends()) return options.without(option::output_padding);
    if (options.winograd != 0) return options.without(option::winograd);
    if (X::rank < nd) return verdict::bad(fault::rank, -1, X::rank, nd, relation::at_least);
    for (int d = 0; d < nd; ++d)
      if (window[d] < 1) return verdict::bad(fault::window, X::rank - nd + d, window[d], 1, relation::at_least);
    for (int d = 0; d < nd; ++d)  // a window of padding alone has no maximum
      for (index side : {options.lo[d], options.hi[d]})
        if (side >= options.dilation[d] * (window[d] - 1) + 1) return {{}, fault::option, X::rank - nd + d, side, options.dilation[d] * (window[d] - 1), relation::at_most, option::pad};
    verdict spatial = window_rule(X::shape_value, X::rank - nd, window, 0, nd, options);
    if (!spatial.ok()) return spatial;
    verdict v;
    v.shape = X::shape_value;
    for (int d = 0; d < nd; ++d) v.shape[X::rank - nd + d] = spatial.shape[d];
    return v;
  }

  /// The view [..., P..., Q...] of x.
  static constexpr ir::node_id windows(ir::graph& g, ir::node_id x, const extents& pooled, double fill) {
    const int rank = pooled.rank;
    ir::view_map m = ir::identity_view(rank);
    extents shape = pooled;
    for (int d = 0; d < nd; ++d) {
      shape.push(window[d]);
      m.axis[rank - nd + d] = {-options.lo[d], 0, rank - nd + d, options.stride[d], rank + d, options.dilation[d]};
    }
    m.fill = fill;
    return ir::view(g, x, shape, m);
  }
};

template <class Window, class... Options>
struct max_pool_fn {
  static constexpr std::string_view name = "max_pool";
  template <class X>
  constexpr auto operator()(X x) const {
    using pool = pooling<Window, Options...>;
    constexpr verdict v = pool::template rule<X>();
    if constexpr (!v.ok()) return refuse<max_pool_fn, v>(x);
    else {
      using T = typename X::value_type;
      constexpr double lowest = std::is_floating_point_v<T> ? -std::numeric_limits<double>::infinity()
                                                           : static_cast<double>(std::numeric_limits<T>::lowest());
      ir::graph& g = *x.graph;
      ir::node_id w = pool::windows(g, x.id, v.shape, lowest);
      return traced_of<T, v.shape>{&g, ir::reduce(g, ir::opcode::max, w, ((1 << pool::nd) - 1) << v.shape.rank)};
    }
  }
};

/// Padding counts in the mean, as PyTorch's default.
template <class Window, class... Options>
struct avg_pool_fn {
  static constexpr std::string_view name = "avg_pool";
  template <class X>
  constexpr auto operator()(X x) const {
    using pool = pooling<Window, Options...>;
    constexpr verdict v = std::is_floating_point_v<typename X::value_type> ? pool::template rule<X>() : other_type<float, typename X::value_type>();
    if constexpr (!v.ok()) return refuse<avg_pool_fn, v>(x);
    else {
      using T = typename X::value_type;
      ir::graph& g = *x.graph;
      ir::node_id w = pool::windows(g, x.id, v.shape, 0);
      traced_of<T, v.shape> total{&g, ir::reduce(g, ir::opcode::add, w, ((1 << pool::nd) - 1) << v.shape.rank)};
      return total * (1.0 / static_cast<double>(pool::window.size()));
    }
  }
};

struct global_avg_pool_fn {
  static constexpr std::string_view name = "global_avg_pool";
  template <class X>
  constexpr auto operator()(X x) const {
    if constexpr (X::rank != 4) return refuse<global_avg_pool_fn, verdict::bad(fault::rank, -1, X::rank, 4)>(x);
    else return mean_fn<true, 2, 3>{}(x);
  }
};

template <index... K>
using window_extents = std::integer_sequence<index, K...>;

}  // namespace support

/// The maximum of each window; NaN if any is NaN. The first maximum of a window takes its gradient.
template <index... K, operand_or_foreign X, class... Options>
INTARSIA_INLINE constexpr auto max_pool(X&& x, Options...) {
  return support::call(support::max_pool_fn<support::window_extents<K...>, Options...>{}, std::forward<X>(x));
}
template <index... K, operand_or_foreign X, class... Options>
  requires support::refuses<support::max_pool_fn<support::window_extents<K...>, Options...>, X>
refused<support::reason<support::max_pool_fn<support::window_extents<K...>, Options...>, X>> max_pool(X&& x, Options...);
/// The mean of each window, padding counted as zeros.
template <index... K, operand_or_foreign X, class... Options>
INTARSIA_INLINE constexpr auto avg_pool(X&& x, Options...) {
  return support::call(support::avg_pool_fn<support::window_extents<K...>, Options...>{}, std::forward<X>(x));
}
template <index... K, operand_or_foreign X, class... Options>
  requires support::refuses<support::avg_pool_fn<support::window_extents<K...>, Options...>, X>
refused<support::reason<support::avg_pool_fn<support::window_extents<K...>, Options...>, X>> avg_pool(X&& x, Options...);
/// The mean over the last two axes, which stay with extent 1: [N, C, H, W] to [N, C, 1, 1].
template <operand_or_foreign X>
INTARSIA_INLINE constexpr auto global_avg_pool(X&& x) {
  return support::call(support::global_avg_pool_fn{}, std::forward<X>(x));
}
template <operand_or_foreign X>
  requires support::refuses<support::global_avg_pool_fn, X>
refused<support::reason<support::global_avg_pool_fn, X>> global_avg_pool(X&& x);

}  // namespace intarsia
