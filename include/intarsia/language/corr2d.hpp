// SPDX-License-Identifier: Apache-2.0
// Correlation in 1, 2 and 3 dimensions, and its transpose.
//   y[n, o, p...] = sum over c, q...  x[n, c, stride * p + dilation * q - pad, ...] * k[o, c, q...]
// Shape rule: x [P...] and k [Q...], or x [N, C, P...] and k [O, C / groups, Q...];
//   extent out = (in + pads - dilation * (q - 1) - 1) / stride + 1.
// Errors: [rank], [element_type], [channels], [groups], [window], [option], [winograd].
#pragma once

#include "intarsia/language/options.hpp"
#include "intarsia/language/pointwise.hpp"

namespace intarsia {

namespace support {

/// The spatial part of the rule, shared with pooling: extents of the result, axis by axis.
constexpr verdict window_rule(const extents& in, int first, const extents& window, int first_window, int nd, const window_options& w) {
  verdict v;
  for (int d = 0; d < nd; ++d) {
    index room = in[first + d] + w.lo[d] + w.hi[d] - w.dilation[d] * (window[first_window + d] - 1) - 1;
    if (room < 0) return verdict::bad(fault::window, first + d, w.dilation[d] * (window[first_window + d] - 1) + 1, in[first + d] + w.lo[d] + w.hi[d], relation::at_most);
    v.shape.push(room / w.stride[d] + 1);
  }
  return v;
}

/// What Winograd's transforms are for: a 3x3 correlation of channels, element by element, in floating point.
constexpr verdict winograd_rule(const extents& x, const extents& k, int nd, const window_options& w, bool is_float) {
  if (w.winograd == 0) return {};
  if (nd != 2) return w.without(option::winograd);
  if (!is_float) return verdict::bad(fault::element_type);
  if (x.rank != 4) return verdict::bad(fault::winograd, -1, x.rank, 4);
  auto unlike_one = [](option o, index got) { return verdict{{}, fault::winograd, -1, got, 1, relation::exactly, o}; };
  if (w.groups != 1) return unlike_one(option::groups, w.groups);
  for (int d = 0; d < nd; ++d) {
    if (w.stride[d] != 1) return unlike_one(option::stride, w.stride[d]);
    if (w.dilation[d] != 1) return unlike_one(option::dilation, w.dilation[d]);
    if (k[2 + d] != 3) return verdict::bad(fault::winograd, 2 + d, k[2 + d], 3);
  }
  return {};
}

constexpr verdict correlation_rule(const extents& x, const extents& k, int nd, const window_options& w, bool is_float = true) {
  if (!w.valid()) return w.wrong;
  if (w.extends()) return w.without(option::output_padding);
  if (x.rank != nd && x.rank != nd + 2) return verdict::bad(fault::rank, -1, x.rank, nd + 2);
  if (k.rank != x.rank) return verdict::bad(fault::rank, -1, k.rank, x.rank);
  bool channels = x.rank == nd + 2;
  if (!channels && w.groups != 1) return verdict::bad(fault::groups, -1, w.groups, 1);
  if (channels) {
    if (x[1] % w.groups != 0) return verdict::bad(fault::groups, 1, w.groups, x[1], relation::divisor_of);
    if (k[0] % w.groups != 0) return verdict::bad(fault::groups, 0, w.groups, k[0], relation::divisor_of);
    if (k[1] * w.groups != x[1]) return verdict::bad(fault::channels, 1, k[1], x[1] / w.groups);
  }
  if (const verdict v = winograd_rule(x, k, nd, w, is_float); !v.ok()) return v;
  verdict spatial = window_rule(x, channels ? 2 : 0, k, channels ? 2 : 0, nd, w);
  if (!spatial.ok() || !channels) return spatial;
  verdict v;
  v.shape.push(x[0]);
  v.shape.push(k[0]);
  for (int d = 0; d < nd; ++d) v.shape.push(spatial.shape[d]);
  return v;
}

/// Splits axis 1 of [N, G * C, ...] into [N, G, C, ...].
constexpr extents split_axis(const extents& e, int axis, index parts) {
  extents s;
  for (int d = 0; d < e.rank; ++d)
    if (d == axis) s.push(parts), s.push(e[d] / parts);
    else s.push(e[d]);
  return s;
}

/// One window axis with i, o and k on the tensors named.
constexpr void add_window(ir::contraction& c, const window_options& w, int d, ir::role i, int di, index ni, ir::role o, int d_o, index no,
                          ir::role k, int dk, index nk) {
  ir::contraction_axis& a = c.axis[c.count++];
  a = {true, {i, o, k}, {di, d_o, dk}, w.stride[d], w.dilation[d], w.lo[d], {ni, no, nk}};
}

template <int Nd, class... Options>
struct correlate {
  static constexpr std::string_view name = std::string_view("corr1dcorr2dcorr3d").substr(6 * (Nd - 1), 6);
  static constexpr window_options options = make_window_options<Options...>(Nd);

