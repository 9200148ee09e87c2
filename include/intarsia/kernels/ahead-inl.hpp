// SPDX-License-Identifier: Apache-2.0
// Lines of memory that a tile asks for before they are needed: the next panel of weights, its own results.
#include "intarsia/kernels/cells-inl.hpp"

#if defined(INTARSIA_KERNELS_AHEAD) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_AHEAD
#undef INTARSIA_KERNELS_AHEAD
#else
#define INTARSIA_KERNELS_AHEAD
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {

/// Counts, with loop L, the tiles of this panel before this one.
template <class N, int L>
HWY_INLINE void count_tiles(const counters<N>& c, index& tiles) {
  if constexpr (L < N::K.outer && L != N::K.lane && N::K.at[N::ahead.access].stride[L] == 0)
    tiles = tiles * ((N::K.extent[L] + N::K.tile[L] - 1) / N::K.tile[L]) + c.at[L] / N::K.tile[L];
}
template <class N>
HWY_INLINE void fetch_line(const char* panel, std::size_t number) {
  constexpr plan::ahead next = N::ahead;
  constexpr std::size_t row = next.apart * ir::size_of(N::K.at[next.access].type), lines = next.lines;
  __builtin_prefetch(panel + number / lines * row + number % lines * next.line, 0, 2);
}
/// Fetches a part of the next panel: this row's share, all tiles together fetching all rows.
template <class N, int... L, int... I>
HWY_INLINE void fetch_ahead(const pointers<N>& p, const counters<N>& c, std::integer_sequence<int, L...>, std::integer_sequence<int, I...>) {
  constexpr plan::ahead next = N::ahead;
  constexpr plan::access a = N::K.at[next.access];
  index tiles = 0;
  (count_tiles<N, L>(c, tiles), ...);
  // no signs: clang writes down seven instructions for a signed division by a power of two
  constexpr std::size_t rows = next.rows, passes = next.passes, lines = next.lines, stride = a.stride[N::K.outer], apart = next.apart;
  const std::size_t elements = stride * static_cast<std::size_t>(c.at[N::K.outer]), row = static_cast<std::size_t>(tiles) * rows + elements / apart;
  const char* const panel = p.at[next.access] + (next.step - static_cast<index>(elements)) * ir::size_of(a.type);
  (fetch_line<N>(panel, row * lines / passes + I), ...);
}
/// Fetches the lines that this tile will write.
template <class N, tile_sizes T, int... S>
HWY_INLINE void fetch_results(const pointers<N>& p, std::integer_sequence<int, S...>) {
  constexpr int A = N::K.store[0].access;
  const auto* to = reinterpret_cast<const ir::element_t<N::K.at[A].type>*>(p.at[A]);
  (__builtin_prefetch(to + std::integral_constant<index, store_offsets<N, A, T>[S]>::value, 1, 3), ...);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
