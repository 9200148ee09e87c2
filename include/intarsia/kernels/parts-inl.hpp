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
  static INTARSIA_APART void run_apart(const pointers& part) {
    typename whole::pointers p;
    for (int a = 0; a < K.accesses; ++a) p.at[a] = part.at[a];
    whole::template loop<0, 0, lanes>(p, counters{}, tiles_between{part});
  }

 private:
  struct tiles_between {
    static constexpr int loops = Cut;
    const pointers& part;
    template <tile_sizes T, index Count>
    HWY_INLINE void run(const typename whole::pointers& p, const counters& c) const {
      stages<T, Count>(p, c, part, std::make_integer_sequence<int, whole::template stages_of<Cut>.count>{});
    }
  };
  template <tile_sizes T, index Count, int... Stage>
  static HWY_INLINE void stages(const typename whole::pointers& p, const counters& c, const pointers& part, std::integer_sequence<int, Stage...>) {
    (between<T, Count, Stage>(p, c, part), ...);
  }
  /// The tiles of one stage of loop Cut that are of the part; the pointers are those of the loop's beginning.
  template <tile_sizes T, index Count, int Stage>
  static HWY_INLINE void between(const typename whole::pointers& p, const counters& c, const pointers& part) {
    constexpr typename whole::stage s = whole::template stages_of<Cut>.of[Stage];
    constexpr tile_sizes tile = whole::template tile_at<Cut>(T, s.size, s.from, s.last(), s.elements);
    index i = part.from > s.from ? part.from : s.from;
    const index behind = part.to < s.end() ? part.to : s.end();
    typename whole::pointers q = p;
    counters r = c;
    for (int a = 0; a < K.accesses; ++a) q.at[a] += K.at[a].stride[Cut] * ir::size_of(K.at[a].type) * i;
    r.at[Cut] = i;
    INTARSIA_NO_UNROLL
    for (; i < behind; i += s.elements) {
      typename whole::totals none;
      whole::template loop<Cut + 1, tile, whole::template lanes_in<Cut, Stage, Count>>(q, r, typename whole::tiles_of{none});
      whole::template advance<Cut, s.elements>(q, r);
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
