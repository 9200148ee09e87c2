// SPDX-License-Identifier: Apache-2.0
// Running totals of the results of all iterations.
#include "intarsia/kernels/across-inl.hpp"
#include "intarsia/plan/additions.hpp"

#if defined(INTARSIA_KERNELS_TOTALS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_TOTALS
#undef INTARSIA_KERNELS_TOTALS
#else
#define INTARSIA_KERNELS_TOTALS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Running totals over all outer iterations.
template <class N>
inline constexpr index sink_lanes = N::horizontal ? 1 : N::lanes;
template <class N>
using sink_range = std::make_integer_sequence<int, N::K.sinks>;
template <class N, int Sink>
inline constexpr ir::dtype sink_type = N::K.code[N::K.sink[Sink].term].type;
/// Iterations of a tile go to several totals in turn: an addition takes four cycles.
template <class N>
inline constexpr int ways = N::K.sinks > 4 ? 1 : N::K.sinks > 1 ? 2 : 4;
template <class N, int Sink>
struct total {
  typename vectors_of<N, sink_lanes<N>>::template value_t<sink_type<N, Sink>> v[ways<N>];
};
template <class N, class Sequence = sink_range<N>>
struct all_totals;
template <class N, int... Sink>
struct all_totals<N, std::integer_sequence<int, Sink...>> : total<N, Sink>... {};

/// Where one vector holds the whole lane loop, its empty lanes are left out of the totals at the end, not of each term.
template <class N>
inline constexpr bool is_one_vector = !N::horizontal && N::K.lane >= 0 && N::K.extent[N::K.lane >= 0 ? N::K.lane : 0] < N::lanes;

template <class N, int Sink>
HWY_INLINE void clear(all_totals<N>& sinks) {
  constexpr double first = neutral<sink_type<N, Sink>>(N::K.sink[Sink].op);
  for (auto& v : static_cast<total<N, Sink>&>(sinks).v) v = vectors_of<N, sink_lanes<N>>::template constant<sink_type<N, Sink>>(first);
}
template <class N, int... Sink>
HWY_INLINE void clear(all_totals<N>& sinks, std::integer_sequence<int, Sink...>) {
  (clear<N, Sink>(sinks), ...);
}

template <class N, class Vectors, tile_sizes T, index Lanes, index Count, int Sink, int S, class Cells, class V>
HWY_INLINE void take(const Cells& known, V& sum) {
  constexpr plan::sink_of sink = plan::fused_sink(N::K, N::K.sink[Sink]);
  constexpr ir::dtype type = sink_type<N, Sink>;
  using D = typename Vectors::template tag<held_t<type>>;
  auto term = get<N, Vectors, sink.term, T, N::outer_bits, S>(known);
  constexpr index taken = is_one_vector<N> ? Lanes : Count;
  if constexpr (sink.op == ir::opcode::add) term = first_lanes<N, sink.term, Lanes, taken>(term);
  else if constexpr (taken < Lanes) term = hn::IfThenElse(hn::FirstN(D(), static_cast<std::size_t>(taken)), term, sum);
  if constexpr (sink.factor >= 0) {
    auto factor = get<N, Vectors, sink.factor, T, N::outer_bits, S>(known);
    factor = first_lanes<N, sink.factor, Lanes, taken>(factor);
    sum = add_product<Vectors, type>(sum, term, factor);
  } else sum = combine<Vectors, type, sink.op>(sum, term);
}
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, int Sink, class Cells, int... S>
HWY_INLINE void take_slots(const Cells& known, all_totals<N>& sinks, std::integer_sequence<int, S...>) {
  (take<N, Vectors, T, Lanes, Count, Sink, S>(known, static_cast<total<N, Sink>&>(sinks).v[S % ways<N>]), ...);
}
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Cells, int... Sink>
HWY_INLINE void take_all(const Cells& known, all_totals<N>& sinks, std::integer_sequence<int, Sink...>) {
  (take_slots<N, Vectors, T, Lanes, Count, Sink>(known, sinks, std::make_integer_sequence<int, N::slots.slots(N::outer_bits, T)>{}), ...);
}

/// A total as one number.
template <class N, int Sink>
HWY_INLINE auto whole(all_totals<N>& sinks) {
  constexpr ir::dtype type = sink_type<N, Sink>;
  constexpr ir::opcode op = N::K.sink[Sink].op;
  using Vectors = vectors_of<N, sink_lanes<N>>;
  auto& v = static_cast<total<N, Sink>&>(sinks).v;
  if constexpr (ways<N> == 4) v[0] = combine<Vectors, type, op>(v[0], v[2]), v[1] = combine<Vectors, type, op>(v[1], v[3]);
  if constexpr (ways<N> > 1) v[0] = combine<Vectors, type, op>(v[0], v[1]);
  if constexpr (is_one_vector<N>) {
    const typename Vectors::template tag<held_t<type>> d;
    v[0] = hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(N::K.extent[N::K.lane])), v[0], Vectors::template constant<type>(neutral<type>(op)));
  }
  auto one = across<sink_lanes<N>, type, op>(typename single<N>::template tag<held_t<type>>(), v[0]);
#if defined(__clang__)
  keep_in_register(one);  // clang packs several of them into one vector, and waits for it (ten steps of learning a 1x2 kernel: 10 ns)
#endif
  return one;
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
