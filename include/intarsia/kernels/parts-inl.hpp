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
struct nest_part {
  using N = nest_on<Spec>;
  static_assert(Spec.sinks == 0 && Cut < Spec.outer);

  struct pointers {
    char* at[N::K.accesses > 0 ? N::K.accesses : 1];
    index from = 0, to = N::K.extent[Cut];  // iterations of loop Cut, between two tiles
  };
  static INTARSIA_APART void run_apart(const pointers& part) {
    HWY_NAMESPACE::pointers<N> p;
    for (int a = 0; a < N::K.accesses; ++a) p.at[a] = part.at[a];
    loop<N, 0, 0, N::lanes>(p, counters<N>{}, tiles_between{part});
  }

 private:
  struct tiles_between {
    static constexpr int loops = Cut;
    const pointers& part;
    template <tile_sizes T, index Count>
    HWY_INLINE void run(const HWY_NAMESPACE::pointers<N>& p, const counters<N>& c) const {
      stages<T, Count>(p, c, part, std::make_integer_sequence<int, stages_of<N, Cut>.count>{});
    }
  };
  template <tile_sizes T, index Count, int... Stage>
  static HWY_INLINE void stages(const HWY_NAMESPACE::pointers<N>& p, const counters<N>& c, const pointers& part, std::integer_sequence<int, Stage...>) {
    (between<T, Count, Stage>(p, c, part), ...);
  }
  /// The tiles of one stage of loop Cut that are of the part; the pointers are those of the loop's beginning.
  template <tile_sizes T, index Count, int Stage>
  static HWY_INLINE void between(const HWY_NAMESPACE::pointers<N>& p, const counters<N>& c, const pointers& part) {
    constexpr plan::stage s = stages_of<N, Cut>.of[Stage];
    constexpr tile_sizes tile = plan::tile_at(N::slots, T, Cut, s.size, s.from, s.last(), s.elements);
    index i = part.from > s.from ? part.from : s.from;
    const index behind = part.to < s.end() ? part.to : s.end();
    HWY_NAMESPACE::pointers<N> q = p;
    counters<N> r = c;
    for (int a = 0; a < N::K.accesses; ++a) q.at[a] += N::K.at[a].stride[Cut] * ir::size_of(N::K.at[a].type) * i;
    r.at[Cut] = i;
    INTARSIA_NO_UNROLL
    for (; i < behind; i += s.elements) {
      all_totals<N> none;
      loop<N, Cut + 1, tile, lanes_in<N, Cut, Stage, Count>>(q, r, tiles_of<N>{none});
      advance<N, Cut>(q, r, std::integral_constant<index, s.elements>{});
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
