// SPDX-License-Identifier: Apache-2.0
// The slow oracle, continued: products, correlations, pooling, losses, normalisation.
#pragma once

#include "oracle.hpp"

#include <intarsia/language/options.hpp>

namespace reference {

// ---- products

/// Leading axes broadcast; a 1-D operand is a row (left) or a column (right) that is dropped.
template <class S>
array<S> matmul(array<S> a, array<S> b) {
  const bool row = a.rank() == 1, column = b.rank() == 1;
  if (row) a.shape = {1, a.shape[0]};
  if (column) b.shape = {b.shape[0], 1};
  const extents lead = broadcast(extents(a.shape.begin(), a.shape.end() - 2), extents(b.shape.begin(), b.shape.end() - 2));
  const long m = a.shape[a.shape.size() - 2], n = b.shape.back(), k = a.shape.back();
  auto at = [](const array<S>& x, extents i, long p, long q) {
    i.insert(i.end(), {p, q});
    extents own(x.shape.size());
    for (std::size_t d = 0; d < own.size(); ++d) own[d] = x.shape[d] == 1 && d + 2 < own.size() ? 0 : i[i.size() - own.size() + d];
    return x[own];
  };
  array<S> y(joined(lead, {m, n}));
  each(lead, [&](const extents& i) {
    for (long p = 0; p < m; ++p)
      for (long q = 0; q < n; ++q)
        for (long s = 0; s < k; ++s) y[joined(i, {p, q})] += at(a, i, p, s) * at(b, i, s, q);
  });
  y.shape = lead;
  if (!row) y.shape.push_back(m);
  if (!column) y.shape.push_back(n);
  return y;
}
template <class S>
array<S> linear(const array<S>& x, const array<S>& w) {
  extents shape = x.shape;
  shape.back() = w.shape[0];
  array<S> y(shape);
  each(shape, [&](extents i) {
    S& to = y[i];
    const long o = i.back();
    for (long& c = i.back() = 0; c < w.shape[1]; ++c) to += x[i] * w[{o, c}];
  });
  return y;
}
template <class S>
array<S> linear(const array<S>& x, const array<S>& w, const array<S>& b) { return linear(x, w) + b; }

// ---- windows

struct window {
  long low[3] = {0, 0, 0}, high[3] = {0, 0, 0}, stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1}, extra[3] = {0, 0, 0}, groups = 1;
};
inline void spread(long (&to)[3], const std::vector<long>& from) {
  for (std::size_t d = 0; d < 3; ++d) to[d] = from.size() == 1 ? from[0] : d < from.size() ? from[d] : 0;
}
template <ia::index... P>
void read(window& w, ia::support::pad_option<P...>) { spread(w.low, {P...}), spread(w.high, {P...}); }
template <ia::index... P>
void read(window& w, ia::support::pad_sides_option<P...>) {
  const long sides[] = {P...};
  for (std::size_t i = 0; i < sizeof...(P); ++i) {
    long* side = i % 2 ? w.high : w.low;
    side[i / 2] = sides[i];
  }
}
template <ia::index... P>
void read(window& w, ia::support::stride_option<P...>) { spread(w.stride, {P...}); }
template <ia::index... P>
void read(window& w, ia::support::dilation_option<P...>) { spread(w.dilation, {P...}); }
template <ia::index... P>
void read(window& w, ia::support::output_padding_option<P...>) { spread(w.extra, {P...}); }
template <ia::index G>
void read(window& w, ia::support::groups_option<G>) { w.groups = G; }
template <class... Options>
window window_of(Options... options) {
  window w;
  (read(w, options), ...);
  return w;
}

