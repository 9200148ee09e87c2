// SPDX-License-Identifier: Apache-2.0
// What the instructions of a nest read: elements of memory, of which some may not exist, and positions.
// No byte is read beside the elements that an access names.
#include "intarsia/kernels/cells-inl.hpp"
#include "intarsia/ir/maps.hpp"
#include "intarsia/plan/borders.hpp"

#if defined(INTARSIA_KERNELS_LOADS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_LOADS
#undef INTARSIA_KERNELS_LOADS
#else
#define INTARSIA_KERNELS_LOADS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class N, int Row, unsigned Bits, tile_sizes T, int S>
HWY_INLINE index row_value(const counters<N>& c) {
  constexpr index start = N::K.rows[Row].offset + N::slots.offset(N::K.rows[Row].coef, Bits, T, S);
  index v = start;
  for (int l = 0; l < N::K.loops; ++l)
    if (N::K.rows[Row].coef[l] != 0) v += N::K.rows[Row].coef[l] * c.at[l];
  return v;
}

/// Leaves of [from, to) the elements that a guard allows.
template <class N, int Row, unsigned Bits, tile_sizes T, int S, index Along, index Elements, index Count>
HWY_INLINE void clip(index& from, index& to, const counters<N>& c) {
  if constexpr (!plan::holds(N::slots, Row, Bits, T, S, Along, Elements, Count)) {
    constexpr plan::interval start = plan::starts(N::slots, N::K.rows[Row], T, Count);
    constexpr index slot = N::slots.offset(N::K.rows[Row].coef, Bits, T, S);
    index v = start.low + slot;
    if constexpr (start.low != start.high) v = row_value<N, Row, Bits, T, S>(c);
    constexpr bool runs = Along > 0 && N::K.rows[Row].coef[N::K.lane] != 0;
    if constexpr (runs) {
      if (-v > from) from = -v;
      if (N::K.rows[Row].extent - v < to) to = N::K.rows[Row].extent - v;
    } else if (v < 0 || v >= N::K.rows[Row].extent) to = from;
  }
  (void)c;
}
template <class N, int A, unsigned Bits, tile_sizes T, int S, index Along, index Elements, index Count, int... R>
HWY_INLINE void clip_all(index& from, index& to, const counters<N>& c, std::integer_sequence<int, R...>) {
  (clip<N, N::K.at[A].guard_first + R, Bits, T, S, Along, Elements, Count>(from, to, c), ...);
}
/// Whether instruction I loads its lanes in turn.
template <class N, int I>
inline constexpr bool loads_in_turn = N::in_turn && I < N::K.body && N::K.at[N::K.code[I].a].stride[N::K.lane] == 2;

/// A vector, or a broadcast element, of which only a range may exist.
template <class N, class Vectors, int I, tile_sizes T, int S, index Lanes, index Count>
HWY_INLINE auto load_clipped(const ir::element_t<N::K.at[N::K.code[I].a].type>* p, const counters<N>& c) {
  constexpr int A = N::K.code[I].a;
  constexpr unsigned Bits = depends_v<N, I>;
  constexpr plan::access a = N::K.at[A];
  constexpr index along = Lanes > 1 ? a.stride[N::K.lane] : 0, elements = along * (Count - 1) + 1;
  index from = 0, to = elements;
  clip_all<N, A, Bits, T, S, along, elements, Count>(from, to, c, std::make_integer_sequence<int, a.guards>{});
  if constexpr (along == 0) return to > from ? Vectors::template splat<a.type>(p) : Vectors::template constant<a.type>(a.fill);
  else {
    auto v = Vectors::template constant<a.type>(0);
    if constexpr (along == 1) v = Vectors::template load_between<a.type>(p, from, to);
    else if constexpr (loads_in_turn<N, I>) v = Vectors::template every_second_in_turn_between<a.type>(p, from, to);
    else v = Vectors::template every_second_between<a.type>(p, from, to);
    if constexpr (a.fill == 0) return v;
    else {  // lane i holds element along * i
      const auto exists = Vectors::template between<held_t<a.type>>((from + along - 1) / along, (to + along - 1) / along);
      return hn::IfThenElse(exists, v, Vectors::template constant<a.type>(a.fill));
    }
  }
}

