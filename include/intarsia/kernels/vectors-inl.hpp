// SPDX-License-Identifier: Apache-2.0
// Vectors as the nests see them: every value of a nest has the same number of lanes, whatever its element type.
// 8- and 16-bit integers are computed as 32-bit ones and narrowed when they are stored; bool is a mask.
#include <array>
#include <cstring>
#include <tuple>
#include <utility>

#include "intarsia/kernels/attributes-inl.hpp"
#include "intarsia/ir/dtype.hpp"
#include "intarsia/ir/opcode.hpp"
#include "intarsia/support/config.hpp"
#include "intarsia/support/shape.hpp"

#if defined(INTARSIA_KERNELS_VECTORS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_VECTORS
#undef INTARSIA_KERNELS_VECTORS
#else
#define INTARSIA_KERNELS_VECTORS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The element type in registers.
template <ir::dtype T>
using held_t = std::conditional_t<(ir::size_of(T) < 4), std::int32_t, ir::element_t<T>>;

/// Keeps a value in a register where g++ would read it from memory again for every use: a load shared by several
/// multiply-adds is folded into each of them otherwise (1.8 cycles a use on Zen 4 if it crosses a cache line).
template <class V>
HWY_INLINE void keep_in_register(V& v) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  __asm__ volatile("" : "+v"(v.raw));  // any of 32 registers; for clang "x" is one of the first 16
#elif HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  __asm__ volatile("" : "+x"(v.raw));
#else
  (void)v;
#endif
}
/// Forgets what was read through a pointer: the compilers keep what one step of a sum loads for the next one, and spill.
HWY_INLINE void forget(char*& p) { __asm__ volatile("" : "+r"(p)); }

/// Operations on `Lanes` lanes at once; Wide is 4 or 8, the bytes of the widest element.
template <std::size_t Lanes, std::size_t Wide>
struct vectors {
  using wide_unsigned = std::conditional_t<Wide == 8, std::uint64_t, std::uint32_t>;
  template <class T>
  using tag = hn::CappedTag<T, Lanes>;
  using mask_tag = tag<wide_unsigned>;
  using mask = hn::Mask<mask_tag>;

  template <ir::dtype T>
  struct value {
    using type = hn::Vec<tag<held_t<T>>>;
  };
  template <ir::dtype T>
    requires(T == ir::dtype::boolean)
  struct value<T> {
    using type = mask;
  };
  template <ir::dtype T>
  using value_t = typename value<T>::type;

  // masks of narrower elements, as masks of the widest
  template <class T>
  static HWY_INLINE mask widen(hn::Mask<tag<T>> m) {
    if constexpr (sizeof(T) == Wide) return hn::RebindMask(mask_tag(), m);
    else {
      const tag<std::int32_t> d32;
      const tag<std::int64_t> d64;
      return hn::RebindMask(mask_tag(), hn::MaskFromVec(hn::PromoteTo(d64, hn::VecFromMask(d32, hn::RebindMask(d32, m)))));
    }
  }
  template <class T>
  static HWY_INLINE hn::Mask<tag<T>> narrow(mask m) {
    if constexpr (sizeof(T) == Wide) return hn::RebindMask(tag<T>(), m);
    else {
      const tag<std::uint32_t> d32;
      const tag<std::uint64_t> d64;
      return hn::RebindMask(tag<T>(), hn::MaskFromVec(hn::TruncateTo(d32, hn::VecFromMask(d64, hn::RebindMask(d64, m)))));
    }
  }
  static HWY_INLINE mask first(std::size_t count) { return hn::FirstN(mask_tag(), count); }

  /// Element by element, for what has no vector instruction on every target.
  template <class To, class F, class... V>
  static HWY_INLINE hn::Vec<tag<To>> lanewise(F f, V... v) {
    alignas(64) To out[Lanes];
    lanewise_into<To>(out, f, std::make_index_sequence<sizeof...(V)>{}, v...);
    return hn::Load(tag<To>(), out);
  }

  template <ir::dtype T>
  static HWY_INLINE value_t<T> constant(double v) {
    if constexpr (T == ir::dtype::boolean) return v != 0 ? first(Lanes) : first(0);
    else return hn::Set(tag<held_t<T>>(), static_cast<held_t<T>>(static_cast<ir::element_t<T>>(v)));
  }

