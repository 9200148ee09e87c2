// SPDX-License-Identifier: Apache-2.0
// Elementary functions of float and double vectors of any tag: x -> f(x), without tables, one rule for every lane.
// NaN in, NaN out; infinities, signed zeros, overflow and gradual underflow as C99's Annex F has them, on every target.
//
// Worst error: docs/reference/pointwise.md, measured by tests/long/elementary_sweep.cpp.
// sin and cos: to |x| = 1e4 (float) and 1e6 (double) here, beyond by the C library.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "intarsia/kernels/constants-inl.hpp"
#include "intarsia/support/config.hpp"

#if defined(INTARSIA_KERNELS_ELEMENTARY) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_ELEMENTARY
#undef INTARSIA_KERNELS_ELEMENTARY
#else
#define INTARSIA_KERNELS_ELEMENTARY
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

namespace elementary {

template <class D>
using of = constants<hn::TFromD<D>>;

// ---- building blocks ----

/// min(x, limit) and max(x, limit) that keep NaN: x86's instructions return their second operand when one is NaN.
template <class D, class V>
HWY_INLINE V at_most(D d, V x, hn::TFromD<D> limit) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  return hn::Min(hn::Set(d, limit), x);
#else
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, limit)), hn::Set(d, limit), x);
#endif
}
template <class D, class V>
HWY_INLINE V at_least(D d, V x, hn::TFromD<D> limit) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  return hn::Max(hn::Set(d, limit), x);
#else
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, limit)), hn::Set(d, limit), x);
#endif
}

/// The coefficients C[k], the same in every lane.
template <class D, const auto& C>
struct coefficients {
  static constexpr std::size_t count = std::size(C);
  template <std::size_t K>
  HWY_INLINE hn::Vec<D> at() const {
    return hn::Set(D(), C[K]);
  }
};
/// Those of A in the lanes of `first`, those of B in the others.
template <class D, const auto& A, const auto& B>
struct either {
  static constexpr std::size_t count = std::size(A);
  hn::Mask<D> first;
  template <std::size_t K>
  HWY_INLINE hn::Vec<D> at() const {
    if constexpr (K < std::size(B)) return hn::IfThenElse(first, hn::Set(D(), A[K]), hn::Set(D(), B[K]));
    else return hn::IfThenElseZero(first, hn::Set(D(), A[K]));
  }
};
/// sum c_k x^k: pairs in x, then Horner in x^2, half as deep as Horner in x. An odd c_0 comes last: one rounding less there.
template <std::size_t K = 0, class C, class V>
HWY_INLINE V polynomial(const C& c, V x, V x2) {
  if constexpr ((C::count - K) % 2 == 1) return hn::MulAdd(polynomial<K + 1>(c, x, x2), x, c.template at<K>());
  else {
    const V pair = hn::MulAdd(c.template at<K + 1>(), x, c.template at<K>());
    if constexpr (K + 2 == C::count) return pair;
    else return hn::MulAdd(polynomial<K + 2>(c, x, x2), x2, pair);
  }
}

/// x - n (parts[0] + ... + parts[Last - 1])
template <const auto& Parts, std::size_t Last, class D, class V>
HWY_INLINE V minus_multiples(D d, V x, V n) {
  if constexpr (Last == 0) return x;
  else return hn::NegMulAdd(n, hn::Set(d, Parts[Last - 1]), minus_multiples<Parts, Last - 1>(d, x, n));
}

/// 2^(k - bias), k in the low bits of z
template <class D, class V>
HWY_INLINE V power(D d, V z) {
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(d, hn::ShiftLeft<of<D>::mantissa>(hn::BitCast(du, z)));
}

/// x log2 e = m + f, f the result and k = -m.
template <class D, class V>
HWY_INLINE V binary_fraction(D d, V x, V k) {
  using C = of<D>;
  const V scale = hn::Set(d, C::log2_e);
#if HWY_NATIVE_FMA
  return hn::MulAdd(x, hn::Set(d, C::log2_e_parts[1]), hn::MulAdd(x, scale, k));
#else
  constexpr std::size_t last = std::size(C::ln2_parts) - 1;
  const V exact = minus_multiples<C::ln2_parts, last>(d, x, hn::Neg(k));
  return hn::MulAdd(exact, scale, hn::Mul(k, hn::Set(d, C::ln2_parts[last] * C::log2_e)));
#endif
}

