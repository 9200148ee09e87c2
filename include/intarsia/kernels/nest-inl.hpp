// SPDX-License-Identifier: Apache-2.0
// The one kernel: a loop nest over a `plan::nest`, everything about it known at compile time.
// Receives a pointer for each access; reads and writes no byte outside of the elements that the accesses name.
#include "intarsia/kernels/ahead-inl.hpp"
#include "intarsia/kernels/finish-inl.hpp"
#include "intarsia/kernels/products-inl.hpp"
#include "intarsia/support/target.hpp"

#if defined(INTARSIA_KERNELS_NEST) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_NEST
#undef INTARSIA_KERNELS_NEST
#else
#define INTARSIA_KERNELS_NEST
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The steps of reduction loop L that meet more than the zeros around an operand, for any element of this tile.
template <class N, int L, tile_sizes T>
HWY_INLINE plan::interval steps_between_zeros(const counters<N>& c) {
  constexpr int row = plan::zeros_along(N::K, L), by = plan::zeros_by(N::K, row);
  constexpr plan::zeros_passed zeros = plan::zeros_passed_by(N::K, L, row);
  return zeros.left(c.at[by], plan::iterations_of(T, by));
}

template <class N, int L, class Inside>
HWY_INLINE void enter(const pointers<N>& p, const counters<N>& c) {
  if constexpr (L == N::K.outer && Inside::loops > L && N::ahead.access >= 0)
    fetch_ahead<N>(p, c, std::make_integer_sequence<int, N::K.outer>{}, std::make_integer_sequence<int, N::ahead.share()>{});
  (void)p, (void)c;
}

/// The loops around a tile, and in it those of the reduction.
template <class N, int L>
inline constexpr plan::stages stages_of{N::slots, L};
/// Lanes of the vectors of a stage.
template <class N, int L, int Stage, index Count>
inline constexpr index lanes_in = stages_of<N, L>.of[Stage].elements < N::lanes && L == N::K.lane ? stages_of<N, L>.of[Stage].elements : Count;