/// Operands without batch and channels get both with extent 1.
template <class S>
array<S> with_channels(array<S> x, std::size_t spatial) {
  if (x.shape.size() == spatial) x.shape = joined({1, 1}, x.shape);
  return x;
}
template <class S>
array<S> correlate(std::size_t nd, const array<S>& image, const array<S>& kernel, const window& w) {
  const array<S> x = with_channels(image, nd), k = with_channels(kernel, nd);
  extents out{x.shape[0], k.shape[0]}, taps(k.shape.begin() + 2, k.shape.end());
  for (std::size_t d = 0; d < nd; ++d) out.push_back((x.shape[2 + d] + w.low[d] + w.high[d] - w.dilation[d] * (taps[d] - 1) - 1) / w.stride[d] + 1);
  array<S> y(out);
  const long group_in = k.shape[1], group_out = k.shape[0] / w.groups;
  each(out, [&](const extents& p) {
    for (long c = 0; c < group_in; ++c)
      each(taps, [&](const extents& q) {
        extents from{p[0], p[1] / group_out * group_in + c};
        for (std::size_t d = 0; d < nd; ++d) from.push_back(w.stride[d] * p[2 + d] + w.dilation[d] * q[d] - w.low[d]);
        y[p] += x.padded(from) * k[joined({p[1], c}, q)];
      });
  });
  if (image.shape.size() == nd) y.shape.erase(y.shape.begin(), y.shape.begin() + 2);
  return y;
}
template <class S>
array<S> correlate_transposed(std::size_t nd, const array<S>& image, const array<S>& kernel, const window& w) {
  const array<S> x = with_channels(image, nd), k = with_channels(kernel, nd);
  extents out{x.shape[0], k.shape[1] * w.groups}, taps(k.shape.begin() + 2, k.shape.end());
  for (std::size_t d = 0; d < nd; ++d) out.push_back((x.shape[2 + d] - 1) * w.stride[d] - w.low[d] - w.high[d] + w.dilation[d] * (taps[d] - 1) + 1 + w.extra[d]);
  array<S> y(out);
  const long group_in = x.shape[1] / w.groups;
  each(x.shape, [&](const extents& p) {
    for (long o = 0; o < k.shape[1]; ++o)
      each(taps, [&](const extents& q) {
        extents to{p[0], p[1] / group_in * k.shape[1] + o};
        for (std::size_t d = 0; d < nd; ++d) {
          to.push_back(w.stride[d] * p[2 + d] + w.dilation[d] * q[d] - w.low[d]);
          if (to.back() < 0 || to.back() >= out[2 + d]) return;
        }
        y[to] += x[p] * k[joined({p[1], o}, q)];
      });
  });
  if (image.shape.size() == nd) y.shape.erase(y.shape.begin(), y.shape.begin() + 2);
  return y;
}
template <class S, class... Options>
array<S> corr1d(const array<S>& x, const array<S>& k, Options... options) { return correlate(1, x, k, window_of(options...)); }
template <class S, class... Options>
array<S> corr2d(const array<S>& x, const array<S>& k, Options... options) { return correlate(2, x, k, window_of(options...)); }
template <class S, class... Options>
array<S> corr3d(const array<S>& x, const array<S>& k, Options... options) { return correlate(3, x, k, window_of(options...)); }
template <class S, class... Options>
array<S> conv_transpose1d(const array<S>& x, const array<S>& k, Options... options) { return correlate_transposed(1, x, k, window_of(options...)); }
template <class S, class... Options>
array<S> conv_transpose2d(const array<S>& x, const array<S>& k, Options... options) { return correlate_transposed(2, x, k, window_of(options...)); }
template <class S, class... Options>
array<S> conv_transpose3d(const array<S>& x, const array<S>& k, Options... options) { return correlate_transposed(3, x, k, window_of(options...)); }

/// Zeros around the last two axes (the last one of a 1-D operand).
template <class S, class... Options>
array<S> zero_pad(const array<S>& x, Options... options) {
  const window w = window_of(options...);
  const std::size_t nd = x.shape.size() < 2 ? x.shape.size() : 2, first = x.shape.size() - nd;
  extents shape = x.shape;
  for (std::size_t d = 0; d < nd; ++d) shape[first + d] += w.low[d] + w.high[d];
  array<S> y(shape);
  each(shape, [&](const extents& i) {
    extents from = i;
    for (std::size_t d = 0; d < nd; ++d) from[first + d] -= w.low[d];
    y[i] = x.padded(from);
  });
  return y;
}