  template <class X, class K>
  constexpr auto operator()(X x, K k) const {
    constexpr verdict v = std::is_same_v<typename X::value_type, typename K::value_type>
                              ? correlation_rule(X::shape_value, K::shape_value, Nd, options, std::is_floating_point_v<typename X::value_type>)
                              : other_type<typename X::value_type, typename K::value_type>();
    if constexpr (!v.ok()) return refuse<correlate, v>(x, k);
    else return traced_of<typename X::value_type, v.shape>{x.graph, emit(*x.graph, x.id, k.id, v.shape)};
  }

  static constexpr ir::node_id emit(ir::graph& g, ir::node_id x, ir::node_id k, const extents& shape) {
    using namespace ir;
    const extents in = g[x].shape, kernel = g[k].shape;
    const bool channels = in.rank == Nd + 2;
    contraction c;
    if (!channels) {
      for (int d = 0; d < Nd; ++d) add_window(c, options, d, lhs, d, in[d], out, d, shape[d], rhs, d, kernel[d]);
      return contract(g, x, k, shape, c);
    }
    c.winograd = options.winograd;
    const index groups = options.groups;
    if (groups == 1 || (kernel[0] == groups && kernel[1] == 1)) {
      c.share(0, 0, -1, in[0]);
      if (groups == 1) c.share(1, -1, 0, kernel[0]), c.share(-1, 1, 1, kernel[1]);
      else c.share(1, 1, 0, groups);  // depthwise: the channel is shared by all three
      for (int d = 0; d < Nd; ++d)
        add_window(c, options, d, lhs, 2 + d, in[2 + d], out, 2 + d, shape[2 + d], rhs, 2 + d, kernel[2 + d]);
      return contract(g, x, k, shape, c);
    }
    // groups are a shared axis of the reshaped operands: x [N, G, C, P...], k [G, O, C, Q...], y [N, G, O, P...]
    c.share(0, 0, -1, in[0]);
    c.share(1, 1, 0, groups);
    c.share(2, -1, 1, kernel[0] / groups);
    c.share(-1, 2, 2, kernel[1]);
    for (int d = 0; d < Nd; ++d)
      add_window(c, options, d, lhs, 3 + d, in[2 + d], out, 3 + d, shape[2 + d], rhs, 3 + d, kernel[2 + d]);
    node_id y = contract(g, reshape(g, x, split_axis(in, 1, groups)), reshape(g, k, split_axis(kernel, 0, groups)),
                         split_axis(shape, 1, groups), c);
    return reshape(g, y, shape);
  }
};

constexpr verdict transposed_rule(const extents& x, const extents& k, int nd, const window_options& w) {
  if (!w.valid()) return w.wrong;
  if (w.winograd != 0) return w.without(option::winograd);
  if (x.rank != nd && x.rank != nd + 2) return verdict::bad(fault::rank, -1, x.rank, nd + 2);
  if (k.rank != x.rank) return verdict::bad(fault::rank, -1, k.rank, x.rank);
  bool channels = x.rank == nd + 2;
  if (!channels && w.groups != 1) return verdict::bad(fault::groups, -1, w.groups, 1);
  verdict v;
  if (channels) {
    if (x[1] % w.groups != 0) return verdict::bad(fault::groups, 1, w.groups, x[1], relation::divisor_of);
    if (k[0] != x[1]) return verdict::bad(fault::channels, 1, k[0], x[1]);
    v.shape.push(x[0]);
    v.shape.push(k[1] * w.groups);
  }
  for (int d = 0; d < nd; ++d) {
    int at = channels ? 2 + d : d;
    if (w.extra[d] >= w.stride[d] && w.extra[d] >= w.dilation[d]) return verdict{{}, fault::option, at, w.extra[d], w.stride[d] - 1, relation::at_most, option::output_padding};
    index e = (x[at] - 1) * w.stride[d] - w.lo[d] - w.hi[d] + w.dilation[d] * (k[at] - 1) + 1 + w.extra[d];
    if (e < 1) return verdict::bad(fault::empty, at, e, 1, relation::at_least);
    v.shape.push(e);
  }
  return v;
}

/// y[n, o, i] = sum over c, p, q with stride * p + dilation * q - pad = i  of  x[n, c, p] * k[c, o, q]:
/// correlation with the roles of input and result exchanged.
template <int Nd, class... Options>
struct correlate_transposed {
  static constexpr std::string_view name = std::string_view("conv_transpose1dconv_transpose2dconv_transpose3d").substr(16 * (Nd - 1), 16);
  static constexpr window_options options = make_window_options<Options...>(Nd);

  template <class X, class K>
  constexpr auto operator()(X x, K k) const {
    constexpr verdict v = std::is_same_v<typename X::value_type, typename K::value_type>
                              ? transposed_rule(X::shape_value, K::shape_value, Nd, options)
                              : other_type<typename X::value_type, typename K::value_type>();
    if constexpr (!v.ok()) return refuse<correlate_transposed, v>(x, k);
    else return traced_of<typename X::value_type, v.shape>{x.graph, emit(*x.graph, x.id, k.id, v.shape)};
  }

