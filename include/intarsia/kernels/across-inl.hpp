// SPDX-License-Identifier: Apache-2.0
// The lanes of running results as one.
#include "intarsia/kernels/sums-inl.hpp"

#if defined(INTARSIA_KERNELS_ACROSS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_ACROSS
#undef INTARSIA_KERNELS_ACROSS
#else
#define INTARSIA_KERNELS_ACROSS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
/// The blocks of four lanes as one.
template <class V>
HWY_INLINE auto blocks_added(V v) {
  const hn::DFromV<V> d;
  if constexpr (hn::MaxLanes(decltype(d)()) <= 4) return v;
  else {
    const hn::Half<decltype(d)> half;
    return blocks_added(hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}
/// Four vectors, each of them added up: halves onto halves in every block of four lanes, then the blocks.
template <class V>
HWY_INLINE auto added_up(V a, V b, V c, V e) {
  const hn::DFromV<V> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const auto ab = hn::BitCast(pairs, hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)));
  const auto ce = hn::BitCast(pairs, hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e)));
  return blocks_added(hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, ab, ce)), hn::BitCast(d, hn::InterleaveUpper(pairs, ab, ce))));
}
/// The same of one, with the same bits, as a vector of one lane: GetLane and Set fill the others.
template <class V>
HWY_INLINE auto added_up(V v) {
  v = hn::Add(v, hn::Shuffle1032(v));
  const auto block = blocks_added(hn::Add(v, hn::Shuffle2301(v)));
  const hn::Half<hn::DFromV<decltype(block)>> two;
  return hn::LowerHalf(hn::Half<decltype(two)>(), hn::LowerHalf(two, block));
}
template <class V>
HWY_INLINE V joined(V v) {
  return v;
}
/// Vectors one behind the other as one.
template <class V, class... More>
HWY_INLINE auto joined(V a, V b, More... more) {
  const hn::Twice<hn::DFromV<V>> d;
  if constexpr (sizeof...(More) == 0) return hn::Combine(d, b, a);
  else return joined(hn::Combine(d, b, a), joined(more...));
}
#else  // never called: a vector has one lane
template <class V>
V added_up(V a, V b, V c, V e);
template <class V>
V added_up(V v);
template <class V, class... More>
V joined(V v, More... more);
#endif
template <index Lanes, ir::dtype Type, ir::opcode Op>
inline constexpr bool adds_up_in_blocks = Op == ir::opcode::add && Type == ir::dtype::f32 && Lanes >= 4;

/// The lanes of a running result as one, a vector of one lane.
template <index Lanes, ir::dtype Type, ir::opcode Op, class D, class V>
HWY_INLINE hn::Vec<D> across(D one, V v) {
  using E = held_t<Type>;
  const hn::DFromV<V> d;
  if constexpr (adds_up_in_blocks<Lanes, Type, Op>) return added_up(v);
  else if constexpr (Op == ir::opcode::add && ir::is_float(Type)) return hn::Set(one, hn::GetLane(hn::SumOfLanes(d, v)));
  else {
    alignas(64) E lane[Lanes];
    hn::Store(v, d, lane);
    E r = lane[0];
    for (index i = 1; i < Lanes; ++i) {
      if constexpr (Op == ir::opcode::add) r = static_cast<E>(r + lane[i]);
      else if (lane[i] != lane[i] || (Op == ir::opcode::max ? lane[i] > r : lane[i] < r)) r = lane[i];
    }
    return hn::Set(one, r);
  }
}
template <class N, class V, class P>
HWY_INLINE std::int32_t best_place(V v, P place) {
  using E = held_t<N::sum_type>;
  alignas(64) E value[N::lanes];
  alignas(64) std::int32_t at[N::lanes];
  hn::Store(v, hn::DFromV<V>(), value);
  hn::Store(place, hn::DFromV<P>(), at);
  index b = 0;
  for (index i = 1; i < N::lanes; ++i) {
    const bool nan_b = value[b] != value[b], nan_i = value[i] != value[i];
    const bool better = nan_i != nan_b ? nan_i : !nan_i && (N::K.reduction == ir::opcode::argmax ? value[i] > value[b] : value[i] < value[b]);
    const bool same = nan_i == nan_b && (nan_i || value[i] == value[b]);
    if (better || (same && at[i] < at[b])) b = i;
  }
  return at[b];
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