template <class N, int A, unsigned Bits, tile_sizes T, int S, int... R>
HWY_INLINE void fill_rows(index* first, const counters<N>& c, std::integer_sequence<int, R...>) {
  ((first[R] = row_value<N, N::K.at[A].guard_first + R, Bits, T, S>(c)), ...);
  (void)first;
  (void)c;
}
/// An element-wise load: each lane asks its guards.
template <class N, class Vectors, int A, unsigned Bits, tile_sizes T, int S, index Lanes>
HWY_INLINE auto load_guarded(const ir::element_t<N::K.at[A].type>* p, const counters<N>& c, std::size_t count) {
  using E = ir::element_t<N::K.at[A].type>;
  constexpr plan::access a = N::K.at[A];
  index first[a.guards > 0 ? a.guards : 1] = {};
  fill_rows<N, A, Bits, T, S>(first, c, std::make_integer_sequence<int, a.guards>{});
  constexpr index along = N::K.lane >= 0 && Lanes > 1 ? a.stride[N::K.lane] : 0;
  // all lanes inside, next to each other: an ordinary load
  bool whole = (along == 1 || along == 0) && count == static_cast<std::size_t>(Lanes);
  for (int r = 0; r < a.guards; ++r) {
    const plan::guard& g = N::K.rows[a.guard_first + r];
    const index step = N::K.lane >= 0 && Lanes > 1 ? g.coef[N::K.lane] : 0;
    const index last = first[r] + step * (Lanes - 1);
    whole = whole && g.den <= 1 && first[r] >= 0 && first[r] < g.extent && last >= 0 && last < g.extent;
  }
  if (whole) {
    if constexpr (along == 1) return Vectors::template load<a.type>(p);
    else return Vectors::template splat<a.type>(p);
  }
  alignas(64) E buffer[Lanes];
  for (index i = 0; i < Lanes; ++i) {
    bool exists = static_cast<std::size_t>(i) < count;
    index at = along * i;
    for (int r = 0; r < a.guards; ++r) {
      const plan::guard& g = N::K.rows[a.guard_first + r];
      const index v = first[r] + (N::K.lane >= 0 && Lanes > 1 ? g.coef[N::K.lane] : 0) * i;
      exists = exists && v >= 0 && v % ir::divisor(g.den) == 0 && v / ir::divisor(g.den) < g.extent;
      at += g.stride * (v / ir::divisor(g.den));
    }
    buffer[i] = exists ? p[at] : static_cast<E>(a.fill);
  }
  return Vectors::template load<a.type>(buffer);
}

template <class N, int I, tile_sizes T>
inline constexpr bool is_used_once = plan::is_used_once(N::slots, I, T);

