// SPDX-License-Identifier: Apache-2.0
// What follows the reduction of a tile: the epilogue, the stores, the totals. The sums of lanes are vectors again where the
// results are neighbours in memory.
#include "intarsia/kernels/stores-inl.hpp"
#include "intarsia/kernels/values-inl.hpp"

#if defined(INTARSIA_KERNELS_FINISH) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_FINISH
#undef INTARSIA_KERNELS_FINISH
#else
#define INTARSIA_KERNELS_FINISH
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Sums>
HWY_INLINE void finish(const pointers<N>& p, const counters<N>& c, const Sums& sum, all_totals<N>& sinks) {
  cells<N, Vectors, T, range<N::K.body, N::K.epilogue>> known;
  compute_all<N, Vectors, T, Lanes, Count>(p, c, known, sum, range<N::K.body, N::K.epilogue>{});
  store_all<N, Vectors, T, Lanes, Count>(p, known, std::make_integer_sequence<int, N::K.stores>{});
  if constexpr (N::K.sinks > 0) take_all<N, Vectors, T, Lanes, Count>(known, sinks, sink_range<N>{});
}

/// Results S to S + 3 (the last one again where there are no more), each with its lanes as one.
template <int S, class Sums>
HWY_INLINE auto four_results(const Sums& sum) {
  constexpr int last = Sums::results - 1;
  return added_up(sum.v[S], sum.v[S + 1 < last ? S + 1 : last], sum.v[S + 2 < last ? S + 2 : last], sum.v[S + 3 < last ? S + 3 : last]);
}
/// Each result by itself.
template <class N, tile_sizes T, class Sums, int... Four>
HWY_INLINE void finish_singly(const pointers<N>& p, const counters<N>& c, const Sums& sum, all_totals<N>& sinks, std::integer_sequence<int, Four...>) {
  sums<N, single<N>, T> one;
  constexpr int results = Sums::results;
  if constexpr (N::is_arg) {
    for (int s = 0; s < results; ++s) {
      one.v[s] = single<N>::template constant<N::sum_type>(0);
      one.place[s] = hn::Set(typename single<N>::template tag<std::int32_t>(), best_place<N>(sum.v[s], sum.place[s]));
    }
  } else if constexpr (adds_up_in_blocks<N::lanes, N::sum_type, N::K.reduction> && results > 1) {
    alignas(16) float each[4 * sizeof...(Four)];
    (hn::Store(four_results<4 * Four>(sum), hn::CappedTag<float, 4>(), each + 4 * Four), ...);
    for (int s = 0; s < results; ++s) one.v[s] = single<N>::template load<ir::dtype::f32>(each + s);
  } else {
    for (int s = 0; s < results; ++s)
      one.v[s] = across<N::lanes, N::sum_type, N::K.reduction>(typename single<N>::template tag<held_t<N::sum_type>>(), sum.v[s]);
  }
  finish<N, single<N>, T, 1, 1>(p, c, one, sinks);
}

/// Running results of four iterations of loop `Along`, from the First on (the last one again where there are no more), each with
/// its lanes as one.
template <class N, tile_sizes T, int Along, int S, int First, class Sums, int... R>
HWY_INLINE auto four_along(const Sums& sum, std::integer_sequence<int, R...>) {
  constexpr unsigned others = N::outer_bits & ~(1u << Along);
  constexpr int last = plan::iterations_of(T, Along) - 1;
  return added_up(sum.v[std::integral_constant<int, N::slots.slot_at(others, S, Along, First + R < last ? First + R : last, T)>::value]...);
}
template <class N, tile_sizes T, int Along, int S, int First, class Sums, int... Group>
HWY_INLINE auto vector_along(const Sums& sum, std::integer_sequence<int, Group...>) {
  return joined(four_along<N, T, Along, S, First + 4 * Group>(sum, std::make_integer_sequence<int, 4>{})...);
}
/// Iterations of loop `Along`, from the First on, as the lanes of vectors.
template <class N, tile_sizes T, int Along, int First, class Sums>
HWY_INLINE void finish_along(pointers<N> p, counters<N> c, const Sums& sum) {
  constexpr index left = plan::iterations_of(T, Along) - First, vectors = (left + N::full_lanes - 1) / N::full_lanes;
  constexpr index count = (left + vectors - 1) / vectors;
  using M = nest_on<plan::with_lane(N::K, Along, count < 4 ? 4 : count)>;
  using Vectors = vectors_of<M, M::lanes>;
  constexpr tile_sizes one_vector = plan::with_tile(T, Along, 1);
  using joined_sums = sums<M, Vectors, one_vector>;
  pointers<M> q;
  counters<M> at;
  for (int a = 0; a < N::K.accesses; ++a) q.at[a] = p.at[a];
  for (int l = 0; l < N::K.loops; ++l) at.at[l] = c.at[l];
  joined_sums results;
  [&]<int... S>(std::integer_sequence<int, S...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA {
    ((results.v[S] = vector_along<N, T, Along, S, First>(sum, std::make_integer_sequence<int, M::lanes / 4>{})), ...);
  }(std::make_integer_sequence<int, joined_sums::count>{});
  all_totals<M> none;
  finish<M, Vectors, one_vector, M::lanes, count>(q, at, results, none);
  if constexpr (count < left) {
    advance<N, Along>(p, c, std::integral_constant<index, count>{});
    finish_along<N, T, Along, First + static_cast<int>(count)>(p, c, sum);
  }
}

/// The lanes of all running results as one, and what is made of them.
template <class N, tile_sizes T, class Sums>
HWY_INLINE void finish_across(const pointers<N>& p, const counters<N>& c, const Sums& sum, all_totals<N>& sinks) {
  constexpr int along = plan::joined_loop(N::K);
  if constexpr (along >= 0 && plan::iterations_of(T, along) >= plan::fewest_joined && adds_up_in_blocks<N::lanes, N::sum_type, N::K.reduction>) finish_along<N, T, along, 0>(p, c, sum);
  else finish_singly<N, T>(p, c, sum, sinks, std::make_integer_sequence<int, (Sums::results + 3) / 4>{});
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
