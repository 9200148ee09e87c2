// SPDX-License-Identifier: Apache-2.0
// What a tile writes: vectors as they are, rows of transposed squares, sequences whose gaps a short loop fills.
// No byte is written beside the elements that an access names.
#include "intarsia/kernels/cells-inl.hpp"
#include "intarsia/kernels/transpose-inl.hpp"

#if defined(INTARSIA_KERNELS_STORES) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_STORES
#undef INTARSIA_KERNELS_STORES
#else
#define INTARSIA_KERNELS_STORES
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class N, class Vectors, int A, index Lanes, index Count, class V>
HWY_INLINE void store_at(V v, ir::element_t<N::K.at[A].type>* to) {
  constexpr plan::access a = N::K.at[A];
  constexpr index along = N::K.lane >= 0 && Lanes > 1 ? a.stride[N::K.lane] : 1;
  if constexpr (Lanes == 1) Vectors::template store_first<a.type>(v, to, 1);
  else if constexpr (along != 1) Vectors::template scatter<a.type>(v, to, along, static_cast<std::size_t>(Count));
  else if constexpr (Count < Lanes) Vectors::template store_first<a.type>(v, to, static_cast<std::size_t>(Count));
  else Vectors::template store<a.type>(v, to);
}
/// How many elements each slot writes: all lanes where what those behind its Count elements write is written again by later slots
/// of the store. A whole vector is one store, seven elements are three. (Depthwise 3x3, 960x7x7, AVX2, Zen 4: 14.4 to 13.5 us,
/// clang 15.3 to 12.7.)
template <class N, int A, tile_sizes T, index Lanes, index Count>
inline constexpr auto elements_written = [] {
  constexpr auto& at = store_offsets<N, A, T>;
  std::array<index, at.size()> elements;
  elements.fill(Count);
  constexpr index along = N::K.lane >= 0 ? N::K.at[A].stride[N::K.lane] : 0;
  if (Count == Lanes || along != 1 || HWY_TARGET <= HWY_AVX3) return elements;  // AVX-512 stores a part as one
  for (std::size_t s = 0; s < at.size(); ++s) {
    index behind = Count;
    for (std::size_t later = s + 1; later < at.size(); ++later)
      if (const index e = at[s] + behind - at[later]; e >= 0 && e < Count) behind += Count - e;
    if (behind >= Lanes) elements[s] = Lanes;
  }
  return elements;
}();
template <class N, class Vectors, int Store, tile_sizes T, index Lanes, index Count, class Cells, int... S>
HWY_INLINE void store_slots(const pointers<N>& p, const Cells& known, std::integer_sequence<int, S...>) {
  constexpr int A = N::K.store[Store].access, value = N::K.store[Store].value;
  auto* to = reinterpret_cast<ir::element_t<N::K.at[A].type>*>(p.at[A]);
  const auto& v = static_cast<const cell<N, Vectors, value, T>&>(known).v;
  (store_at<N, Vectors, A, Lanes, elements_written<N, A, T, Lanes, Count>[S]>(v[cell_at<N, value, N::outer_bits, T, S>::value], to + std::integral_constant<index, store_offsets<N, A, T>[S]>::value), ...);
}

