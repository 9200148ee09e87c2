// SPDX-License-Identifier: Apache-2.0
// Where a nest is in its loops and in memory; the values of a register tile: which vectors there are, and where each is found.
#include "intarsia/kernels/vectors-inl.hpp"
#include "intarsia/plan/ahead.hpp"
#include "intarsia/plan/product_order.hpp"
#include "intarsia/plan/tile.hpp"

#if defined(INTARSIA_KERNELS_CELLS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_CELLS
#undef INTARSIA_KERNELS_CELLS
#else
#define INTARSIA_KERNELS_CELLS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using plan::tile_sizes;

/// A nest on this target: `N`, the first template argument of the kernel's functions.
template <plan::nest Spec>
struct nest_on {
  // a copy: clang 19 reads wrong values from the template argument's own object at run time
  static constexpr plan::nest K = Spec;
  static constexpr int width = plan::lane_bytes(K);
  static constexpr index full_lanes = static_cast<index>(HWY_MAX_BYTES / static_cast<std::size_t>(width) > 0 ? HWY_MAX_BYTES / static_cast<std::size_t>(width) : 1);
  /// A short loop has shorter vectors: nothing is computed, masked or added up for lanes that it does not have.
  static constexpr index lanes_for(index extent) {
    index l = HWY_TARGET == HWY_SCALAR ? 1 : full_lanes;
    while (l > 2 && l / 2 >= extent) l /= 2;
    return l;
  }
  static constexpr index lanes = K.lane >= 0 ? lanes_for(K.extent[K.lane]) : 1;
  static constexpr bool horizontal = K.lane >= K.outer;  // the lanes are added up
  /// Lanes of the sums: the first half of the results and the second one in turn, which saves a shuffle for each vector that is read.
  static constexpr bool in_turn = plan::reads_every_second(K) && lanes * width == 32;
  static constexpr int reductions = K.reduction != ir::opcode::none;
  static constexpr bool is_arg = K.reduction == ir::opcode::argmax || K.reduction == ir::opcode::argmin;
  static constexpr ir::dtype sum_type = reductions ? K.code[K.term].type : ir::dtype::f32;

  static constexpr plan::slot_map slots{K, lanes};
  static constexpr unsigned outer_bits = slots.outer_bits();
  static constexpr unsigned term_bits = plan::term_bits(slots);
  static constexpr int late = plan::late_operand(slots), early = plan::early_operand(slots);
  static constexpr plan::ahead ahead = plan::panels_ahead(slots);
};

template <class N>
struct pointers {
  char* at[N::K.accesses > 0 ? N::K.accesses : 1];
};
/// Iterations of the loops before the tile.
template <class N>
struct counters {
  index at[N::K.loops > 0 ? N::K.loops : 1] = {};
};

template <class N, int L, class Iterations, int... A>
HWY_INLINE void advance(pointers<N>& p, counters<N>& c, Iterations n, std::integer_sequence<int, A...>) {
  ((p.at[A] += std::integral_constant<index, N::K.at[A].stride[L] * ir::size_of(N::K.at[A].type)>::value * n), ...);
  c.at[L] += n;
}
template <class N, int L, class Iterations>
HWY_INLINE void advance(pointers<N>& p, counters<N>& c, Iterations n) {
  advance<N, L>(p, c, n, std::make_integer_sequence<int, N::K.accesses>{});
}

template <class N, index Lanes>
using vectors_of = vectors<static_cast<std::size_t>(Lanes), static_cast<std::size_t>(N::width)>;
/// For what there is once, whatever the lanes.
template <class N>
using single = vectors_of<N, 1>;

// Tables by slot, of which one element at a time is made a constant of the code: functions for each slot took a third
// of the time for compiling a kernel.

template <class N, int I>
inline constexpr unsigned depends_v = N::slots.depends(I);
template <class N, int I, tile_sizes Sizes>
inline constexpr plan::cell_map cell_map_for = N::slots.cells(I, Sizes);
template <class N, int I, tile_sizes T>
inline constexpr const plan::cell_map& cell_map_of = cell_map_for<N, I, plan::sizes_alone(T)>;

/// The cell of instruction I for each slot of a value with these bits.
template <class N, int I, unsigned Bits, tile_sizes T>
inline constexpr auto cells_read = [] {
  std::array<int, N::slots.slots(Bits, T)> at{};
  for (int s = 0; s < N::slots.slots(Bits, T); ++s) at[s] = cell_map_of<N, I, T>.of[N::slots.project(Bits, depends_v<N, I>, T, s)];
  return at;
}();
template <class N, int I, unsigned Bits, tile_sizes T, int S>
using cell_at = std::integral_constant<int, cells_read<N, I, Bits, T>[S]>;
/// Elements from the tile's first iteration to each cell of a load.
template <class N, int I, tile_sizes T>
inline constexpr auto load_offsets = [] {
  std::array<index, cell_map_of<N, I, T>.count> at{};
  for (int c = 0; c < cell_map_of<N, I, T>.count; ++c) at[c] = N::slots.offset(N::K.at[N::K.code[I].a].stride, depends_v<N, I>, T, cell_map_of<N, I, T>.from[c]);
  return at;
}();
/// Which cells of a load are found between others.
template <class N, int I, tile_sizes T>
inline constexpr auto across_cells = [] {
  std::array<plan::across_two, cell_map_of<N, I, T>.count> at{};
  if (plan::has_across(N::slots, I, plan::sizes_alone(T)))
    for (int c = 0; c < cell_map_of<N, I, T>.count; ++c) at[c] = plan::across_of(N::slots, I, cell_map_of<N, I, T>, plan::sizes_alone(T), c);
  return at;
}();
/// Elements from the tile's first iteration to each slot of a store.
template <class N, int Access, tile_sizes T>
inline constexpr auto store_offsets = [] {
  std::array<index, N::slots.slots(N::outer_bits, T)> at{};
  for (int s = 0; s < N::slots.slots(N::outer_bits, T); ++s) at[s] = N::slots.offset(N::K.at[Access].stride, N::outer_bits, T, s);
  return at;
}();

/// The vectors of one instruction in a tile.
template <class N, class Vectors, int I, tile_sizes T>
struct cell {
  static constexpr const plan::cell_map& map = cell_map_of<N, I, T>;
  static constexpr int count = map.count;
  typename Vectors::template value_t<N::K.code[I].type> v[count];
};
template <class N, class Vectors, tile_sizes T, class Sequence>
struct cells;
template <class N, class Vectors, tile_sizes T, int... I>
struct cells<N, Vectors, T, std::integer_sequence<int, I...>> : cell<N, Vectors, I, T>... {};

template <int First, class Sequence>
struct shifted;
template <int First, int... I>
struct shifted<First, std::integer_sequence<int, I...>> {
  using type = std::integer_sequence<int, First + I...>;
};
template <int First, int Last>
using range = typename shifted<First, std::make_integer_sequence<int, Last - First>>::type;

/// Slot S of instruction I, for a value with these bits.
template <class N, class Vectors, int I, tile_sizes T, unsigned Bits, int S, class Cells>
HWY_INLINE auto get(const Cells& known) {
  return static_cast<const cell<N, Vectors, I, T>&>(known).v[cell_at<N, I, Bits, T, S>::value];
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