  static constexpr ir::node_id emit(ir::graph& g, ir::node_id x, ir::node_id k, const extents& shape) {
    using namespace ir;
    const extents in = g[x].shape, kernel = g[k].shape;
    contraction c;
    if (in.rank == Nd) {
      for (int d = 0; d < Nd; ++d) add_window(c, options, d, out, d, shape[d], lhs, d, in[d], rhs, d, kernel[d]);
      return contract(g, x, k, shape, c);
    }
    const index groups = options.groups;
    if (groups == 1) {
      c.share(0, 0, -1, in[0]);
      c.share(1, -1, 1, kernel[1]);
      c.share(-1, 1, 0, in[1]);
      for (int d = 0; d < Nd; ++d)
        add_window(c, options, d, out, 2 + d, shape[2 + d], lhs, 2 + d, in[2 + d], rhs, 2 + d, kernel[2 + d]);
      return contract(g, x, k, shape, c);
    }
    c.share(0, 0, -1, in[0]);
    c.share(1, 1, 0, groups);
    c.share(2, -1, 2, kernel[1]);
    c.share(-1, 2, 1, in[1] / groups);
    for (int d = 0; d < Nd; ++d)
      add_window(c, options, d, out, 3 + d, shape[2 + d], lhs, 3 + d, in[2 + d], rhs, 3 + d, kernel[2 + d]);
    node_id y = contract(g, reshape(g, x, split_axis(in, 1, groups)), reshape(g, k, split_axis(kernel, 0, groups)),
                         split_axis(shape, 1, groups), c);
    return reshape(g, y, shape);
  }
};

}  // namespace support

#define INTARSIA_HALF_OPERANDS(name, ...)                                                          \
  template <class X, class K, class... Options>                                                   \
    requires(support::half_operands<X, K> && !support::reported_later<X> && !support::reported_later<K>) \
  refused<support::told<support::verdict_on_halves<__VA_ARGS__, X, K>()>::why> name(X&& x, K&& k, Options...); \
  template <class X, class K, class... Options>                                                   \
    requires(support::half_operands<X, K> && (support::reported_later<X> || support::reported_later<K>)) \
  constexpr auto name(X&& x, K&& k, Options...) {                                                 \
    return support::refuse_operand<__VA_ARGS__>(x, k);                                             \
  }
/// Cross-correlation of x with k: [H, W] and [kh, kw], or [N, C, H, W] and [O, C / groups, kh, kw].
/// Options: pad, pad_sides, stride, dilation, groups. Derivatives: to x the transposed form, to k a correlation of x
/// with the result's gradient.
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto corr2d(X&& x, K&& k, Options...) {
  return support::call(support::correlate<2, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate<2, Options...>, X, K>
refused<support::reason<support::correlate<2, Options...>, X, K>> corr2d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(corr2d, support::correlate<2, Options...>)
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto corr1d(X&& x, K&& k, Options...) {
  return support::call(support::correlate<1, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate<1, Options...>, X, K>
refused<support::reason<support::correlate<1, Options...>, X, K>> corr1d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(corr1d, support::correlate<1, Options...>)
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto corr3d(X&& x, K&& k, Options...) {
  return support::call(support::correlate<3, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate<3, Options...>, X, K>
refused<support::reason<support::correlate<3, Options...>, X, K>> corr3d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(corr3d, support::correlate<3, Options...>)
/// The transpose of corr2d: x [N, C, H, W] and k [C, O / groups, kh, kw]; options as corr2d and output_padding.
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto conv_transpose2d(X&& x, K&& k, Options...) {
  return support::call(support::correlate_transposed<2, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate_transposed<2, Options...>, X, K>
refused<support::reason<support::correlate_transposed<2, Options...>, X, K>> conv_transpose2d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(conv_transpose2d, support::correlate_transposed<2, Options...>)
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto conv_transpose1d(X&& x, K&& k, Options...) {
  return support::call(support::correlate_transposed<1, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate_transposed<1, Options...>, X, K>
refused<support::reason<support::correlate_transposed<1, Options...>, X, K>> conv_transpose1d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(conv_transpose1d, support::correlate_transposed<1, Options...>)
template <operand_or_foreign X, operand_or_foreign K, class... Options>
INTARSIA_INLINE constexpr auto conv_transpose3d(X&& x, K&& k, Options...) {
  return support::call(support::correlate_transposed<3, Options...>{}, std::forward<X>(x), std::forward<K>(k));
}
template <operand_or_foreign X, operand_or_foreign K, class... Options>
  requires support::refuses<support::correlate_transposed<3, Options...>, X, K>
refused<support::reason<support::correlate_transposed<3, Options...>, X, K>> conv_transpose3d(X&& x, K&& k, Options...);
INTARSIA_HALF_OPERANDS(conv_transpose3d, support::correlate_transposed<3, Options...>)
#undef INTARSIA_HALF_OPERANDS

}  // namespace intarsia