/// What slot S of instruction I loads from this address, all of its elements being there.
template <class N, class Vectors, int I, tile_sizes T, int S, index Lanes, index Count>
HWY_INLINE auto load_at(const ir::element_t<N::K.at[N::K.code[I].a].type>* from) {
  constexpr plan::access a = N::K.at[N::K.code[I].a];
  constexpr index along = N::K.lane >= 0 && Lanes > 1 ? a.stride[N::K.lane] : 0;
  if constexpr (along == 0) {
    auto v = Vectors::template splat<a.type>(from);
    if constexpr (N::K.window >= 0 && I < N::K.body) keep_in_register(v);
    return v;
  } else if constexpr (loads_in_turn<N, I>) return Vectors::template every_second_in_turn<a.type, static_cast<std::size_t>(Count)>(from);
  else if constexpr (along == 2 && Vectors::template reads_pairs<a.type>) {
    constexpr plan::pair_place where = plan::pair_of(N::slots, I, cell_map_of<N, I, T>, T, S, Lanes, Count);
    if constexpr (where == plan::pair_place::none) return Vectors::template gather<a.type, 2, static_cast<std::size_t>(Count)>(from);
    else {
      constexpr bool second = where == plan::pair_place::second;
      typename Vectors::template value_t<a.type> even, odd;
      Vectors::template load_pairs<a.type, static_cast<std::size_t>(Count)>(from - second, even, odd);
      return second ? odd : even;
    }
  } else if constexpr (along != 1) return Vectors::template gather<a.type, along, static_cast<std::size_t>(Count)>(from);
  else if constexpr (Count < Lanes) return Vectors::template load_first<a.type>(from, static_cast<std::size_t>(Count));
  else {
    auto v = Vectors::template load<a.type>(from);
    if constexpr (N::K.factor >= 0 && I < N::K.body && !plan::is_tiny(N::K) && !is_used_once<N, I, T>) keep_in_register(v);
    return v;
  }
}
/// Where slot S of instruction I begins in memory.
template <class N, int I, tile_sizes T, int S>
HWY_INLINE auto address_of(const pointers<N>& p) {
  constexpr plan::access a = N::K.at[N::K.code[I].a];
  return reinterpret_cast<const ir::element_t<a.type>*>(p.at[N::K.code[I].a]) + std::integral_constant<index, N::slots.offset(a.stride, depends_v<N, I>, T, S)>::value;
}
/// Slot S of instruction I, of which elements may be missing.
template <class N, class Vectors, int I, tile_sizes T, int S, index Lanes, index Count>
HWY_INLINE auto load(const pointers<N>& p, const counters<N>& c) {
  constexpr int A = N::K.code[I].a;
  const auto* from = address_of<N, I, T, S>(p);
  if constexpr (!plan::needs_guards(N::slots, A, depends_v<N, I>, T, S, Lanes, Count)) return load_at<N, Vectors, I, T, S, Lanes, Count>(from);
  else if constexpr (!N::slots.clips(A)) return load_guarded<N, Vectors, A, depends_v<N, I>, T, S, Lanes>(from, c, static_cast<std::size_t>(Count));
  else {
    auto v = load_clipped<N, Vectors, I, T, S, Lanes, Count>(from, c);
    keep_in_register(v);
    return v;
  }
}

/// The first element of slot S of instruction I in all lanes; `fill` where it does not exist.
template <class N, class Vectors, int I, tile_sizes T, int S, index Count>
HWY_INLINE auto load_first_element(const pointers<N>& p, const counters<N>& c) {
  constexpr int A = N::K.code[I].a;
  constexpr plan::access a = N::K.at[A];
  index from = 0, to = 1;
  clip_all<N, A, depends_v<N, I>, T, S, 0, 1, Count>(from, to, c, std::make_integer_sequence<int, a.guards>{});
  return to > from ? Vectors::template splat<a.type>(address_of<N, I, T, S>(p)) : Vectors::template constant<a.type>(a.fill);
}

template <class N, class Vectors, int Row, unsigned Bits, tile_sizes T, int S, ir::dtype Type, index Lanes>
HWY_INLINE auto position(const counters<N>& c) {
  using E = held_t<Type>;
  const typename Vectors::template tag<E> d;
  const E start = static_cast<E>(row_value<N, Row, Bits, T, S>(c));
  constexpr index along = N::K.lane >= 0 && Lanes > 1 ? N::K.rows[Row].coef[N::K.lane] : 0;
  if constexpr (along == 0) return hn::Set(d, start);
  else return hn::Add(hn::Set(d, start), hn::Mul(hn::Set(d, static_cast<E>(along)), hn::Iota(d, E(0))));
}

template <class N, class Vectors, int First, int Rows, unsigned Bits, tile_sizes T, int S, index Lanes>
HWY_INLINE auto within(const counters<N>& c) {
  index first[Rows > 0 ? Rows : 1] = {};
  [&]<int... R>(std::integer_sequence<int, R...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA { ((first[R] = row_value<N, First + R, Bits, T, S>(c)), ...); }
  (std::make_integer_sequence<int, Rows>{});
  alignas(64) bool inside[Lanes];
  for (index i = 0; i < Lanes; ++i) {
    inside[i] = true;
    for (int r = 0; r < Rows; ++r) {
      const plan::guard& g = N::K.rows[First + r];
      const index v = first[r] + (N::K.lane >= 0 && Lanes > 1 ? g.coef[N::K.lane] : 0) * i;
      inside[i] = inside[i] && v >= 0 && v % ir::divisor(g.den) == 0 && v / ir::divisor(g.den) < g.extent;
    }
  }
  return Vectors::template load<ir::dtype::boolean>(inside);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
