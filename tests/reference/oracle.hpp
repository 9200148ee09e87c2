// SPDX-License-Identifier: Apache-2.0
// The slow oracle: every operation of the language as the loop of its definition, over doubles or dual numbers, with
// shapes known at run time. Each function has the name and the template arguments of the operation, so that one generic
// lambda, found by argument-dependent lookup, is a program for the library and for the oracle.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <type_traits>
#include <vector>

#include "dual.hpp"

#include <intarsia/language/options.hpp>
#include <intarsia/language/reductions.hpp>

namespace reference {

namespace ia = intarsia;
using extents = std::vector<long>;

inline long product(const extents& e) {
  long p = 1;
  for (long x : e) p *= x;
  return p;
}

/// Row-major elements with a shape.
template <class S>
struct array {
  extents shape;
  std::vector<S> at;

  array() = default;
  explicit array(extents s) : shape(std::move(s)), at(static_cast<std::size_t>(product(shape))) {}
  long rank() const { return static_cast<long>(shape.size()); }
  long size() const { return static_cast<long>(at.size()); }
  long offset(const extents& i) const {
    long o = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) o = o * shape[d] + i[d];
    return o;
  }
  S& operator[](const extents& i) { return at[static_cast<std::size_t>(offset(i))]; }
  const S& operator[](const extents& i) const { return at[static_cast<std::size_t>(offset(i))]; }
  /// Zero outside of the shape.
  S padded(const extents& i) const {
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (i[d] < 0 || i[d] >= shape[d]) return S{};
    return (*this)[i];
  }
};
using mask = array<char>;

