// SPDX-License-Identifier: Apache-2.0
// Layers: small constexpr structs of parameters with a call. They use the language alone.
#pragma once

#include "intarsia/language/corr2d.hpp"
#include "intarsia/language/matmul.hpp"
#include "intarsia/language/model.hpp"
#include "intarsia/language/pool.hpp"
#include "intarsia/language/structure.hpp"

namespace intarsia {

namespace support {
struct no_bias_option {};
template <class T>
struct element_option {
  using type = T;
};
template <index... K>
struct window_option {};

template <class O>
inline constexpr bool is_no_bias = std::is_same_v<std::remove_const_t<O>, no_bias_option>;
template <class O>
inline constexpr bool is_element_option = false;
template <class T>
inline constexpr bool is_element_option<element_option<T>> = true;
/// Options that layers take for themselves.
template <class O>
inline constexpr bool is_layer_option = is_no_bias<O> || is_element_option<std::remove_const_t<O>>;

template <class... O>
struct element_among_options {
  using type = float;
};
template <class T, class... O>
struct element_among_options<element_option<T>, O...> {
  using type = T;
};
template <class First, class... O>
struct element_among_options<First, O...> : element_among_options<O...> {};

template <class Kernel, int Nd>
constexpr extents kernel_extents(Kernel k) {
  extents e{};
  if constexpr (std::is_integral_v<Kernel>)
    for (int d = 0; d < Nd; ++d) e.push(static_cast<index>(k));
  else
    [&]<index... K>(window_option<K...>) { (e.push(K), ...); }(k);
  return e;
}

/// Groups named among a layer's options.
template <class... O>
constexpr index groups_among() {
  window_options w;
  [[maybe_unused]] auto one = [&w](auto o) {
    if constexpr (window_option_like<decltype(o)>) o.apply(w, 1);
  };
  (one(O{}), ...);
  return w.groups;
}
}  // namespace support

/// Option of layers: no bias.
inline constexpr support::no_bias_option no_bias{};
/// Option of layers: the element type, float where it is not given: `ia::of<double>`.
template <element T>
inline constexpr support::element_option<T> of{};
/// A kernel whose sides differ: `ia::nn::conv2d<3, 8, ia::window<3, 5>>`.
template <index... K>
inline constexpr support::window_option<K...> window{};

namespace nn {

namespace detail {

template <class T, index Out, index In, extents K, class Axes>
struct kernel_tensor;
template <class T, index Out, index In, extents K, std::size_t... I>
struct kernel_tensor<T, Out, In, K, std::index_sequence<I...>> {
  using type = tensor<T, Out, In, static_cast<std::size_t>(K.of[I])...>;
};

template <int Nd, class X, class K, class... Options>
constexpr auto correlate(X x, K k, Options... options) {
  // options that are no windows (no_bias, of) were for the layer
  [[maybe_unused]] constexpr auto only = [](auto o) {
    if constexpr (support::is_layer_option<decltype(o)>) return std::tuple<>{};
    else return std::tuple<decltype(o)>{};
  };
  return std::apply([&](auto... o) { return support::call(support::correlate<Nd, decltype(o)...>{}, x, k); },
                    std::tuple_cat(std::tuple<>{}, only(options)...));
}

template <int Nd, class X, class B>
constexpr auto add_channel_bias(X x, B b) {
  constexpr index channels = static_cast<index>(B::size());
  if constexpr (Nd == 1) return x + reshape<channels, 1>(b);
  else if constexpr (Nd == 2) return x + reshape<channels, 1, 1>(b);
  else return x + reshape<channels, 1, 1, 1>(b);
}

struct nothing {};

inline constexpr support::verdict foreign_option{{}, fault::option, -1, 0, 0, support::relation::exactly, support::option::foreign};

/// The rule for options that are a layer's own: each once. `Others`: whether there may be more, which somebody else looks at.
template <bool Bias, bool Others, class... O>
constexpr support::verdict option_rule() {
  int none = 0, elements = 0, others = 0;
  ((support::is_no_bias<O> ? ++none : support::is_element_option<std::remove_const_t<O>> ? ++elements : ++others), ...);
  if ((others > 0 && !Others) || (none > 0 && !Bias)) return foreign_option;
  if (none > 1 || elements > 1) return {{}, fault::option, -1, 2, 1, support::relation::times, support::option::none};
  return {};
}

/// A layer that tensors are passed to: its parameters have values only where a function is traced.
template <fixed_string Name>
struct layer_call {
  static constexpr std::string_view name = Name.view();
};
#define INTARSIA_ONLY_TRACED(name)                                                                              \
  template <support::untraced X>                                                                                \
  refused<support::told<support::only_inside<detail::layer_call<#name>>>::why> operator()(X) const

/// The rule of layers that normalise one axis of extent `wanted`.
template <class X, class T>
constexpr support::verdict normalised_rule(fault why, int least_rank, int axis, index wanted) {
  if (!std::is_same_v<typename X::value_type, T>) return support::other_type<T, typename X::value_type>();
  if (X::rank < least_rank) return support::verdict::bad(fault::rank, -1, X::rank, least_rank, support::relation::at_least);
  if (X::rank > 5) return support::verdict::bad(fault::rank, -1, X::rank, 5, support::relation::at_most);
  if (axis < 0) axis += X::rank;
  if (X::shape_value[axis] != wanted) return support::verdict::bad(why, axis, X::shape_value[axis], wanted);
  return {};
}

}  // namespace detail

#define INTARSIA_CONV(name, nd)                                                                                                      \
  template <index In, index Out, auto Kernel, auto... Options>                                                                       \
  struct name {                                                                                                                      \
    using element = typename support::element_among_options<std::remove_cv_t<decltype(Options)>...>::type;                           \
    static constexpr extents kernel = support::kernel_extents<std::remove_cv_t<decltype(Kernel)>, nd>(Kernel);                       \
    static constexpr index channels = In / support::groups_among<std::remove_cv_t<decltype(Options)>...>();                          \
    static constexpr index fan = channels * kernel.size();                                                                           \
    static constexpr bool biased = !(support::is_no_bias<decltype(Options)> || ...);                                                 \
    using weight_tensor = typename detail::kernel_tensor<element, Out, channels, kernel, std::make_index_sequence<nd>>::type;        \
    using weight_type = parameter<weight_tensor, initial::fan_in<fan>>;                                                              \
    using bias_type = std::conditional_t<biased, parameter<tensor<element, Out>, initial::fan_in<fan>>, detail::nothing>;            \
    BOOST_HANA_DEFINE_STRUCT(name, (weight_type, weight), (bias_type, bias));                                                        \
    static constexpr support::verdict rule = kernel.rank != nd ? support::verdict::bad(fault::rank, -1, kernel.rank, nd)             \
                                                               : detail::option_rule<true, true, decltype(Options)...>();            \
    INTARSIA_ONLY_TRACED(name);                                                                                                      \
    constexpr auto operator()(auto x) const {                                                                                        \
      if constexpr (!rule.ok()) return support::refuse<detail::layer_call<#name>, rule>(weight);                                     \
      else {                                                                                                                         \
        auto y = detail::correlate<nd>(x, weight, Options...);                                                                       \
        if constexpr (!biased || support::is_refused<decltype(y)>) return y;                                                         \
        else return detail::add_channel_bias<nd>(y, bias);                                                                           \
      }                                                                                                                              \
    }                                                                                                                                \
  }
/// Correlation of x [N, In, H, W] with a trained kernel, plus a bias: `conv2d<1, 6, 5, ia::pad<2>>`.
INTARSIA_CONV(conv2d, 2);
INTARSIA_CONV(conv1d, 1);
INTARSIA_CONV(conv3d, 3);
#undef INTARSIA_CONV

/// x [..., In] times a trained matrix [Out, In], plus a bias.
template <index In, index Out, auto... Options>
struct linear {
  using element = typename support::element_among_options<std::remove_cv_t<decltype(Options)>...>::type;
  static constexpr bool biased = !(support::is_no_bias<decltype(Options)> || ...);
  using weight_type = parameter<tensor<element, Out, In>, initial::fan_in<In>>;
  using bias_type = std::conditional_t<biased, parameter<tensor<element, Out>, initial::fan_in<In>>, detail::nothing>;
  BOOST_HANA_DEFINE_STRUCT(linear, (weight_type, weight), (bias_type, bias));
  static constexpr support::verdict rule = detail::option_rule<true, false, decltype(Options)...>();
  INTARSIA_ONLY_TRACED(linear);
  constexpr auto operator()(auto x) const {
    if constexpr (!rule.ok()) return support::refuse<support::linear_fn, rule>(weight);
    else if constexpr (biased) return intarsia::linear(x, weight, bias);
    else return intarsia::linear(x, weight);
  }
};

/// Normalises each channel of x [N, C, ...]. Training: by the batch's mean and biased variance, keeping running ones
/// (momentum 0.1, unbiased variance); inference: by the running ones. eps 1e-5.
template <index C, auto... Options>
struct batch_norm {
  using element = typename support::element_among_options<std::remove_cv_t<decltype(Options)>...>::type;
  using scale_type = parameter<tensor<element, C>, initial::ones>;
  using shift_type = parameter<tensor<element, C>, initial::zeros>;
  using mean_type = buffer<tensor<element, C>, initial::zeros>;
  using variance_type = buffer<tensor<element, C>, initial::ones>;
  BOOST_HANA_DEFINE_STRUCT(batch_norm, (scale_type, weight), (shift_type, bias), (mean_type, running_mean), (variance_type, running_var));