/// e^(x - n ln 2) - 1 as high + low; high is exact, so that the sum has the only rounding that counts.
template <class V>
struct sum {
  V high, low;
};
template <class D, class V>
HWY_INLINE sum<V> expm1_reduced(D d, V x, V n) {
  using C = of<D>;
  constexpr std::size_t last = std::size(C::ln2_parts) - 1;
  const V high = minus_multiples<C::ln2_parts, last>(d, x, n);
  const V low = hn::Mul(n, hn::Set(d, -C::ln2_parts[last]));
  const V r = hn::Add(high, low);
  const V r2 = hn::Mul(r, r);
  return {high, hn::MulAdd(polynomial(coefficients<D, C::exp_c>(), r, r2), r2, low)};
}

/// (1 + t) 2^n for n + bias in the low bits of z, when a result may be too small or large for one factor.
template <class D, class V>
HWY_INLINE V scaled(D d, V x, V z, V t) {
  using C = of<D>;
  const hn::RebindToUnsigned<D> du;
  const auto n = hn::Add(hn::BitCast(du, z), hn::Set(du, C::bias));
  const auto half = hn::ShiftRight<1>(n);
  const V s = power(d, hn::BitCast(d, half));
  const V y = hn::Mul(hn::MulAdd(s, t, s), power(d, hn::BitCast(d, hn::Sub(n, half))));
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, C::exp_most)), hn::Inf(d), hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, C::exp_least)), y));
}

/// x = 2^k m, sqrt(1/2) <= m < sqrt(2): k, and bits whose exponent field is that of 2^k (double) or k itself (float); below it
/// are those of m less sqrt(1/2).
template <class D>
struct exponent {
  hn::Vec<hn::RebindToUnsigned<D>> bits;
  hn::Vec<D> k;
};
template <class D, class V>
HWY_INLINE exponent<D> exponent_of(D d, V x) {
  using C = of<D>;
  using U = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  if constexpr (sizeof(U) == 4) {
    const hn::RebindToSigned<D> di;
    const auto bits = hn::Sub(hn::BitCast(du, x), hn::Set(du, C::sqrt_half_bits));
    return {bits, hn::ConvertTo(d, hn::ShiftRight<C::mantissa>(hn::BitCast(di, bits)))};
  } else {  // 64-bit integers are not converted by every target
    const auto bits = hn::Sub(hn::BitCast(du, x), hn::Set(du, C::sqrt_half_bits - C::exponent_zero));
    const auto k = hn::Or(hn::ShiftRight<C::mantissa>(bits), hn::Set(du, std::bit_cast<U>(C::integers)));
    return {bits, hn::Sub(hn::BitCast(d, k), hn::Set(d, C::integers + C::bias))};
  }
}

/// k ln 2 + log(1 + f)
template <class D, class V>
HWY_INLINE V log_reduced(D d, V k, V f) {
  using C = of<D>;
  const V ln2 = hn::Set(d, C::ln2_parts[0]);
  const V f2 = hn::Mul(f, f);
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    // log(1 + f) = f + f^2 p(f)
    const V p = polynomial(coefficients<D, C::log_c>(), f, f2);
#if HWY_NATIVE_FMA
    return hn::MulAdd(k, ln2, hn::MulAdd(p, f2, f));  // what ln2 lacks is 2^-28 of it
#else
    return hn::MulAdd(k, ln2, hn::Add(f, hn::MulAdd(p, f2, hn::Mul(k, hn::Set(d, C::ln2_rest)))));
#endif
  } else {
    // log(1 + f) = 2 atanh(s), s = f / (2 + f): a third of the terms; f - f^2/2 + s (f^2/2 + s^2 p(s^2)) keeps f's low bits
    const V s = hn::Div(f, hn::Add(hn::Set(d, 2), f));
    const V z = hn::Mul(s, s);
    const V p = polynomial(coefficients<D, C::log_c>(), z, hn::Mul(z, z));
    const V half = hn::Mul(f2, hn::Set(d, 0.5f));
    const V tail = hn::MulAdd(s, hn::MulAdd(z, p, half), hn::Mul(k, hn::Set(d, C::ln2_rest)));
    return hn::MulAdd(k, ln2, hn::Sub(f, hn::Sub(half, tail)));
  }
}

