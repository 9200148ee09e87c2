// SPDX-License-Identifier: Apache-2.0
// Dual numbers: a value and its derivative in one direction, over any scalar, also over dual numbers (second derivatives).
// Comparisons look at the value alone; the rules at kinks are those of the function that compares.
#pragma once

#include <cmath>
#include <type_traits>

namespace reference {

template <class S>
struct dual {
  S value{};
  S slope{};

  dual() = default;
  dual(double v) : value(v) {}
  dual(S v, S s) : value(v), slope(s) {}
  dual(S v) requires(!std::is_same_v<S, double>) : value(v) {}
};

inline double plain(double x) { return x; }
template <class S>
double plain(const dual<S>& x) { return plain(x.value); }

template <class S>
dual<S> operator-(const dual<S>& a) { return {-a.value, -a.slope}; }
template <class S>
dual<S> operator+(const dual<S>& a, const dual<S>& b) { return {a.value + b.value, a.slope + b.slope}; }
template <class S>
dual<S> operator-(const dual<S>& a, const dual<S>& b) { return {a.value - b.value, a.slope - b.slope}; }
template <class S>
dual<S> operator*(const dual<S>& a, const dual<S>& b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
template <class S>
dual<S> operator/(const dual<S>& a, const dual<S>& b) { return {a.value / b.value, (a.slope * b.value - a.value * b.slope) / (b.value * b.value)}; }
template <class S>
dual<S> operator+(const dual<S>& a, double b) { return {a.value + b, a.slope}; }
template <class S>
dual<S> operator+(double a, const dual<S>& b) { return b + a; }
template <class S>
dual<S> operator-(const dual<S>& a, double b) { return {a.value - b, a.slope}; }
template <class S>
dual<S> operator-(double a, const dual<S>& b) { return -b + a; }
template <class S>
dual<S> operator*(const dual<S>& a, double b) { return {a.value * b, a.slope * b}; }
template <class S>
dual<S> operator*(double a, const dual<S>& b) { return b * a; }
template <class S>
dual<S> operator/(const dual<S>& a, double b) { return {a.value / b, a.slope / b}; }
template <class S>
dual<S> operator/(double a, const dual<S>& b) { return dual<S>(a) / b; }
template <class S>
dual<S>& operator+=(dual<S>& a, const dual<S>& b) { return a = a + b; }

template <class S>
bool operator<(const dual<S>& a, const dual<S>& b) { return plain(a) < plain(b); }
template <class S>
bool operator>(const dual<S>& a, const dual<S>& b) { return plain(a) > plain(b); }
template <class S>
bool operator==(const dual<S>& a, const dual<S>& b) { return plain(a) == plain(b); }

using std::abs, std::cos, std::erf, std::exp, std::expm1, std::isnan, std::log, std::log1p, std::sin, std::sqrt, std::tanh;

template <class S>
bool isnan(const dual<S>& a) { return std::isnan(plain(a)); }
template <class S>
dual<S> exp(const dual<S>& a) { return {exp(a.value), a.slope * exp(a.value)}; }
template <class S>
dual<S> expm1(const dual<S>& a) { return {expm1(a.value), a.slope * exp(a.value)}; }
template <class S>
dual<S> log(const dual<S>& a) { return {log(a.value), a.slope / a.value}; }
template <class S>
dual<S> log1p(const dual<S>& a) { return {log1p(a.value), a.slope / (1.0 + a.value)}; }
template <class S>
dual<S> sin(const dual<S>& a) { return {sin(a.value), a.slope * cos(a.value)}; }
template <class S>
dual<S> cos(const dual<S>& a) { return {cos(a.value), -(a.slope * sin(a.value))}; }
template <class S>
dual<S> sqrt(const dual<S>& a) { return {sqrt(a.value), a.slope / (2.0 * sqrt(a.value))}; }
template <class S>
dual<S> tanh(const dual<S>& a) {
  const S t = tanh(a.value);
  return {t, a.slope * (1.0 - t * t)};
}
template <class S>
dual<S> erf(const dual<S>& a) { return {erf(a.value), a.slope * (1.1283791670955126 * exp(-(a.value * a.value)))}; }
template <class S>
dual<S> pow(const dual<S>& a, double p) {
  using std::pow;
  return {pow(a.value, p), p == 0 ? S(0.0) : a.slope * (p * pow(a.value, p - 1))};
}
template <class S>
dual<S> abs(const dual<S>& a) { return plain(a) < 0 ? -a : plain(a) == 0 ? dual<S>(0.0) : a; }

}  // namespace reference
