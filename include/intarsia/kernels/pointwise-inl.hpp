// SPDX-License-Identifier: Apache-2.0
// The pointwise operations on vectors. The rule for all: NaN in, NaN out, on every target and lane.
#include <tuple>

#include "intarsia/kernels/elementary-inl.hpp"
#include "intarsia/kernels/vectors-inl.hpp"

#if defined(INTARSIA_KERNELS_POINTWISE) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_POINTWISE
#undef INTARSIA_KERNELS_POINTWISE
#else
#define INTARSIA_KERNELS_POINTWISE
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The larger; NaN if either is. x86's instruction returns its second operand when one is NaN, others differ.
template <class D, class V>
HWY_INLINE V max_of(D d, V a, V b) {
  (void)d;
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Gt(a, b), a, b));
  else return hn::IfThenElse(hn::Gt(a, b), a, b);
}
template <class D, class V>
HWY_INLINE V min_of(D d, V a, V b) {
  (void)d;
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(a, b), a, b));
  else return hn::IfThenElse(hn::Lt(a, b), a, b);
}

/// op on lanes of element type T (From: the operands' type where it differs from the result's).
template <class Vectors, ir::opcode Op, ir::dtype T, ir::dtype From>
struct pointwise {
  template <class X>
  using tag = typename Vectors::template tag<X>;
  using held = held_t<From == ir::dtype::none || From == ir::dtype::boolean ? T : From>;
  static constexpr bool small = ir::size_of(From) < 4 && From != ir::dtype::boolean;
  static constexpr bool real = ir::is_float(From);

  // 8- and 16-bit results wrap as they do in memory
  template <class V>
  static HWY_INLINE V wrap(V v) {
    if constexpr (!small) return v;
    else {
      constexpr int bits = 32 - 8 * ir::size_of(From);
      const tag<std::int32_t> d;
      if constexpr (std::is_signed_v<ir::element_t<From>>) return hn::ShiftRight<bits>(hn::ShiftLeft<bits>(v));
      else return hn::And(v, hn::Set(d, static_cast<std::int32_t>((std::uint32_t{1} << (32 - bits)) - 1)));
    }
  }

  template <class V>
  static HWY_INLINE auto run(V a) {
    using ir::opcode;
    if constexpr (Op == opcode::cast) return convert(a);
    else if constexpr (Op == opcode::logical_not) return hn::Not(a);
    else if constexpr (From == ir::dtype::boolean) return a;
    else {
      const tag<held> d;
      if constexpr (Op == opcode::neg) {
        if constexpr (real) return hn::Neg(a);
        else return wrap(hn::Sub(hn::Zero(d), a));
      } else if constexpr (Op == opcode::abs) {
        if constexpr (real) return hn::Abs(a);
        else if constexpr (std::is_signed_v<held>) return wrap(hn::IfThenElse(hn::Lt(a, hn::Zero(d)), hn::Sub(hn::Zero(d), a), a));
        else return a;
      } else if constexpr (Op == opcode::relu) {
        if constexpr (real) return hn::IfThenZeroElse(hn::Lt(a, hn::Zero(d)), a);
        else return max_of(d, hn::Zero(d), a);
      } else if constexpr (Op == opcode::is_nan) {
        if constexpr (real) return Vectors::template widen<held>(hn::IsNaN(a));
        else return Vectors::first(0);
      } else if constexpr (!real) {
        // elementary functions of integers are not offered by the language
        return a;
      } else if constexpr (Op == opcode::sqrt) return hn::Sqrt(a);
      else if constexpr (Op == opcode::rsqrt) return hn::Div(hn::Set(d, held(1)), hn::Sqrt(a));
      else if constexpr (Op == opcode::exp) return exp_of(d, a);
      else if constexpr (Op == opcode::log) return log_of(d, a);
      else if constexpr (Op == opcode::log1p) return log1p_of(d, a);
      else if constexpr (Op == opcode::expm1) return expm1_of(d, a);
      else if constexpr (Op == opcode::tanh) return tanh_of(d, a);
      else if constexpr (Op == opcode::sigmoid) return sigmoid_of(d, a);
      else if constexpr (Op == opcode::sin) return sin_of(d, a);
      else if constexpr (Op == opcode::cos) return cos_of(d, a);
      else if constexpr (Op == opcode::erf) return erf_of(d, a);
    }
  }