  // ---- memory ----
  template <ir::dtype T>
  static HWY_INLINE value_t<T> load(const ir::element_t<T>* p) {
    using E = ir::element_t<T>;
    if constexpr (T == ir::dtype::boolean) {
      return widen<std::int32_t>(hn::Ne(from_memory<std::uint8_t>(reinterpret_cast<const std::uint8_t*>(p)), hn::Zero(tag<std::int32_t>())));
    } else return from_memory<E>(p);
  }
  /// 16 bytes, or a shorter vector, again and again.
  template <ir::dtype T>
  static HWY_INLINE value_t<T> load_block(const ir::element_t<T>* p) {
    if constexpr (Lanes * ir::size_of(T) <= 16) return load<T>(p);
    else return hn::LoadDup128(tag<ir::element_t<T>>(), p);
  }
  template <ir::dtype T>
  static HWY_INLINE value_t<T> load_first(const ir::element_t<T>* p, std::size_t count) {
    using E = ir::element_t<T>;
    // masked loads do not fault only where the instruction says so: AVX2 and AVX-512 for 4 and 8 bytes
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
    if constexpr (sizeof(E) >= 4) return hn::MaskedLoad(hn::FirstN(tag<E>(), count), tag<E>(), p);
    else
#endif
    {
      alignas(64) E buffer[Lanes] = {};
      for (std::size_t i = 0; i < count; ++i) buffer[i] = p[i];
      return load<T>(buffer);
    }
  }
  /// Lanes first <= i < end.
  template <class E>
  static HWY_INLINE hn::Mask<tag<E>> between(index first, index end) {
    const auto [from, to] = within_lanes(first, end);
    const tag<E> d;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3  // FirstN has a branch there: without it, masks that several loads share are made once
    const std::uint64_t bits = (std::uint64_t{1} << to) - (std::uint64_t{1} << from);
    std::uint8_t bytes[8];
    std::memcpy(bytes, &bits, sizeof bits);
    return hn::LoadMaskBits(d, bytes);
#else
    return hn::AndNot(hn::FirstN(d, static_cast<std::size_t>(from)), hn::FirstN(d, static_cast<std::size_t>(to)));
#endif
  }
  /// Elements first <= i < end of p[i], zero elsewhere; no other is read. Not for bool and 8 or 16 bits.
  template <ir::dtype T>
  static HWY_INLINE value_t<T> load_between(const ir::element_t<T>* p, index first, index end) {
    using E = ir::element_t<T>;
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
    if (__builtin_constant_p(first <= 0 && end >= static_cast<index>(Lanes)) && first <= 0 && end >= static_cast<index>(Lanes)) return load<T>(p);
    return hn::MaskedLoad(between<E>(first, end), tag<E>(), p);
#else
    const auto [from, to] = within_lanes(first, end);
    if (from == 0 && to == static_cast<index>(Lanes)) return load<T>(p);
    alignas(64) E buffer[Lanes];
    for (index i = 0; i < static_cast<index>(Lanes); ++i) buffer[i] = i >= from && i < to ? p[i] : E(0);  // a loop from `from` is a call of memcpy
    return load<T>(buffer);
#endif
  }
  /// The same of p[2 i], where elements are counted in p.
  template <ir::dtype T>
  static HWY_INLINE value_t<T> every_second_between(const ir::element_t<T>* p, index first, index end) {
    constexpr index n = static_cast<index>(Lanes);
#if HWY_TARGET > HWY_AVX2 || !HWY_ARCH_X86
    if (first <= 0 && end >= 2 * n - 1) return gather<T, 2, Lanes>(p);  // no masked loads
#endif
    const auto low = load_between<T>(p, first, end), high = load_between<T>(p + n, first - n, end - n);
#if HWY_TARGET == HWY_SCALAR
    return low;
#else
    if constexpr (Lanes == 1) return low;
    else return hn::ConcatEven(tag<ir::element_t<T>>(), high, low);
#endif
  }
  template <ir::dtype T>
  static HWY_INLINE value_t<T> splat(const ir::element_t<T>* p) {
    if constexpr (T == ir::dtype::boolean) return *p ? first(Lanes) : first(0);
    else return hn::Set(tag<held_t<T>>(), static_cast<held_t<T>>(*p));
  }
  /// Every Stride-th element, Count of them.
  template <ir::dtype T, std::ptrdiff_t Stride, std::size_t Count>
  static HWY_INLINE value_t<T> gather(const ir::element_t<T>* p) {
    if constexpr (Stride == 2 && ir::size_of(T) >= 4 && Lanes >= 4 && HWY_TARGET != HWY_SCALAR) return every_second<T, Count>(p);
    else {
      alignas(64) ir::element_t<T> buffer[Lanes] = {};
      for (std::size_t i = 0; i < Count; ++i) buffer[i] = p[static_cast<std::ptrdiff_t>(i) * Stride];
      return load<T>(buffer);
    }
  }
#if HWY_TARGET != HWY_SCALAR
  /// Elements 0, 2, 4 ... of p, the first half of them in the even lanes, the second in the odd ones: its vector begins one place
  /// early, so that it ends with the last element wanted.
  template <ir::dtype T, std::size_t Count>
  static HWY_INLINE value_t<T> every_second_in_turn(const ir::element_t<T>* p) {
    constexpr std::size_t last = 2 * Count - 1;  // elements from the first wanted to the last
    const auto low = last < Lanes ? load_first<T>(p, last) : load<T>(p);
    if constexpr (last < Lanes) return low;
    else {
      const ir::element_t<T>* const from = p + Lanes - 1;
      return hn::OddEven(Count == Lanes ? load<T>(from) : load_first<T>(from, last - (Lanes - 1)), low);
    }
  }
  /// The same where only [first, end) of p exists.
  template <ir::dtype T>
  static HWY_INLINE value_t<T> every_second_in_turn_between(const ir::element_t<T>* p, index first, index end) {
    constexpr index before = static_cast<index>(Lanes) - 1;
    return hn::OddEven(load_between<T>(p + before, first - before, end - before), load_between<T>(p, first, end));
  }
  /// Lanes in turn as a sequence.
  template <ir::dtype T>
  static HWY_INLINE value_t<T> in_order(value_t<T> v) {
    return hn::TableLookupLanes(v, hn::IndicesFromVec(tag<ir::element_t<T>>(), evens_then_odds<ir::element_t<T>>()));
  }
#endif
  /// The even ones of 2 Count elements from p, and the odd ones.
  template <ir::dtype T, std::size_t Count>
  static HWY_INLINE void load_pairs(const ir::element_t<T>* p, value_t<T>& even, value_t<T>& odd) {
    const tag<ir::element_t<T>> d;
    const auto low = 2 * Count < Lanes ? load_first<T>(p, 2 * Count) : load<T>(p);
    const auto high = 2 * Count <= Lanes ? hn::Zero(d) : Count < Lanes ? load_first<T>(p + Lanes, 2 * Count - Lanes) : load<T>(p + Lanes);
#if HWY_TARGET == HWY_SCALAR
    even = odd = low, (void)high;
#else
    even = hn::ConcatEven(d, high, low), odd = hn::ConcatOdd(d, high, low);
#endif
  }
  /// Whether a vector that crosses cache lines is had for less from the two that it lies in.
  template <ir::dtype T>
  static constexpr bool shifts = HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86 && T == ir::dtype::f32 && Lanes == 16;
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  /// Lanes By to 15 of `low`, then the first of `high`.
  template <ir::dtype T, int By>
  static HWY_INLINE value_t<T> shifted(value_t<T> low, value_t<T> high) {
    return value_t<T>{_mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(high.raw), _mm512_castps_si512(low.raw), By))};
  }