  static constexpr std::string_view name = "batch_norm";
  static constexpr support::verdict rule = detail::option_rule<false, false, decltype(Options)...>();

  INTARSIA_ONLY_TRACED(batch_norm);
  template <class X>
  constexpr auto operator()(X x) const {
    constexpr support::verdict v = detail::normalised_rule<X, element>(fault::channels, 2, 1, C);
    if constexpr (support::is_refused<X>) return x;
    else if constexpr (!rule.ok()) return support::refuse<batch_norm, rule>(weight);
    else if constexpr (!v.ok()) return support::refuse<batch_norm, v>(x, weight);
    else return normalise(x);
  }

 private:
  template <class X>
  constexpr auto normalise(X x) const {
    const element eps = static_cast<element>(1e-5);
    if (running_mean.training) {
      auto mean = reduce_all_but_channel(x);
      auto centred = x - channel<X::rank>(mean);
      auto variance = reduce_all_but_channel(square(centred));
      constexpr double n = static_cast<double>(X::size()) / static_cast<double>(C);
      running_mean.update(0.9 * running_mean + 0.1 * mean);
      running_var.update(0.9 * running_var + (n > 1 ? 0.1 * n / (n - 1) : 0.1) * variance);
      return centred * channel<X::rank>(weight * rsqrt(variance + eps)) + channel<X::rank>(bias);
    }
    auto scale = weight * rsqrt(running_var + eps);
    return x * channel<X::rank>(scale) + channel<X::rank>(bias - running_mean * scale);
  }
  template <int Rank>
  static constexpr auto channel(auto v) {
    if constexpr (Rank == 2) return reshape<C>(v);
    else if constexpr (Rank == 3) return reshape<C, 1>(v);
    else if constexpr (Rank == 4) return reshape<C, 1, 1>(v);
    else return reshape<C, 1, 1, 1>(v);
  }
  template <class X>
  static constexpr auto reduce_all_but_channel(X x) {
    if constexpr (X::rank == 2) return mean<0>(x);
    else if constexpr (X::rank == 3) return mean<0, 2>(x);
    else if constexpr (X::rank == 4) return mean<0, 2, 3>(x);
    else return mean<0, 2, 3, 4>(x);
  }
};

/// Normalises the last axis of x [..., D] by its mean and biased variance; eps 1e-5.
template <index D, auto... Options>
struct layer_norm {
  using element = typename support::element_among_options<std::remove_cv_t<decltype(Options)>...>::type;
  using scale_type = parameter<tensor<element, D>, initial::ones>;
  using shift_type = parameter<tensor<element, D>, initial::zeros>;
  BOOST_HANA_DEFINE_STRUCT(layer_norm, (scale_type, weight), (shift_type, bias));
  static constexpr std::string_view name = "layer_norm";
  static constexpr support::verdict rule = detail::option_rule<false, false, decltype(Options)...>();