/// Calls f(position of the result, position of the operand, whether it is inside of it), tap by tap.
template <ia::index... K, class S, class F, class... Options>
extents pool_over(const array<S>& x, F f, Options... options) {
  extents taps{K...};
  if (taps.size() == 1) taps.push_back(taps[0]);
  window w = window_of(ia::stride<K...>, options...);
  const std::size_t nd = taps.size(), first = x.shape.size() - nd;
  extents shape = x.shape;
  for (std::size_t d = 0; d < nd; ++d) shape[first + d] = (x.shape[first + d] + w.low[d] + w.high[d] - w.dilation[d] * (taps[d] - 1) - 1) / w.stride[d] + 1;
  each(shape, [&](const extents& p) {
    each(taps, [&](const extents& q) {
      extents from = p;
      bool inside = true;
      for (std::size_t d = 0; d < nd; ++d) {
        from[first + d] = w.stride[d] * p[first + d] + w.dilation[d] * q[d] - w.low[d];
        inside = inside && from[first + d] >= 0 && from[first + d] < x.shape[first + d];
      }
      f(p, from, inside);
    });
  });
  return shape;
}
/// The first maximum of a window, or its first NaN.
template <ia::index... K, class S, class... Options>
array<S> max_pool(const array<S>& x, Options... options) {
  array<S> y(pool_over<K...>(x, [](const extents&, const extents&, bool) {}, options...));
  for (S& v : y.at) v = S(-std::numeric_limits<double>::infinity());
  pool_over<K...>(x, [&](const extents& to, const extents& from, bool inside) {
    if (inside && !isnan(y[to]) && (isnan(x[from]) || x[from] > y[to])) y[to] = x[from];
  }, options...);
  return y;
}
/// Padding counts as zeros.
template <ia::index... K, class S, class... Options>
array<S> avg_pool(const array<S>& x, Options... options) {
  array<S> y(pool_over<K...>(x, [](const extents&, const extents&, bool) {}, options...));
  double taps = 0;
  pool_over<K...>(x, [&](const extents& to, const extents& from, bool inside) {
    if (inside) y[to] += x[from];
    taps += 1;
  }, options...);
  return y / (taps / static_cast<double>(y.size()));
}
template <class S>
array<S> global_avg_pool(const array<S>& x) { return mean<2, 3>(x, ia::keep_axes); }

// ---- losses and normalisation

template <class S, class L>
array<S> cross_entropy(const array<S>& x, const array<L>& label) {
  array<S> y = number<S>(0);
  for (long n = 0; n < x.shape[0]; ++n) {
    S total(0.0);
    for (long c = 0; c < x.shape[1]; ++c) total = total + exp(x[{n, c}]);
    y.at[0] += (log(total) - x[{n, static_cast<long>(plain(label.at[static_cast<std::size_t>(n)]))}]) / static_cast<double>(x.shape[0]);
  }
  return y;
}
template <class S>
array<S> mse(const array<S>& a, const array<S>& b) { return mean(square(a - b)); }

/// One value a channel, as axis 1 of x.
template <class S>
array<S> at_channels(array<S> v, const array<S>& x) {
  v.shape.insert(v.shape.end(), x.shape.size() - 2, 1);
  return v;
}
/// The mean of f over all but axis 1.
template <class S, class F>
array<S> channel_mean(const array<S>& x, F f) {
  array<S> m(extents{x.shape[1]});
  each(x.shape, [&](const extents& i) { m.at[static_cast<std::size_t>(i[1])] += f(x[i], i[1]) / (static_cast<double>(x.size()) / static_cast<double>(x.shape[1])); });
  return m;
}
template <class S>
struct moments {
  array<S> mean, variance;
};
template <class S>
moments<S> batch_moments(const array<S>& x) {
  const array<S> m = channel_mean(x, [](const S& v, long) { return v; });
  return {m, channel_mean(x, [&m](const S& v, long c) {
            const S d = v - m.at[static_cast<std::size_t>(c)];
            return S(d * d);
          })};
}
template <class S>
array<S> batch_norm(const array<S>& x, const array<S>& weight, const array<S>& bias, const moments<S>& m) {
  return (x - at_channels(m.mean, x)) / at_channels(sqrt(m.variance + 1e-5), x) * at_channels(weight, x) + at_channels(bias, x);
}
template <class S>
array<S> layer_norm(const array<S>& x, const array<S>& weight, const array<S>& bias) {
  const extents rows{x.size() / x.shape.back(), x.shape.back()};
  array<S> flat = x;
  flat.shape = rows;
  const array<S> centred = flat - mean<1>(flat, ia::keep_axes);
  array<S> y = centred / sqrt(mean<1>(square(centred), ia::keep_axes) + 1e-5) * weight + bias;
  y.shape = x.shape;
  return y;
}

}  // namespace reference