/// The lanes that are too far from zero for the reduction here, one by one.
template <bool Cosine, class T>
static HWY_NOINLINE void trigonometric_far(const T* x, T* y, std::size_t lanes) {
  for (std::size_t i = 0; i < lanes; ++i) {
    if (!(x[i] > constants<T>::far || x[i] < -constants<T>::far)) continue;
    if constexpr (sizeof(T) == 4) y[i] = Cosine ? ::cosf(x[i]) : ::sinf(x[i]);
    else y[i] = Cosine ? ::cos(x[i]) : ::sin(x[i]);
  }
}
/// x - n pi/2
template <class D, class V>
HWY_INLINE V minus_quarter_turns(D d, V x, V n) {
  using C = of<D>;
  constexpr std::size_t count = std::size(C::half_pi_parts);
#if HWY_NATIVE_FMA
  return minus_multiples<C::half_pi_parts, count>(d, x, n);
#else
  // the last but one subtraction rounds, and the last one would round again: what it lost goes there
  const V exact = minus_multiples<C::half_pi_parts, count - 2>(d, x, n);
  const V product = hn::Mul(n, hn::Set(d, C::half_pi_parts[count - 2]));
  const V r = hn::Sub(exact, product);
  const V lost = hn::Sub(hn::Sub(exact, r), product);
  return hn::Add(r, hn::NegMulAdd(n, hn::Set(d, C::half_pi_parts[count - 1]), lost));
#endif
}
/// |x| = n pi/2 + r; sin and cos are +-sin r or +-cos r by n mod 4.
template <bool Cosine, class D, class V>
HWY_INLINE V trigonometric(D d, V x) {
  using C = of<D>;
  using T = hn::TFromD<D>;
  const hn::RebindToUnsigned<D> du;
  const V a = hn::Abs(x);
  const V round = hn::Set(d, C::round + Cosine);
  const V z = hn::MulAdd(a, hn::Set(d, C::two_over_pi), round);
  const V r = minus_quarter_turns(d, a, hn::Sub(z, round));
  const V r2 = hn::Mul(r, r);
  const auto quadrant = hn::BitCast(du, z);
  // 1 + r^2 p(r^2) where n is odd, else r + r r^2 p(r^2); choosing coefficients is cheaper than a second polynomial
  const auto odd = hn::RebindMask(d, hn::TestBit(quadrant, hn::Set(du, 1)));
  const V base = hn::IfThenElse(odd, hn::Set(d, 1), r);
  const V p = polynomial(either<D, C::cos_c, C::sin_c>{odd}, r2, hn::Mul(r2, r2));
  V y = hn::MulAdd(p, hn::Mul(base, r2), base);
  V sign = hn::BitCast(d, hn::ShiftLeft<8 * sizeof(T) - 2>(quadrant));
  if constexpr (!Cosine) sign = hn::Xor(sign, x);
  y = hn::Xor(y, hn::And(sign, hn::SignBit(d)));
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Gt(a, hn::Set(d, C::far))))) {
    alignas(64) T from[hn::MaxLanes(d)], to[hn::MaxLanes(d)];
    hn::Store(x, d, from);
    hn::Store(y, d, to);
    trigonometric_far<Cosine>(from, to, hn::Lanes(d));
    y = hn::Load(d, to);
  }
  return y;
}

}  // namespace elementary

// ---- functions ----

/// e^x = 2^n (1 + t), t = e^(x - n ln 2) - 1
template <class D, class V>
HWY_INLINE V exp_of(D d, V x) {
  using C = elementary::of<D>;
  const V round = hn::Set(d, C::round + C::bias);
  const V z = hn::MulAdd(x, hn::Set(d, C::log2_e), round);
  const auto e = elementary::expm1_reduced(d, x, hn::Sub(z, round));
  const V t = hn::Add(e.high, e.low);
  const V s = elementary::power(d, z);
  const V y = hn::MulAdd(s, t, s);
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Gt(hn::Abs(x), hn::Set(d, C::exp_normal))))) return elementary::scaled(d, x, z, t);
  return y;
}

/// e^x - 1 = 2^n t + (2^n - 1)
template <class D, class V>
HWY_INLINE V expm1_of(D d, V x) {
  using C = elementary::of<D>;
  const V bounded = elementary::at_least(d, x, C::expm1_least);
  const V round = hn::Set(d, C::round + C::bias);
  const V z = hn::MulAdd(bounded, hn::Set(d, C::log2_e), round);
  const auto e = elementary::expm1_reduced(d, bounded, hn::Sub(z, round));
  const V t = hn::Add(e.high, e.low);
  const V s = elementary::power(d, z);
  V y = hn::MulAdd(s, t, hn::Sub(s, hn::Set(d, 1)));
  const auto large = hn::Gt(x, hn::Set(d, C::exp_normal));
  if (HWY_UNLIKELY(!hn::AllFalse(d, large))) y = hn::IfThenElse(large, elementary::scaled(d, x, z, t), y);
  return hn::CopySignToAbs(y, x);  // -0
}

