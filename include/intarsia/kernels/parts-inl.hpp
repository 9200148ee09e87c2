// SPDX-License-Identifier: Apache-2.0
// A part of a nest: of one outer loop only the tiles between two iterations, so that several threads can share a nest.
// Invariant: each tile runs through the code that the whole nest has for it.
#include "intarsia/kernels/nest-inl.hpp"
#include "intarsia/plan/parts.hpp"

#if defined(INTARSIA_KERNELS_PARTS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_PARTS
#undef INTARSIA_KERNELS_PARTS
#else
#define INTARSIA_KERNELS_PARTS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {

template <plan::nest Spec, int Cut>
struct nest_part : nest_kernel<Spec> {
  using whole = nest_kernel<Spec>;
  using whole::K;
  using whole::lanes;
  using counters = typename whole::counters;
  static_assert(K.sinks == 0 && Cut < K.outer);

  struct pointers {
    char* at[K.accesses > 0 ? K.accesses : 1];
    index from = 0, to = K.extent[Cut];  // iterations of loop Cut, between two tiles
  };
  static HWY_NOINLINE void run_apart(const pointers& part) {
    typename whole::pointers p;
    for (int a = 0; a < K.accesses; ++a) p.at[a] = part.at[a];
    loop<0, 0, lanes>(p, counters{}, part);
  }

 private:
  template <int L, tile_sizes T, index Count>
  static HWY_INLINE void loop(const typename whole::pointers& p, const counters& c, const pointers& part) {
    if constexpr (L < Cut)
      whole::template for_loop<L, T, Count>(p, c, [&part](auto t, auto count, const typename whole::pointers& q, const counters& r) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA {
        loop<L + 1, decltype(t)::value, decltype(count)::value>(q, r, part);
      });
    else {
      constexpr index unit = L == K.lane ? lanes : 1;
      constexpr plan::steps steps = plan::steps_of(K.extent[L] / unit, K.tile[L], K.factor >= 0);
      constexpr index tail = K.extent[L] % unit, rests = steps.count * steps.size * unit;
      between<T, Count, steps.count, steps.size * unit, 0>(p, c, part);
      between<T, Count, steps.rests, steps.rest * unit, rests>(p, c, part);
      between<T, tail, (tail > 0), tail, K.extent[L] - tail>(p, c, part);
    }
  }
  /// What `nest_kernel::repeat` does, tile by tile, for the tiles of the part; the pointers are those of the loop's beginning.
  template <tile_sizes T, index Count, index Times, index Elements, index From>
  static HWY_INLINE void between(const typename whole::pointers& p, const counters& c, const pointers& part) {
    constexpr index last = From + (Times - 1) * Elements, end = From + Times * Elements;
    constexpr bool has_border = whole::border_of(Cut) >= 0;
    if constexpr (Times > 1 && has_border && From == 0) {
      between<T, Count, 1, Elements, From>(p, c, part);
      between<T, Count, Times - 1, Elements, From + Elements>(p, c, part);
    } else if constexpr (Times > 1 && has_border && end == K.extent[Cut]) {
      between<T, Count, Times - 1, Elements, From>(p, c, part);
      between<T, Count, 1, Elements, last>(p, c, part);
    } else if constexpr (Times > 0) {
      constexpr index size = Cut != K.lane ? Elements : (Elements + lanes - 1) / lanes;
      constexpr tile_sizes tile = whole::template tile_at<Cut>(T, size, From, last, Elements);
      index i = part.from > From ? part.from : From;
      const index behind = part.to < end ? part.to : end;
      typename whole::pointers q = p;
      counters r = c;
      for (int a = 0; a < K.accesses; ++a) q.at[a] += K.at[a].stride[Cut] * ir::size_of(K.at[a].type) * i;
      r.at[Cut] = i;
      INTARSIA_NO_UNROLL
      for (; i < behind; i += Elements) {
        typename whole::totals none;
        whole::template outer_loop<Cut + 1, tile, Count>(q, r, none);
        whole::template advance<Cut, Elements>(q, r);
      }
    }
  }
};

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();

namespace intarsia {
template <class Target>
struct parts_on;
template <>
struct parts_on<target<HWY_TARGET>> {
  template <plan::nest K, int Cut>
  using nest = HWY_NAMESPACE::nest_part<K, Cut>;
};
}  // namespace intarsia
#endif  // toggle