#endif
  /// Whether two such vectors together are cheaper than each for itself.
  template <ir::dtype T>
  static constexpr bool reads_pairs = HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86 && ir::size_of(T) >= 4 && Lanes >= 4;
  template <ir::dtype T>
  static HWY_INLINE void store(value_t<T> v, ir::element_t<T>* p) {
    using E = ir::element_t<T>;
    if constexpr (T == ir::dtype::boolean) {
      const tag<std::int32_t> d;
      to_memory<std::uint8_t>(hn::IfThenElseZero(narrow<std::int32_t>(v), hn::Set(d, 1)), reinterpret_cast<std::uint8_t*>(p));
    } else to_memory<E>(v, p);
  }
  template <ir::dtype T>
  static HWY_INLINE void store_first(value_t<T> v, ir::element_t<T>* p, std::size_t count) {
    using E = ir::element_t<T>;
    // one lane: g++ 12 makes a masked store of a constant mask into a read and a write of all 16 bytes
    if constexpr (Lanes == 1) store<T>(v, p);
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
    else if constexpr (sizeof(E) >= 4) hn::BlendedStore(v, hn::FirstN(tag<E>(), count), tag<E>(), p);
#elif HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
    else if constexpr (sizeof(E) >= 4) store_halves(tag<E>(), v, p, count);  // AVX2's masked stores take as long as a dozen others
#endif
    else {
      alignas(64) E buffer[Lanes];
      store<T>(v, buffer);
      for (std::size_t i = 0; i < count; ++i) p[i] = buffer[i];
    }
  }
  /// The first Count lanes of a and b in turn.
  template <ir::dtype T, std::size_t Count>
  static HWY_INLINE void store_interleaved(ir::element_t<T>* p, value_t<T> a, value_t<T> b) {
    const tag<ir::element_t<T>> d;
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
    if constexpr (T == ir::dtype::f32 && Lanes == 16) {
      alignas(64) static constexpr std::uint32_t turns[32] = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
      const value_t<T> low{_mm512_permutex2var_ps(a.raw, _mm512_load_si512(turns), b.raw)};
      if constexpr (2 * Count < Lanes) return store_first<T>(low, p, 2 * Count);
      store<T>(low, p);
      if constexpr (2 * Count > Lanes) {
        const value_t<T> high{_mm512_permutex2var_ps(a.raw, _mm512_load_si512(turns + Lanes), b.raw)};
        if constexpr (Count == Lanes) store<T>(high, p + Lanes);
        else store_first<T>(high, p + Lanes, 2 * Count - Lanes);
      }
      return;
    }
#endif
    if constexpr (Count == Lanes) hn::StoreInterleaved2(a, b, d, p);
    else {
      alignas(64) ir::element_t<T> buffer[2 * Lanes];
      hn::StoreInterleaved2(a, b, d, buffer);
      if constexpr (2 * Count < Lanes) store_first<T>(load<T>(buffer), p, 2 * Count);
      else store<T>(load<T>(buffer), p);
      if constexpr (2 * Count > Lanes) store_first<T>(load<T>(buffer + Lanes), p + Lanes, 2 * Count - Lanes);
    }
  }
  template <ir::dtype T>
  static HWY_INLINE void scatter(value_t<T> v, ir::element_t<T>* p, std::ptrdiff_t stride, std::size_t count) {
    alignas(64) ir::element_t<T> buffer[Lanes];
    store<T>(v, buffer);
    for (std::size_t i = 0; i < count; ++i) p[static_cast<std::ptrdiff_t>(i) * stride] = buffer[i];
  }

 private:
  struct lane_range {
    index from, to;
  };
  static HWY_INLINE lane_range within_lanes(index first, index end) {
    const index from = first < 0 ? 0 : first > static_cast<index>(Lanes) ? static_cast<index>(Lanes) : first;
    return {from, end < from ? from : end > static_cast<index>(Lanes) ? static_cast<index>(Lanes) : end};
  }