/// The iterations of tiled loop `Along` fill the gaps between the lanes.
template <class N, class Vectors, int Store, tile_sizes T, index Count, int Along, int Rows, class Cells, int... Place, int... R>
HWY_INLINE void store_interleaved(const pointers<N>& p, const Cells& known, std::integer_sequence<int, Place...>, std::integer_sequence<int, R...>) {
  constexpr plan::access a = N::K.at[N::K.store[Store].access];
  constexpr unsigned others = N::outer_bits & ~(1u << Along);
  auto one = [&]<int P>(std::integral_constant<int, P>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA {
    using E = ir::element_t<a.type>;
    E* to = reinterpret_cast<E*>(p.at[N::K.store[Store].access]) + std::integral_constant<index, N::slots.offset(a.stride, others, T, P)>::value;
    Vectors::template store_interleaved<a.type, static_cast<std::size_t>(Count)>(to, get<N, Vectors, N::K.store[Store].value, T, N::outer_bits, N::slots.slot_at(others, P, Along, R, T)>(known)...);
  };
  (one(std::integral_constant<int, Place>{}), ...);
}

/// Iterations First, First + 1, ... of loop `Along`, at most as many as there are lanes.
template <class N, class Vectors, int Store, tile_sizes T, index Count, int Along, int First, int Square, class Cells, int... R>
HWY_INLINE void store_square(const pointers<N>& p, const Cells& known, std::integer_sequence<int, R...>) {
  constexpr int A = N::K.store[Store].access;
  constexpr plan::access a = N::K.at[A];
  constexpr unsigned others = N::outer_bits & ~(1u << Along);
  using E = ir::element_t<a.type>;
  using D = typename Vectors::template tag<E>;
  hn::Vec<D> square[N::lanes];
  for (auto& v : square) v = hn::Zero(D());
  ((square[R] = get<N, Vectors, N::K.store[Store].value, T, N::outer_bits, N::slots.slot_at(others, Square, Along, First + R, T)>(known)), ...);
  transpose<static_cast<std::size_t>(N::lanes)>(D(), square);
  constexpr index skip = N::slots.offset(N::K.at[A].stride, others, T, Square) + First;
  E* to = reinterpret_cast<E*>(p.at[A]) + skip;
  HWY_UNROLL(16)
  for (index i = 0; i < Count; ++i) {
    if constexpr (sizeof...(R) == N::lanes) Vectors::template store<a.type>(square[i], to + i * a.stride[N::K.lane]);
    else Vectors::template store_first<a.type>(square[i], to + i * a.stride[N::K.lane], sizeof...(R));
  }
}
template <class N, class Vectors, int Store, tile_sizes T, index Count, int Along, int Square, class Cells, int... Block>
HWY_INLINE void store_squares(const pointers<N>& p, const Cells& known, std::integer_sequence<int, Block...>) {
  (store_square<N, Vectors, Store, T, Count, Along, Block * static_cast<int>(N::lanes), Square>(p, known, std::make_integer_sequence<int, static_cast<int>(N::lanes)>{}), ...);
}
/// The lanes are far apart in memory, the iterations of tiled loop `Along` are neighbours: rows of transposed squares.
template <class N, class Vectors, int Store, tile_sizes T, index Count, int Along, int Rows, class Cells, int... Square>
HWY_INLINE void store_transposed(const pointers<N>& p, const Cells& known, std::integer_sequence<int, Square...>) {
  constexpr int whole = Rows / N::lanes, rest = Rows % N::lanes;
  (store_squares<N, Vectors, Store, T, Count, Along, Square>(p, known, std::make_integer_sequence<int, whole>{}), ...);
  if constexpr (rest > 0)
    (store_square<N, Vectors, Store, T, Count, Along, whole * static_cast<int>(N::lanes), Square>(p, known, std::make_integer_sequence<int, rest>{}), ...);
}

template <class N, class Vectors, int Store, tile_sizes T, index Lanes, index Count, class Cells>
HWY_INLINE void store_one(const pointers<N>& p, const Cells& known) {
  constexpr plan::access a = N::K.at[N::K.store[Store].access];
  constexpr int along = plan::rows_of_store(N::K, N::K.store[Store].access);
  if constexpr (along >= 0 && Lanes == N::lanes && can_transpose<ir::element_t<a.type>, static_cast<std::size_t>(Lanes)>) {
    constexpr int rows = plan::tile_of(T, along);
    if constexpr (plan::interleaves(N::K, N::K.store[Store].access)) store_interleaved<N, Vectors, Store, T, Count, along, rows>(p, known, std::make_integer_sequence<int, N::slots.slots(N::outer_bits, T) / rows>{}, std::make_integer_sequence<int, rows>{});
    else store_transposed<N, Vectors, Store, T, Count, along, rows>(p, known, std::make_integer_sequence<int, N::slots.slots(N::outer_bits, T) / rows>{});
  } else store_slots<N, Vectors, Store, T, Lanes, Count>(p, known, std::make_integer_sequence<int, N::slots.slots(N::outer_bits, T)>{});
}
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Cells, int... S>
HWY_INLINE void store_all(const pointers<N>& p, const Cells& known, std::integer_sequence<int, S...>) {
  (store_one<N, Vectors, S, T, Lanes, Count>(p, known), ...);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