/// 1 / (1 + e^-x) = v / (v + 2^-m u), x log2 e = m + f, v = c + f and u = c - f with c = f coth(f ln 2 / 2), which is even:
/// half of the terms of e^x. u = v - 2f: an error of v divides out. v is scaled down, so that 2^-m needs no infinity and
/// a denormal result is rounded once, by the division.
template <class D, class V>
HWY_INLINE V sigmoid_of(D d, V x) {
  using C = elementary::of<D>;
  using U = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  x = elementary::at_least(d, elementary::at_most(d, x, C::sigmoid_most), C::exp_least);
  const V round = hn::Set(d, C::round + (C::bias - C::sigmoid_scale));
  const V z = hn::NegMulAdd(x, hn::Set(d, C::log2_e), round);
  const V f = elementary::binary_fraction(d, x, hn::Sub(z, round));
  const V f2 = hn::Mul(f, f);
  const V v = hn::Add(elementary::polynomial(elementary::coefficients<D, C::coth_c>(), f2, hn::Mul(f2, f2)), f);
  const V u = hn::Sub(v, hn::Add(f, f));
  const V small = hn::BitCast(d, hn::Sub(hn::BitCast(du, v), hn::Set(du, U{C::sigmoid_scale} << C::mantissa)));
  const V s = elementary::power(d, z);
#if HWY_NATIVE_FMA
  return hn::Div(small, hn::MulAdd(s, u, small));
#else
  const V lost = hn::Sub(hn::Sub(v, u), hn::Add(f, f));  // by u: f has more roundings here
  return hn::Div(small, hn::MulAdd(s, u, hn::MulAdd(s, lost, small)));
#endif
}

/// tanh |x| = u / (u + 2w), u = 1 - w + t, w = 2^-n, t = e^(2|x| - n ln 2) - 1. Where n = 0 (u = t) the division is of
/// e^(-2|x|) - 1 instead: its divisor lies below 2, where floats are twice as dense.
template <class D, class V>
HWY_INLINE V tanh_of(D d, V x) {
  using C = elementary::of<D>;
  constexpr std::size_t last = std::size(C::ln2_parts) - 1;
  const hn::RebindToUnsigned<D> du;
  const V a = elementary::at_most(d, hn::Abs(x), C::tanh_most);
  const V round = hn::Set(d, C::round + C::bias);
  const V z = hn::NegMulAdd(a, hn::Set(d, 2 * C::log2_e), round);
  const V n = hn::Sub(round, z);
  const V high = elementary::minus_multiples<C::ln2_parts, last>(d, hn::Add(a, a), n);
  // the bits of z and round differ by -n: not negative where n = 0
  const V minus_n = hn::BitCast(d, hn::Sub(hn::BitCast(du, z), hn::BitCast(du, round)));
  const V r = hn::Xor(high, hn::AndNot(minus_n, hn::SignBit(d)));
  const V w = elementary::power(d, z);
  const V base = hn::Sub(hn::Set(d, 1), w);
  const V linear = hn::Add(r, base);
  const V r2 = hn::Mul(r, r);
  const V tail = elementary::polynomial(elementary::coefficients<D, C::exp_c>(), r, r2);
#if HWY_NATIVE_FMA
  const V u = hn::MulAdd(tail, r2, linear);
#else
  // the product is rounded too: beside that, what is left of n ln 2 and what the first sum lost would be too much
  const V low = hn::NegMulAdd(n, hn::Set(d, C::ln2_parts[last]), hn::Sub(r, hn::Sub(linear, base)));
  const V u = hn::Add(linear, hn::MulAdd(tail, r2, low));
#endif
  return hn::Div(hn::CopySign(u, x), hn::Add(u, hn::Add(w, w)));
}