/// Every position of a shape, in row-major order.
template <class F>
void each(const extents& shape, F f) {
  extents i(shape.size());
  for (long n = product(shape); n > 0; --n) {
    f(static_cast<const extents&>(i));
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (++i[d] < shape[d]) break;
      i[d] = 0;
    }
  }
}
inline extents joined(extents a, const extents& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// ---- pointwise

inline extents broadcast(const extents& a, const extents& b) {
  extents r(std::max(a.size(), b.size()), 1);
  for (std::size_t d = 0; d < r.size(); ++d) {
    if (d < a.size()) r[r.size() - 1 - d] = a[a.size() - 1 - d];
    if (d < b.size() && b[b.size() - 1 - d] != 1) r[r.size() - 1 - d] = b[b.size() - 1 - d];
  }
  return r;
}
template <class S>
const S& element(const array<S>& a, const extents& i) {
  extents own(a.shape.size());
  for (std::size_t d = 0; d < own.size(); ++d) own[d] = a.shape[d] == 1 ? 0 : i[i.size() - own.size() + d];
  return a[own];
}
template <class S, class F>
auto map(const array<S>& a, F f) {
  array<std::decay_t<decltype(f(a.at[0]))>> y(a.shape);
  for (std::size_t i = 0; i < a.at.size(); ++i) y.at[i] = f(a.at[i]);
  return y;
}
template <class A, class B, class F>
auto map(const array<A>& a, const array<B>& b, F f) {
  array<std::decay_t<decltype(f(a.at[0], b.at[0]))>> y(broadcast(a.shape, b.shape));
  each(y.shape, [&](const extents& i) { y[i] = f(element(a, i), element(b, i)); });
  return y;
}
template <class S>
array<S> number(double v) {
  array<S> a{extents{}};
  a.at[0] = S(v);
  return a;
}

#define INTARSIA_ORACLE_BINARY(name, expression)                                                  \
  template <class S>                                                                              \
  auto name(const array<S>& x, const array<S>& y) {                                               \
    return map(x, y, [](const S& a, const S& b) { return expression; });                          \
  }                                                                                               \
  template <class S>                                                                              \
  auto name(const array<S>& x, double y) { return name(x, number<S>(y)); }                        \
  template <class S>                                                                              \
  auto name(double x, const array<S>& y) { return name(number<S>(x), y); }
INTARSIA_ORACLE_BINARY(operator+, a + b)
INTARSIA_ORACLE_BINARY(operator-, a - b)
INTARSIA_ORACLE_BINARY(operator*, a * b)
INTARSIA_ORACLE_BINARY(operator/, a / b)
INTARSIA_ORACLE_BINARY(operator<, static_cast<char>(plain(a) < plain(b)))
INTARSIA_ORACLE_BINARY(operator<=, static_cast<char>(plain(a) <= plain(b)))
INTARSIA_ORACLE_BINARY(operator>, static_cast<char>(plain(a) > plain(b)))
INTARSIA_ORACLE_BINARY(operator>=, static_cast<char>(plain(a) >= plain(b)))
INTARSIA_ORACLE_BINARY(equal, static_cast<char>(plain(a) == plain(b)))
INTARSIA_ORACLE_BINARY(not_equal, static_cast<char>(plain(a) != plain(b)))
// equal ones share the derivative
INTARSIA_ORACLE_BINARY(maximum, isnan(a) ? a : isnan(b) ? b : plain(a) == plain(b) ? S(0.5 * a + 0.5 * b) : plain(a) > plain(b) ? a : b)
INTARSIA_ORACLE_BINARY(minimum, isnan(a) ? a : isnan(b) ? b : plain(a) == plain(b) ? S(0.5 * a + 0.5 * b) : plain(a) < plain(b) ? a : b)
#undef INTARSIA_ORACLE_BINARY

inline mask operator&&(const mask& x, const mask& y) { return map(x, y, [](char a, char b) { return static_cast<char>(a && b); }); }
inline mask operator||(const mask& x, const mask& y) { return map(x, y, [](char a, char b) { return static_cast<char>(a || b); }); }
inline mask operator!(const mask& x) { return map(x, [](char a) { return static_cast<char>(!a); }); }

template <class S>
array<S> operator-(const array<S>& x) { return map(x, [](const S& a) { return -a; }); }

#define INTARSIA_ORACLE_UNARY(name, expression)                       \
  template <class S>                                                  \
  auto name(const array<S>& x) {                                      \
    return map(x, [](const S& a) { return expression; });             \
  }
INTARSIA_ORACLE_UNARY(exp, exp(a))
INTARSIA_ORACLE_UNARY(log, log(a))
INTARSIA_ORACLE_UNARY(log1p, log1p(a))
INTARSIA_ORACLE_UNARY(expm1, expm1(a))
INTARSIA_ORACLE_UNARY(sin, sin(a))
INTARSIA_ORACLE_UNARY(cos, cos(a))
INTARSIA_ORACLE_UNARY(sqrt, sqrt(a))
INTARSIA_ORACLE_UNARY(rsqrt, 1.0 / sqrt(a))
INTARSIA_ORACLE_UNARY(abs, abs(a))
INTARSIA_ORACLE_UNARY(tanh, tanh(a))
INTARSIA_ORACLE_UNARY(sigmoid, 1.0 / (1.0 + exp(-a)))
INTARSIA_ORACLE_UNARY(erf, erf(a))
INTARSIA_ORACLE_UNARY(relu, isnan(a) ? a : plain(a) > 0 ? a : S(0.0))
INTARSIA_ORACLE_UNARY(square, a * a)
INTARSIA_ORACLE_UNARY(gelu, a * (1.0 + erf(a / std::sqrt(2.0))) / 2.0)
INTARSIA_ORACLE_UNARY(silu, a / (1.0 + exp(-a)))
INTARSIA_ORACLE_UNARY(softplus, log1p(exp(a)))
INTARSIA_ORACLE_UNARY(is_nan, static_cast<char>(isnan(a)))
#undef INTARSIA_ORACLE_UNARY

template <auto P, class S>
array<S> pow(const array<S>& x) {
  return map(x, [](const S& a) {
    using std::pow;
    return S(pow(a, static_cast<double>(P)));
  });
}
template <class S>
array<S> leaky_relu(const array<S>& x, double slope = 0.01) {
  return map(x, [slope](const S& a) { return plain(a) < 0 ? S(slope * a) : a; });
}
template <class S, class Low, class High>
array<S> clamp(const array<S>& x, const Low& low, const High& high) { return minimum(maximum(x, low), high); }
template <class S>
array<S> where(const mask& m, const array<S>& x, const array<S>& y) {
  array<S> r(broadcast(m.shape, broadcast(x.shape, y.shape)));
  each(r.shape, [&](const extents& i) { r[i] = element(m, i) ? element(x, i) : element(y, i); });
  return r;
}
template <class S>
array<S> where(const mask& m, const array<S>& x, double y) { return where(m, x, number<S>(y)); }
template <class S>
array<S> where(const mask& m, double x, const array<S>& y) { return where(m, number<S>(x), y); }
template <class T, class S>
auto cast(const array<S>& x) {
  // integers cut off what is behind the point; the oracle counts everything in its scalar
  return map(x, [](const S& a) {
    if constexpr (std::is_floating_point_v<T>) return a;
    else return S(static_cast<double>(static_cast<T>(plain(a))));
  });
}
template <class T>
array<double> cast(const mask& x) { return map(x, [](char a) { return a ? 1.0 : 0.0; }); }
/// The value without its derivative.
template <class S>
array<S> stop_gradient(const array<S>& x) { return map(x, [](const S& a) { return S(plain(a)); }); }

// ---- reductions

/// Calls f(position of the result, position of the operand), the axes of the result being kept with extent 1.
template <int... Axes, class F>
extents reduce_over(const extents& from, F f) {
  auto gone = [&](std::size_t d) { return sizeof...(Axes) == 0 || ((static_cast<std::size_t>(Axes) == d) || ...); };
  each(from, [&](const extents& i) {
    extents to = i;
    for (std::size_t d = 0; d < to.size(); ++d)
      if (gone(d)) to[d] = 0;
    f(to, i);
  });
  return from;
}
template <int... Axes>
extents kept_shape(extents from) {
  for (std::size_t d = 0; d < from.size(); ++d)
    if (sizeof...(Axes) == 0 || ((static_cast<std::size_t>(Axes) == d) || ...)) from[d] = 1;
  return from;
}
template <int... Axes, class S>
array<S> without_axes(array<S> a) {
  extents shape;
  for (std::size_t d = 0; d < a.shape.size(); ++d)
    if (!(sizeof...(Axes) == 0 || ((static_cast<std::size_t>(Axes) == d) || ...))) shape.push_back(a.shape[d]);
  a.shape = shape;
  return a;
}

template <int... Axes, class S>
array<S> sum(const array<S>& x, ia::keep_axes_t) {
  array<S> y(kept_shape<Axes...>(x.shape));
  reduce_over<Axes...>(x.shape, [&](const extents& to, const extents& from) { y[to] = y[to] + x[from]; });
  return y;
}
template <int... Axes, class S>
array<S> mean(const array<S>& x, ia::keep_axes_t) {
  array<S> y = sum<Axes...>(x, ia::keep_axes);
  return y / (static_cast<double>(x.size()) / static_cast<double>(y.size()));
}
/// The first extremum in row-major order, or the first NaN, with its place among the reduced positions.
template <int Sign, int... Axes, class S>
array<S> extremum(const array<S>& x, bool place) {
  array<S> best(kept_shape<Axes...>(x.shape));
  array<long> count(best.shape), where(best.shape);
  reduce_over<Axes...>(x.shape, [&](const extents& to, const extents& from) {
    if (count[to] == 0 || (!isnan(best[to]) && (isnan(x[from]) || Sign * plain(x[from]) > Sign * plain(best[to])))) best[to] = x[from], where[to] = count[to];
    ++count[to];
  });
  return place ? map(where, [](long w) { return S(static_cast<double>(w)); }) : best;
}
template <int... Axes, class S>
array<S> max(const array<S>& x, ia::keep_axes_t) { return extremum<1, Axes...>(x, false); }
template <int... Axes, class S>
array<S> min(const array<S>& x, ia::keep_axes_t) { return extremum<-1, Axes...>(x, false); }
template <int... Axes, class S>
array<S> argmax(const array<S>& x, ia::keep_axes_t) { return extremum<1, Axes...>(x, true); }
template <int... Axes, class S>
array<S> argmin(const array<S>& x, ia::keep_axes_t) { return extremum<-1, Axes...>(x, true); }
template <int... Axes, class S>
array<S> logsumexp(const array<S>& x, ia::keep_axes_t) { return log(sum<Axes...>(exp(x), ia::keep_axes)); }

#define INTARSIA_ORACLE_REDUCTION(name) \
  template <int... Axes, class S>       \
  array<S> name(const array<S>& x) { return without_axes<Axes...>(name<Axes...>(x, ia::keep_axes)); }
INTARSIA_ORACLE_REDUCTION(sum)
INTARSIA_ORACLE_REDUCTION(mean)
INTARSIA_ORACLE_REDUCTION(max)
INTARSIA_ORACLE_REDUCTION(min)
INTARSIA_ORACLE_REDUCTION(argmax)
INTARSIA_ORACLE_REDUCTION(argmin)
INTARSIA_ORACLE_REDUCTION(logsumexp)
#undef INTARSIA_ORACLE_REDUCTION

template <int... Axes, class S>
array<S> softmax(const array<S>& x) { return exp(x) / sum<Axes...>(exp(x), ia::keep_axes); }
template <int... Axes, class S>
array<S> log_softmax(const array<S>& x) { return x - log(sum<Axes...>(exp(x), ia::keep_axes)); }

// ---- structure

template <int... Axes, class S>
array<S> permute(const array<S>& x) {
  array<S> y(extents{x.shape[Axes]...});
  each(x.shape, [&](const extents& i) { y[extents{i[Axes]...}] = x[i]; });
  return y;
}
template <class S>
array<S> transpose(const array<S>& x) { return permute<1, 0>(x); }
template <ia::index... To, class S>
array<S> reshape(array<S> x) {
  extents shape{To...};
  for (long& e : shape)
    if (e == -1) e = -x.size() / product(shape);
  x.shape = shape;
  return x;
}
template <class S>
array<S> flatten(array<S> x) {
  x.shape = {x.shape[0], x.size() / x.shape[0]};
  return x;
}
template <int Axis, ia::index Begin, ia::index End, ia::index Step = 1, class S>
array<S> slice(const array<S>& x) {
  const long extent = x.shape[Axis], begin = Begin < 0 ? Begin + extent : Begin, end = End < 0 ? End + extent : End;
  extents shape = x.shape;
  shape[Axis] = 0;
  for (long i = begin; i < end; i += Step) ++shape[Axis];
  array<S> y(shape);
  each(shape, [&](const extents& i) {
    extents from = i;
    from[Axis] = begin + i[Axis] * Step;
    y[i] = x[from];
  });
  return y;
}
template <int Axis, class S>
array<S> flip(const array<S>& x) {
  array<S> y(x.shape);
  each(x.shape, [&](const extents& i) {
    extents from = i;
    from[Axis] = x.shape[Axis] - 1 - i[Axis];
    y[i] = x[from];
  });
  return y;
}
template <int Axis, class S, class... More>
array<S> concat(const array<S>& first, const More&... more) {
  array<S> y = first;
  [[maybe_unused]] auto append = [&y](const array<S>& x) {
    const long begin = y.shape[Axis];
    extents shape = y.shape;
    shape[Axis] += x.shape[Axis];
    array<S> longer(shape);
    each(y.shape, [&](const extents& i) { longer[i] = y[i]; });
    each(x.shape, [&](extents i) {
      const S& v = x[i];
      i[Axis] += begin;
      longer[i] = v;
    });
    y = longer;
  };
  (append(more), ...);
  return y;
}
template <ia::index... To, class S>
array<S> broadcast_to(const array<S>& x) {
  array<S> y(extents{To...});
  each(y.shape, [&](const extents& i) { y[i] = element(x, i); });
  return y;
}

}  // namespace reference