  template <class V>
  static HWY_INLINE auto run(V a, V b) {
    using ir::opcode;
    if constexpr (From == ir::dtype::boolean) {
      if constexpr (Op == opcode::logical_and || Op == opcode::mul || Op == opcode::min) return hn::And(a, b);
      else if constexpr (Op == opcode::equal) return hn::Not(hn::Xor(a, b));
      else if constexpr (Op == opcode::not_equal) return hn::Xor(a, b);
      else return hn::Or(a, b);
    } else {
      const tag<held> d;
      if constexpr (Op == opcode::add) return wrap(hn::Add(a, b));
      else if constexpr (Op == opcode::sub) return wrap(hn::Sub(a, b));
      else if constexpr (Op == opcode::mul) {
        if constexpr (sizeof(held) == 8 && !real) return Vectors::template lanewise<held>([](held x, held y) { return static_cast<held>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y)); }, a, b);
        else return wrap(hn::Mul(a, b));
      } else if constexpr (Op == opcode::div) {
        if constexpr (real) return hn::Div(a, b);
        // x / 0 is 0 for integers: no trap inside of a kernel
        else return wrap(Vectors::template lanewise<held>([](held x, held y) { return y == 0 ? held(0) : y == held(-1) && std::is_signed_v<held> ? static_cast<held>(std::uint64_t{0} - static_cast<std::uint64_t>(x)) : static_cast<held>(x / y); }, a, b));
      } else if constexpr (Op == opcode::max) return max_of(d, a, b);
      else if constexpr (Op == opcode::min) return min_of(d, a, b);
      else if constexpr (Op == opcode::less) return Vectors::template widen<held>(hn::Lt(a, b));
      else if constexpr (Op == opcode::less_equal) {
        if constexpr (real) return Vectors::template widen<held>(hn::Le(a, b));
        else return Vectors::template widen<held>(hn::Not(hn::Lt(b, a)));
      } else if constexpr (Op == opcode::equal) return Vectors::template widen<held>(hn::Eq(a, b));
      else if constexpr (Op == opcode::not_equal) return Vectors::template widen<held>(hn::Ne(a, b));
      else return a;
    }
  }

  template <class M, class V>
  static HWY_INLINE V run(M mask, V a, V b) {
    if constexpr (T == ir::dtype::boolean) return hn::Or(hn::And(mask, a), hn::AndNot(mask, b));
    else return hn::IfThenElse(Vectors::template narrow<held_t<T>>(mask), a, b);
  }

 private:
  template <class V>
  static HWY_INLINE auto convert(V a) {
    using To = held_t<T>;
    if constexpr (From == ir::dtype::boolean) {
      if constexpr (T == ir::dtype::boolean) return a;
      else return hn::IfThenElseZero(Vectors::template narrow<To>(a), hn::Set(tag<To>(), To(1)));
    } else if constexpr (T == ir::dtype::boolean) return Vectors::template widen<held>(hn::Ne(a, hn::Zero(tag<held>())));
    else if constexpr (std::is_same_v<held, To> && ir::size_of(T) >= ir::size_of(From)) return a;
    else if constexpr (std::is_same_v<held, std::int32_t> && std::is_same_v<To, float>) return hn::ConvertTo(tag<float>(), a);
    else if constexpr (std::is_same_v<held, float> && std::is_same_v<To, std::int32_t> && T == ir::dtype::i32) return hn::ConvertTo(tag<std::int32_t>(), a);
    else if constexpr (std::is_same_v<held, float> && std::is_same_v<To, double>) return hn::PromoteTo(tag<double>(), a);
    else if constexpr (std::is_same_v<held, double> && std::is_same_v<To, float>) return hn::DemoteTo(tag<float>(), a);
    else return Vectors::template lanewise<To>([](held x) { return static_cast<To>(static_cast<ir::element_t<T>>(x)); }, a);
  }
};

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