/// Loop L from this stage on, in it the loops behind it up to `Inside::loops`, in them `inside`. One function for each
/// stage and no more: a compiler copies a body into each of the functions around it (a quarter of g++'s time with four).
template <class N, int L, tile_sizes T, index Count, int Stage = 0, class Inside>
HWY_INLINE void loop(pointers<N> p, counters<N> c, const Inside& inside) {
  if constexpr (L == Inside::loops) inside.template run<T, Count>(p, c);
  else {
    constexpr plan::stage s = stages_of<N, L>.of[Stage];
    constexpr bool more = Stage + 1 < stages_of<N, L>.count;
    constexpr tile_sizes tile = plan::tile_at(N::slots, T, L, s.size, s.from, s.last(), s.elements);
    if constexpr (s.times == 1) {
      enter<N, L, Inside>(p, c);
      loop<N, L + 1, tile, lanes_in<N, L, Stage, Count>>(p, c, inside);
      if constexpr (more) advance<N, L>(p, c, std::integral_constant<index, s.elements>{});
    } else {
      constexpr bool asks = plan::zeros_along(N::K, L) >= 0 && plan::repays_a_question(N::K, L);
      constexpr plan::interval known = plan::steps_of_place(N::slots, L, T);
      plan::interval steps{0, s.times};
      if constexpr (asks) steps = steps_between_zeros<N, L, T>(c);
      else if constexpr (known.low > 0 || known.high < N::K.extent[L]) steps = known;
      if constexpr (asks || known.low > 0) advance<N, L>(p, c, steps.low);
      const auto step = [&]() INTARSIA_ATTR INTARSIA_INLINE_LAMBDA {
        enter<N, L, Inside>(p, c);
        loop<N, L + 1, tile, lanes_in<N, L, Stage, Count>>(p, c, inside);
        advance<N, L>(p, c, std::integral_constant<index, s.elements>{});
      };
      if constexpr ((plan::is_tiny(N::K) || plan::is_short(N::K, L, N::slots.slots(N::outer_bits, T))) && !asks && known.low == 0 && known.high >= N::K.extent[L]) {
        [&]<std::size_t... I>(std::index_sequence<I...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA { ((void(I), step()), ...); }
        (std::make_index_sequence<static_cast<std::size_t>(s.times)>{});
      } else {
        INTARSIA_NO_UNROLL
        for (index i = steps.low; i < steps.high; ++i) step();
      }
    }
    if constexpr (more) loop<N, L, T, Count, Stage + 1>(p, c, inside);
  }
}

template <class N, class Vectors, class Sums>
struct reduction_of {
  static constexpr int loops = N::K.loops;
  Sums& sum;
  template <tile_sizes T, index Count>
  HWY_INLINE void run(const pointers<N>& p, const counters<N>& c) const {
    reduce<N, Vectors, T, Count>(p, c, sum);
  }
};

/// Running sums that begin with what would be added to them at the end.
template <class N, class Vectors, tile_sizes T, index Count, class Sums, int... S>
HWY_INLINE void begin(const pointers<N>& p, const counters<N>& c, Sums& sum, std::integer_sequence<int, S...>) {
  constexpr plan::instruction addition = N::K.code[N::K.beginning];
  constexpr int value = N::K.code[addition.a].what == plan::step::load ? addition.a : addition.b;
  cells<N, Vectors, T, range<value, value + 1>> known;
  compute_all<N, Vectors, T, N::lanes, Count>(p, c, known, sum, range<value, value + 1>{});
  ((sum.v[S] = get<N, Vectors, value, T, N::outer_bits, S>(known)), ...);
  if constexpr (addition.op == ir::opcode::sub) ((sum.v[S] = hn::Neg(sum.v[S])), ...);
}

template <class N, class Vectors, class Sums, int... S>
HWY_INLINE void put_in_order(Sums& sum, std::integer_sequence<int, S...>) {
  ((sum.v[S] = Vectors::template in_order<N::sum_type>(sum.v[S])), ...);
}

/// One tile: reduce, then finish.
template <class N, tile_sizes T, index Count>
HWY_INLINE void tile(const pointers<N>& p, const counters<N>& c, all_totals<N>& sinks) {
  using Vectors = vectors_of<N, N::lanes>;
  if constexpr (!N::reductions) finish<N, Vectors, T, N::lanes, Count>(p, c, 0, sinks);
  else {
    using running = sums<N, Vectors, T>;
    running sum;
    if constexpr (plan::fetches_results(N::slots)) fetch_results<N, T>(p, std::make_integer_sequence<int, N::slots.slots(N::outer_bits, T)>{});
    start<N, Vectors>(sum, std::make_integer_sequence<int, running::count>{}, std::make_integer_sequence<int, running::places>{});
    if constexpr (N::K.beginning >= 0) begin<N, Vectors, T, Count>(p, c, sum, std::make_integer_sequence<int, running::results>{});
    loop<N, N::K.outer, T, Count>(p, c, reduction_of<N, Vectors, running>{sum});
    join_partial<N, Vectors, T, N::K.partial>(sum);
    if constexpr (N::in_turn) put_in_order<N, Vectors>(sum, std::make_integer_sequence<int, running::results>{});
    if constexpr (!N::horizontal || N::lanes == 1) finish<N, Vectors, T, N::lanes, Count>(p, c, sum, sinks);
    else finish_across<N, T>(p, c, sum, sinks);
  }
}
template <class N>
struct tiles_of {
  static constexpr int loops = N::K.outer;
  all_totals<N>& sinks;
  template <tile_sizes T, index Count>
  HWY_INLINE void run(const pointers<N>& p, const counters<N>& c) const {
    tile<N, T, Count>(p, c, sinks);
  }
};

/// What is made of the totals.
template <class N>
HWY_INLINE void conclude(const pointers<N>& p, all_totals<N>& sinks) {
  cells<N, single<N>, 0, range<N::K.epilogue, N::K.instructions>> known;
  compute_all<N, single<N>, 0, 1, 1>(p, counters<N>{}, known, whole_totals<N>{&sinks}, range<N::K.epilogue, N::K.instructions>{});
  [&]<int... S>(std::integer_sequence<int, S...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA { (store_one<N, single<N>, N::K.stores + S, 0, 1, 1>(p, known), ...); }
  (std::make_integer_sequence<int, N::K.all_stores - N::K.stores>{});
}

/// A nest as a function.
template <plan::nest Spec>
struct nest_kernel {
  using N = nest_on<Spec>;
  using pointers = HWY_NAMESPACE::pointers<N>;

  /// Small nests become part of their caller, which then keeps what it can in registers; a large one is one function for
  /// all programs that use it. Code of other targets than the unit's own can only be called.
  static constexpr bool is_small = plan::is_small(N::K);
#if HWY_TARGET == HWY_STATIC_TARGET
  static HWY_INLINE void run(const pointers& p) {
    if constexpr (is_small) run_here(p);
    else run_apart(p);
  }
  static INTARSIA_APART void run_apart(const pointers& p) { run_here(p); }
#else
  static INTARSIA_APART void run(const pointers& p) { run_here(p); }
  static constexpr auto run_apart = &run;
#endif

 private:
  static HWY_INLINE void run_here(const pointers& p) {
    all_totals<N> sinks;
    clear<N>(sinks, sink_range<N>{});
    loop<N, 0, 0, N::lanes>(p, counters<N>{}, tiles_of<N>{sinks});
    if constexpr (N::K.sinks > 0) conclude<N>(p, sinks);
  }
};

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();

namespace intarsia {
template <>
struct kernels_of<target<HWY_TARGET>> {
  static constexpr plan::machine machine{
      static_cast<int>(HWY_MAX_BYTES),
#if HWY_ARCH_X86
      HWY_TARGET <= HWY_AVX3 ? 32 : HWY_TARGET <= HWY_AVX2 ? 16 : 15  // a product that is not fused needs one for itself
#else
      32
#endif
  };
  static constexpr std::string_view name = std::string_view(HWY_STR(HWY_NAMESPACE)).substr(2);  // without N_
  template <plan::nest K>
  using nest = HWY_NAMESPACE::nest_kernel<K>;
};
}  // namespace intarsia
#endif  // toggle