  INTARSIA_ONLY_TRACED(layer_norm);
  template <class X>
  constexpr auto operator()(X x) const {
    constexpr support::verdict v = detail::normalised_rule<X, element>(fault::weight, 1, -1, D);
    if constexpr (support::is_refused<X>) return x;
    else if constexpr (!rule.ok()) return support::refuse<layer_norm, rule>(weight);
    else if constexpr (!v.ok()) return support::refuse<layer_norm, v>(x, weight);
    else {
      auto centred = x - mean<X::rank - 1>(x, keep_axes);
      auto variance = mean<X::rank - 1>(square(centred), keep_axes);
      return centred * rsqrt(variance + static_cast<element>(1e-5)) * weight + bias;
    }
  }
};

#undef INTARSIA_ONLY_TRACED

/// Layers one after the other; their paths are 0, 1, 2 ...
template <class... Layers>
struct sequential {
  using layers_type = std::tuple<Layers...>;
  BOOST_HANA_DEFINE_STRUCT(sequential, (layers_type, layers));
  constexpr auto operator()(auto x) const {
    return apply<0>(x);
  }

 private:
  template <std::size_t I>
  constexpr auto apply(auto x) const {
    if constexpr (I == sizeof...(Layers)) return x;
    else return apply<I + 1>(std::get<I>(layers)(x));
  }
};

#define INTARSIA_ACTIVATION(name) \
  struct name {                   \
    constexpr auto operator()(auto x) const { return intarsia::name(x); } \
  }
INTARSIA_ACTIVATION(relu);
INTARSIA_ACTIVATION(sigmoid);
INTARSIA_ACTIVATION(tanh);
INTARSIA_ACTIVATION(gelu);
INTARSIA_ACTIVATION(silu);
INTARSIA_ACTIVATION(softplus);
INTARSIA_ACTIVATION(flatten);
INTARSIA_ACTIVATION(global_avg_pool);
#undef INTARSIA_ACTIVATION

template <index K, auto... Options>
struct max_pool {
  constexpr auto operator()(auto x) const { return intarsia::max_pool<K>(x, Options...); }
};
template <index K, auto... Options>
struct avg_pool {
  constexpr auto operator()(auto x) const { return intarsia::avg_pool<K>(x, Options...); }
};

}  // namespace nn
}  // namespace intarsia