/// log(2^k m) = k ln 2 + log(1 + f), f = m - 1
template <class D, class V>
HWY_INLINE V log_of(D d, V x) {
  using C = elementary::of<D>;
  using U = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  V scaled = x;
  const auto tiny = hn::Lt(x, hn::Set(d, C::least_normal));
  const bool rare = !hn::AllTrue(d, hn::AndNot(tiny, hn::Lt(x, hn::Inf(d))));
  if (HWY_UNLIKELY(rare)) scaled = hn::IfThenElse(tiny, hn::Mul(x, hn::Set(d, C::integers)), x);
  auto e = elementary::exponent_of(d, scaled);
  if (HWY_UNLIKELY(rare)) e.k = hn::Sub(e.k, hn::IfThenElseZero(tiny, hn::Set(d, C::mantissa)));
  const auto m = hn::Add(hn::And(e.bits, hn::Set(du, (U{1} << C::mantissa) - 1)), hn::Set(du, C::sqrt_half_bits));
  V y = elementary::log_reduced(d, e.k, hn::Sub(hn::BitCast(d, m), hn::Set(d, 1)));
  if (HWY_UNLIKELY(rare)) {
    y = hn::IfThenElse(hn::Lt(x, hn::Inf(d)), y, x);
    y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::NaN(d), y);
    y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(hn::Inf(d)), y);
  }
  return y;
}

/// log(1 + x) = k ln 2 + log(1 + f), f = (1 + x) 2^-k - 1 = x 2^-k + (2^-k - 1); k is that of 1 + x rounded
template <class D, class V>
HWY_INLINE V log1p_of(D d, V x) {
  using C = elementary::of<D>;
  using U = hwy::MakeUnsigned<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> du;
  const V one = hn::Set(d, 1), least = hn::Set(d, -1);
  V scaled = x;
  const auto large = hn::Gt(x, hn::Set(d, C::log1p_large));
  const bool rare = !hn::AllTrue(d, hn::AndNot(large, hn::Gt(x, least)));
  if (HWY_UNLIKELY(rare)) scaled = hn::IfThenElse(large, hn::Mul(x, hn::Set(d, C::log1p_factor)), x);  // 2^-k would not be normal
  auto e = elementary::exponent_of(d, hn::Add(one, scaled));
  if (HWY_UNLIKELY(rare)) e.k = hn::Add(e.k, hn::IfThenElseZero(large, hn::Set(d, C::log1p_exponent)));
  const auto field = hn::And(e.bits, hn::Set(du, static_cast<U>(~((U{1} << C::mantissa) - 1))));
  const V s = hn::BitCast(d, hn::Sub(hn::Set(du, C::one_bits + C::exponent_zero), field));
  V y = elementary::log_reduced(d, e.k, hn::MulAdd(scaled, s, hn::Sub(s, one)));
  y = hn::CopySignToAbs(y, x);  // -0
  if (HWY_UNLIKELY(rare)) {
    y = hn::IfThenElse(hn::Lt(x, hn::Inf(d)), y, x);
    y = hn::IfThenElse(hn::Lt(x, least), hn::NaN(d), y);
    y = hn::IfThenElse(hn::Eq(x, least), hn::Neg(hn::Inf(d)), y);
  }
  return y;
}

/// erf |x| = |x| + |x| p(x^2) below the border, 1 - 2^q(|x|) above it
template <class D, class V>
HWY_INLINE V erf_of(D d, V x) {
  using C = elementary::of<D>;
  const V a = elementary::at_most(d, hn::Abs(x), C::erf_most);
  const V a2 = hn::Mul(a, a);
  const V below = hn::MulAdd(elementary::polynomial(elementary::coefficients<D, C::erf_c>(), a2, hn::Mul(a2, a2)), a, a);
  const V q = elementary::polynomial(elementary::coefficients<D, C::erfc_c>(), a, a2);
  const V round = hn::Set(d, C::round + C::bias);
  const V z = hn::Add(q, round);
  const V f = hn::Sub(q, hn::Sub(z, round));
  const V s = elementary::power(d, z);
  const V p = elementary::polynomial(elementary::coefficients<D, C::exp2_c>(), f, hn::Mul(f, f));
  const V above = hn::NegMulAdd(hn::Mul(s, f), p, hn::Sub(hn::Set(d, 1), s));
  return hn::CopySignToAbs(hn::IfThenElse(hn::Lt(a, hn::Set(d, C::erf_border)), below, above), x);
}

template <class D, class V>
HWY_INLINE V sin_of(D d, V x) {
  return elementary::trigonometric<false>(d, x);
}
template <class D, class V>
HWY_INLINE V cos_of(D d, V x) {
  return elementary::trigonometric<true>(d, x);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