#if HWY_TARGET != HWY_SCALAR
  template <class E>
  static HWY_INLINE auto evens_then_odds() {
    const hn::RebindToUnsigned<tag<E>> d;
    const auto i = hn::Iota(d, 0);
    const auto twice = hn::Add(i, i), half = hn::Set(d, static_cast<hn::TFromD<decltype(d)>>(Lanes - 1));
    return hn::IfThenElse(hn::Lt(i, hn::Set(d, Lanes / 2)), twice, hn::Sub(twice, half));
  }
  /// Elements 0, 2, 4 ... of p.
  template <ir::dtype T, std::size_t Count>
  static HWY_INLINE value_t<T> every_second(const ir::element_t<T>* p) {
    const tag<ir::element_t<T>> d;
    if constexpr (2 * Count - 1 < Lanes) return hn::ConcatEven(d, hn::Zero(d), every_second_in_turn<T, Count>(p));
    else return in_order<T>(every_second_in_turn<T, Count>(p));
  }
#endif
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  /// The first `count` lanes, less than all: a half at a time. `count` is a constant of the caller's.
  template <class D, class V, class E>
  static HWY_INLINE void store_halves(D d, V v, E* p, std::size_t count) {
    if constexpr (hn::MaxLanes(D()) > 1) {
      const hn::Half<D> half;
      constexpr std::size_t n = hn::MaxLanes(hn::Half<D>());
      if (count < n) return store_halves(half, hn::LowerHalf(half, v), p, count);
      hn::StoreU(hn::LowerHalf(half, v), half, p);
      if (count > n) store_halves(half, hn::UpperHalf(half, v), p + n, count - n);
    }
    (void)d;
  }
#endif
  template <class To, class F, std::size_t... I, class... V>
  static HWY_INLINE void lanewise_into(To* out, F f, std::index_sequence<I...>, V... v) {
    std::tuple<std::array<hn::TFromV<V>, Lanes>...> in;
    (hn::StoreU(v, tag<hn::TFromV<V>>(), std::get<I>(in).data()), ...);
    for (std::size_t i = 0; i < Lanes; ++i) out[i] = f(std::get<I>(in)[i]...);
  }
  template <class E>
  static HWY_INLINE auto from_memory(const E* p) {
    if constexpr (sizeof(E) >= 4) return hn::LoadU(tag<E>(), p);
    else if constexpr (Lanes * sizeof(E) >= 4 || Lanes == 1) return hn::PromoteTo(tag<std::int32_t>(), hn::LoadU(tag<E>(), p));
    else {
      alignas(16) std::int32_t wide[Lanes];
      for (std::size_t i = 0; i < Lanes; ++i) wide[i] = p[i];
      return hn::Load(tag<std::int32_t>(), wide);
    }
  }
  template <class E, class V>
  static HWY_INLINE void to_memory(V v, E* p) {
    if constexpr (sizeof(E) >= 4) hn::StoreU(v, tag<E>(), p);
    else {
      alignas(64) std::int32_t wide[Lanes];
      hn::Store(v, tag<std::int32_t>(), wide);
      for (std::size_t i = 0; i < Lanes; ++i) p[i] = static_cast<E>(wide[i]);
    }
  }
};

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
