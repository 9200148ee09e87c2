// SPDX-License-Identifier: Apache-2.0
// The one kernel: a loop nest over a `plan::nest`, everything about it known at compile time.
// Receives a pointer for each access; reads and writes no byte outside of the elements that the accesses name.
//
// A register tile is a set of iterations done together. A value that depends on some of the tiled loops has one slot
// for each combination of their iterations and no more: a row operand is loaded once for all columns.
#include "intarsia/kernels/pointwise-inl.hpp"
#include "intarsia/kernels/transpose-inl.hpp"
#include "intarsia/ir/maps.hpp"
#include "intarsia/plan/nest.hpp"
#include "intarsia/plan/tile.hpp"
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

/// Iterations of each loop in one tile: five bits a loop, so that it is a small template argument; and, for two loops that
/// reach beyond an operand's border, where the tile is.
using tile_sizes = std::uint64_t;
enum class place : std::uint8_t { anywhere, first, last, inside };
constexpr place place_of(tile_sizes t, int border) { return static_cast<place>(t >> (60 + 2 * border) & 3); }
constexpr tile_sizes with_place(tile_sizes t, int border, place p) {
  return (t & ~(tile_sizes{3} << (60 + 2 * border))) | static_cast<tile_sizes>(p) << (60 + 2 * border);
}
constexpr tile_sizes sizes_alone(tile_sizes t) { return t & ((tile_sizes{1} << 60) - 1); }
constexpr int tile_of(tile_sizes t, int loop) { return static_cast<int>(t >> (5 * loop) & 31); }
constexpr tile_sizes with_tile(tile_sizes t, int loop, index size) {
  return (t & ~(tile_sizes{31} << (5 * loop))) | static_cast<tile_sizes>(size) << (5 * loop);
}

template <plan::nest Spec>
struct nest_kernel {
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
  static constexpr bool horizontal = K.lane >= K.outer;
  static constexpr int reductions = K.reduction != ir::opcode::none;

  struct pointers {
    char* at[K.accesses > 0 ? K.accesses : 1];
  };
  struct counters {
    index at[K.loops > 0 ? K.loops : 1] = {};
  };

  /// Small nests become part of their caller, which then keeps what it can in registers; a large one is one function for
  /// all programs that use it. Code of other targets than the unit's own can only be called.
  static constexpr bool is_small = plan::is_small(K);
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

 protected:
  static HWY_INLINE void run_here(const pointers& p) {
    totals sinks;
    clear(sinks, sink_range{});
    loop<0, 0, lanes>(p, counters{}, tiles_of{sinks});
    if constexpr (K.sinks > 0) conclude(p, sinks);
  }

  // ---- facts about instructions, at compile time ----

  /// The tiled loops that a value differs along, as bits; the lane loop only for what its tile holds several vectors of.
  static constexpr unsigned depends(int i) {
    const plan::instruction& c = K.code[i];
    unsigned bits = 0;
    auto along = [&](const auto& of) {
      for (int l = 0; l < K.loops; ++l) bits |= of[l] != 0 ? 1u << l : 0u;
    };
    auto rows = [&](int first, int count) {
      for (int r = 0; r < count; ++r) along(K.rows[first + r].coef);
    };
    switch (c.what) {
      case plan::step::load:
        along(K.at[c.a].stride);
        rows(K.at[c.a].guard_first, K.at[c.a].guards);
        break;
      case plan::step::position: rows(c.a, 1); break;
      case plan::step::within: rows(c.a, c.b); break;
      case plan::step::accumulator: bits = (1u << K.outer) - 1; break;
      case plan::step::map:
        bits = depends(c.a);
        if (ir::facts_of(c.op).arity > 1) bits |= depends(c.b);
        if (ir::facts_of(c.op).arity > 2) bits |= depends(c.c);
        break;
      default: break;
    }
    return bits;
  }
  template <int I>
  static constexpr unsigned depends_v = depends(I);
  static constexpr unsigned outer_bits = (1u << K.outer) - 1;

  static constexpr int slots(unsigned bits, tile_sizes t) {
    int n = 1;
    for (int l = 0; l < K.loops; ++l)
      if (bits >> l & 1) n *= tile_of(t, l) > 0 ? tile_of(t, l) : 1;
    return n;
  }
  /// The iteration of loop l that slot s of a value with these bits stands for.
  static constexpr int digit(unsigned bits, tile_sizes t, int s, int loop) {
    for (int l = K.loops - 1; l >= 0; --l) {
      if (!(bits >> l & 1)) continue;
      const int n = tile_of(t, l) > 0 ? tile_of(t, l) : 1;
      if (l == loop) return s % n;
      s /= n;
    }
    return 0;
  }
  /// The slot of a value with bits `to` at the same iterations.
  static constexpr int project(unsigned from, unsigned to, tile_sizes t, int s) {
    int slot = 0;
    for (int l = 0; l < K.loops; ++l)
      if (to >> l & 1) slot = slot * (tile_of(t, l) > 0 ? tile_of(t, l) : 1) + (from >> l & 1 ? digit(from, t, s, l) : 0);
    return slot;
  }
  /// Elements from the tile's first iteration to slot s.
  static constexpr index offset(const index (&stride)[plan::max_loops], unsigned bits, tile_sizes t, int s) {
    index o = 0;
    for (int l = 0; l < K.loops; ++l)
      if (bits >> l & 1) o += stride[l] * digit(bits, t, s, l) * (l == K.lane ? lanes : 1);
    return o;
  }

  /// Slots of an instruction that are the same value: neighbouring windows load the same elements. `of[s]` is the cell
  /// that holds slot s, `from[c]` a slot of cell c.
  static constexpr int most_slots = 256;
  struct cell_map {
    int count = 0;
    int of[most_slots] = {};
    int from[most_slots] = {};
  };
  template <int I, tile_sizes T>
  static constexpr cell_map make_cells() {
    constexpr unsigned bits = depends(I);
    constexpr int n = slots(bits, T);
    static_assert(n <= most_slots);
    cell_map m;
    index at[n] = {};
    constexpr bool shares = K.code[I].what == plan::step::load && (K.at[K.code[I].a].guards == 0 || is_clipped(K.code[I].a));
    constexpr plan::access a = K.at[shares ? K.code[I].a : 0];
    auto same = [&](int s, int other) {
      for (int r = 0; r < a.guards; ++r)
        if (offset(K.rows[a.guard_first + r].coef, bits, T, s) != offset(K.rows[a.guard_first + r].coef, bits, T, other)) return false;
      return at[s] == at[other];
    };
    for (int s = 0; s < n; ++s) {
      if (shares) {
        at[s] = offset(a.stride, bits, T, s);
        int c = 0;
        while (c < m.count && !same(s, m.from[c])) ++c;
        m.of[s] = c;
        if (c < m.count) continue;
      } else m.of[s] = s;
      m.from[m.count++] = s;
    }
    return m;
  }

  template <int I, tile_sizes T>
  static constexpr cell_map cell_map_of = make_cells<I, sizes_alone(T)>();

  // Tables by slot, of which one element at a time is made a constant of the code: functions for each slot took a third
  // of the time for compiling a kernel.

  /// The cell of instruction I for each slot of a value with these bits.
  template <int I, unsigned Bits, tile_sizes T>
  static constexpr auto cells_read = [] {
    std::array<int, slots(Bits, T)> at{};
    for (int s = 0; s < slots(Bits, T); ++s) at[s] = cell_map_of<I, T>.of[project(Bits, depends_v<I>, T, s)];
    return at;
  }();
  template <int I, unsigned Bits, tile_sizes T, int S>
  using cell_at = std::integral_constant<int, cells_read<I, Bits, T>[S]>;
  /// Elements from the tile's first iteration to each cell of a load.
  template <int I, tile_sizes T>
  static constexpr auto load_offsets = [] {
    std::array<index, cell_map_of<I, T>.count> at{};
    for (int c = 0; c < cell_map_of<I, T>.count; ++c) at[c] = offset(K.at[K.code[I].a].stride, depends_v<I>, T, cell_map_of<I, T>.from[c]);
    return at;
  }();
  /// Elements from the tile's first iteration to each slot of a store.
  template <int Access, tile_sizes T>
  static constexpr auto store_offsets = [] {
    std::array<index, slots(outer_bits, T)> at{};
    for (int s = 0; s < slots(outer_bits, T); ++s) at[s] = offset(K.at[Access].stride, outer_bits, T, s);
    return at;
  }();

  // ---- borders: operands that exist only in part ----

  static constexpr bool is_clipped(int access) { return K.factor >= 0 && plan::is_clipped(K, K.at[access], K.lane); }
  /// The longest loop that decides whether a guard holds: its first and last tiles are code of their own.
  static constexpr int border_loop(const plan::guard& g) {
    int longest = -1;
    for (int l = 0; l < K.loops; ++l)
      if (g.coef[l] != 0 && (longest < 0 || K.extent[l] > K.extent[longest])) longest = l;
    return longest;
  }
  struct border_loops {
    int of[2] = {-1, -1};
    constexpr border_loops() {
      int n = 0;
      for (int a = 0; a < K.accesses; ++a)
        for (int r = 0; r < K.at[a].guards && is_clipped(a); ++r) {
          const int l = border_loop(K.rows[K.at[a].guard_first + r]);
          if (l >= 0 && l != of[0] && l != of[1] && n < 2) of[n++] = l;
        }
    }
  };
  static constexpr int border_of(int loop) {
    constexpr border_loops borders;
    return loop == borders.of[0] ? 0 : loop == borders.of[1] ? 1 : -1;
  }
  /// Elements of loop l that a tile holds.
  static constexpr index span(tile_sizes t, int l, index count) {
    const index n = tile_of(t, l) > 0 ? tile_of(t, l) : 1;
    return l != K.lane ? n : count < lanes ? count : n * lanes;
  }
  struct interval {
    index low = 0, high = 0;
  };
  /// What a guard's value can be at the first element of a tile.
  static constexpr interval starts(const plan::guard& g, tile_sizes t, index count) {
    interval v{g.offset, g.offset};
    for (int l = 0; l < K.loops; ++l) {
      if (g.coef[l] == 0) continue;
      const index last = K.extent[l] - span(t, l, count);
      const int border = border_of(l);
      const place where = border >= 0 ? place_of(t, border) : place::anywhere;
      const index from = where == place::last ? last : 0, to = where == place::first ? 0 : last;
      v.low += g.coef[l] * (g.coef[l] > 0 ? from : to);
      v.high += g.coef[l] * (g.coef[l] > 0 ? to : from);
    }
    return v;
  }
  /// Whether tiles of loop l that begin at `from` to `to` keep all guards that it decides.
  static constexpr bool is_inside(int loop, index from, index to, index size) {
    for (int a = 0; a < K.accesses; ++a)
      for (int r = 0; r < K.at[a].guards; ++r) {
        const plan::guard& g = K.rows[K.at[a].guard_first + r];
        if (!is_clipped(a) || border_loop(g) != loop) continue;
        index low = g.offset, high = g.offset;
        for (int l = 0; l < K.loops; ++l) {
          const index first = l == loop ? from : 0, last = l == loop ? to + size - 1 : K.extent[l] - 1;
          low += g.coef[l] * (g.coef[l] > 0 ? first : last);
          high += g.coef[l] * (g.coef[l] > 0 ? last : first);
        }
        if (low < 0 || high >= g.extent) return false;
      }
    return true;
  }

  /// A vector, or a broadcast element, of which only a range may exist.
  template <class Vectors, int A, unsigned Bits, tile_sizes T, int S, index Lanes, index Count>
  static HWY_INLINE auto load_clipped(const ir::element_t<K.at[A].type>* p, const counters& c) {
    constexpr plan::access a = K.at[A];
    constexpr index along = Lanes > 1 ? a.stride[K.lane] : 0, elements = along * (Count - 1) + 1;
    index from = 0, to = elements;
    clip_all<A, Bits, T, S, along, elements, Count>(from, to, c, std::make_integer_sequence<int, a.guards>{});
    if constexpr (along == 1) return Vectors::template load_between<a.type>(p, from, to);
    else if constexpr (along == 2) return Vectors::template every_second_between<a.type>(p, from, to);
    else return to > from ? Vectors::template splat<a.type>(p) : Vectors::template constant<a.type>(0);
  }
  template <int A, unsigned Bits, tile_sizes T, int S, index Along, index Elements, index Count, int... R>
  static HWY_INLINE void clip_all(index& from, index& to, const counters& c, std::integer_sequence<int, R...>) {
    (clip<K.at[A].guard_first + R, Bits, T, S, Along, Elements, Count>(from, to, c), ...);
  }
  template <int Row, unsigned Bits, tile_sizes T, int S, index Along, index Elements, index Count>
  static HWY_INLINE void clip(index& from, index& to, const counters& c) {
    if constexpr (!holds<Row, Bits, T, S, Along, Elements, Count>()) {
      constexpr interval start = starts(K.rows[Row], T, Count);
      constexpr index slot = offset(K.rows[Row].coef, Bits, T, S);
      index v = start.low + slot;
      if constexpr (start.low != start.high) v = row_value<Row, Bits, T, S>(c);
      constexpr bool runs = Along > 0 && K.rows[Row].coef[K.lane] != 0;
      if constexpr (runs) {
        if (-v > from) from = -v;
        if (K.rows[Row].extent - v < to) to = K.rows[Row].extent - v;
      } else if (v < 0 || v >= K.rows[Row].extent) to = from;
    }
    (void)c;
  }
  template <int Row, unsigned Bits, tile_sizes T, int S, index Along, index Elements, index Count>
  static constexpr bool holds() {
    constexpr plan::guard g = K.rows[Row];
    if (place_of(T, 0) == place::inside && border_of(border_loop(g)) == 0) return true;
    if (place_of(T, 1) == place::inside && border_of(border_loop(g)) == 1) return true;
    const interval start = starts(g, T, Count);
    const index slot = offset(K.rows[Row].coef, Bits, T, S);
    const index more = Along > 0 && g.coef[K.lane] != 0 ? Elements - 1 : 0;
    return start.low + slot >= 0 && start.high + slot + more < g.extent;
  }
  template <int A, unsigned Bits, tile_sizes T, int S, index Lanes, index Count, int... R>
  static constexpr bool all_hold(std::integer_sequence<int, R...>) {
    constexpr index along = Lanes > 1 ? K.at[A].stride[K.lane] : 0;
    return (holds<K.at[A].guard_first + R, Bits, T, S, along, along * (Count - 1) + 1, Count>() && ...);
  }
  template <int A, unsigned Bits, tile_sizes T, int S, index Lanes, index Count>
  static constexpr bool needs_guards() {
    if constexpr (K.at[A].guards == 0) return false;
    else if constexpr (!is_clipped(A)) return true;
    else return !all_hold<A, Bits, T, S, Lanes, Count>(std::make_integer_sequence<int, K.at[A].guards>{});
  }

  // ---- values ----

  template <index Lanes>
  using vectors_of = vectors<static_cast<std::size_t>(Lanes), static_cast<std::size_t>(width)>;

  template <class Vectors, int I, tile_sizes T>
  struct cell {
    static constexpr const cell_map& map = cell_map_of<I, T>;
    static constexpr int count = map.count;
    typename Vectors::template value_t<K.code[I].type> v[count];
  };
  template <class Vectors, tile_sizes T, class Sequence>
  struct cells;
  template <class Vectors, tile_sizes T, int... I>
  struct cells<Vectors, T, std::integer_sequence<int, I...>> : cell<Vectors, I, T>... {};

  template <int First, class Sequence>
  struct shifted;
  template <int First, int... I>
  struct shifted<First, std::integer_sequence<int, I...>> {
    using type = std::integer_sequence<int, First + I...>;
  };
  template <int First, int Last>
  using range = typename shifted<First, std::make_integer_sequence<int, Last - First>>::type;

  static constexpr ir::dtype sum_type = reductions ? K.code[K.term].type : ir::dtype::f32;
  static constexpr bool is_arg = K.reduction == ir::opcode::argmax || K.reduction == ir::opcode::argmin;

  /// Running results of the reduction: one for each outer iteration of the tile, or, where they are few, several that
  /// take the steps of the innermost loop in turn.
  template <class Vectors, tile_sizes T>
  struct sums {
    typename Vectors::template value_t<sum_type> v[slots(outer_bits, T) * K.partial];
    typename Vectors::template value_t<ir::dtype::i32> place[is_arg ? slots(outer_bits, T) : 1];
  };

  /// Running totals over all outer iterations.
  static constexpr index sink_lanes = horizontal ? 1 : lanes;
  using sink_range = std::make_integer_sequence<int, K.sinks>;
  static constexpr ir::dtype sink_type(int sink) { return K.code[K.sink[sink].term].type; }
  /// Iterations of a tile go to several totals in turn: an addition takes four cycles.
  static constexpr int ways = K.sinks > 4 ? 1 : K.sinks > 1 ? 2 : 4;
  template <int Sink>
  struct total {
    typename vectors_of<sink_lanes>::template value_t<sink_type(Sink)> v[ways];
  };
  template <class Sequence>
  struct all_totals;
  template <int... Sink>
  struct all_totals<std::integer_sequence<int, Sink...>> : total<Sink>... {};
  using totals = all_totals<sink_range>;

  // ---- one value ----

  template <int Row, unsigned Bits, tile_sizes T, int S>
  static HWY_INLINE index row_value(const counters& c) {
    constexpr index start = K.rows[Row].offset + offset(K.rows[Row].coef, Bits, T, S);
    index v = start;
    for (int l = 0; l < K.loops; ++l)
      if (K.rows[Row].coef[l] != 0) v += K.rows[Row].coef[l] * c.at[l];
    return v;
  }

  /// An element-wise load: each lane asks its guards.
  template <class Vectors, int A, unsigned Bits, tile_sizes T, int S, index Lanes>
  static HWY_INLINE auto load_guarded(const ir::element_t<K.at[A].type>* p, const counters& c, std::size_t count) {
    using E = ir::element_t<K.at[A].type>;
    constexpr plan::access a = K.at[A];
    index first[a.guards > 0 ? a.guards : 1] = {};
    fill_rows<A, Bits, T, S>(first, c, std::make_integer_sequence<int, a.guards>{});
    constexpr index along = K.lane >= 0 && Lanes > 1 ? a.stride[K.lane] : 0;
    // all lanes inside, next to each other: an ordinary load
    bool whole = (along == 1 || along == 0) && count == static_cast<std::size_t>(Lanes);
    for (int r = 0; r < a.guards; ++r) {
      const plan::guard& g = K.rows[a.guard_first + r];
      const index step = K.lane >= 0 && Lanes > 1 ? g.coef[K.lane] : 0;
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
        const plan::guard& g = K.rows[a.guard_first + r];
        const index v = first[r] + (K.lane >= 0 && Lanes > 1 ? g.coef[K.lane] : 0) * i;
        exists = exists && v >= 0 && v % ir::divisor(g.den) == 0 && v / ir::divisor(g.den) < g.extent;
        at += g.stride * (v / ir::divisor(g.den));
      }
      buffer[i] = exists ? p[at] : static_cast<E>(a.fill);
    }
    return Vectors::template load<a.type>(buffer);
  }
  template <int A, unsigned Bits, tile_sizes T, int S, int... R>
  static HWY_INLINE void fill_rows(index* first, const counters& c, std::integer_sequence<int, R...>) {
    ((first[R] = row_value<K.at[A].guard_first + R, Bits, T, S>(c)), ...);
    (void)first;
    (void)c;
  }

  /// What a load of instruction I gives from this address, all of its elements being there.
  template <class Vectors, int I, index Lanes, index Count>
  static HWY_INLINE auto load_at(const ir::element_t<K.at[K.code[I].a].type>* from) {
    constexpr plan::access a = K.at[K.code[I].a];
    constexpr index along = K.lane >= 0 && Lanes > 1 ? a.stride[K.lane] : 0;
    if constexpr (along == 0) {
      auto v = Vectors::template splat<a.type>(from);
      if constexpr (window >= 0 && I < K.body) keep_in_register(v);
      return v;
    } else if constexpr (along != 1) return Vectors::template gather<a.type, along, static_cast<std::size_t>(Count)>(from);
    else if constexpr (Count < Lanes) return Vectors::template load_first<a.type>(from, static_cast<std::size_t>(Count));
    else {
      auto v = Vectors::template load<a.type>(from);
      if constexpr (K.factor >= 0 && I < K.body) keep_in_register(v);
      return v;
    }
  }
  /// Slot S of instruction I, of which elements may be missing.
  template <class Vectors, int I, tile_sizes T, int S, index Lanes, index Count>
  static HWY_INLINE auto load(const pointers& p, const counters& c) {
    constexpr int A = K.code[I].a;
    constexpr index skip = offset(K.at[A].stride, depends_v<I>, T, S);
    const auto* from = reinterpret_cast<const ir::element_t<K.at[A].type>*>(p.at[A]) + skip;
    if constexpr (!needs_guards<A, depends_v<I>, T, S, Lanes, Count>()) return load_at<Vectors, I, Lanes, Count>(from);
    else if constexpr (!is_clipped(A)) return load_guarded<Vectors, A, depends_v<I>, T, S, Lanes>(from, c, static_cast<std::size_t>(Count));
    else {
      auto v = load_clipped<Vectors, A, depends_v<I>, T, S, Lanes, Count>(from, c);
      keep_in_register(v);
      return v;
    }
  }

  template <class Vectors, int Row, unsigned Bits, tile_sizes T, int S, ir::dtype Type, index Lanes>
  static HWY_INLINE auto position(const counters& c) {
    using E = held_t<Type>;
    const typename Vectors::template tag<E> d;
    const E start = static_cast<E>(row_value<Row, Bits, T, S>(c));
    constexpr index along = K.lane >= 0 && Lanes > 1 ? K.rows[Row].coef[K.lane] : 0;
    if constexpr (along == 0) return hn::Set(d, start);
    else return hn::Add(hn::Set(d, start), hn::Mul(hn::Set(d, static_cast<E>(along)), hn::Iota(d, E(0))));
  }

  template <class Vectors, int First, int Rows, unsigned Bits, tile_sizes T, int S, index Lanes>
  static HWY_INLINE auto within(const counters& c) {
    index first[Rows > 0 ? Rows : 1] = {};
    [&]<int... R>(std::integer_sequence<int, R...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA { ((first[R] = row_value<First + R, Bits, T, S>(c)), ...); }
    (std::make_integer_sequence<int, Rows>{});
    alignas(64) bool inside[Lanes];
    for (index i = 0; i < Lanes; ++i) {
      inside[i] = true;
      for (int r = 0; r < Rows; ++r) {
        const plan::guard& g = K.rows[First + r];
        const index v = first[r] + (K.lane >= 0 && Lanes > 1 ? g.coef[K.lane] : 0) * i;
        inside[i] = inside[i] && v >= 0 && v % ir::divisor(g.den) == 0 && v / ir::divisor(g.den) < g.extent;
      }
    }
    return Vectors::template load<ir::dtype::boolean>(inside);
  }

  /// Slot S of an instruction that is neither a load nor a map.
  template <class Vectors, int I, tile_sizes T, int S, index Lanes, class Sums>
  static HWY_INLINE auto compute(const counters& c, const Sums& sum) {
    constexpr plan::instruction i = K.code[I];
    constexpr unsigned bits = depends_v<I>;
    if constexpr (i.what == plan::step::constant) return Vectors::template constant<i.type>(i.value);
    else if constexpr (i.what == plan::step::position) return position<Vectors, i.a, bits, T, S, i.type, Lanes>(c);
    else if constexpr (i.what == plan::step::within) return within<Vectors, i.a, i.b, bits, T, S, Lanes>(c);
    else if constexpr (i.what == plan::step::sink) return whole<i.a>(*sum.of);
    else if constexpr (is_arg) return sum.place[S];
    else return sum.v[S];
  }
  template <class Vectors, int I, tile_sizes T, unsigned Bits, int S, class Cells>
  static HWY_INLINE auto get(const Cells& known) {
    return static_cast<const cell<Vectors, I, T>&>(known).v[cell_at<I, Bits, T, S>::value];
  }

  template <class Vectors, int I, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... S>
  static HWY_INLINE void compute_slots(const pointers& p, const counters& c, Cells& known, const Sums& sum, std::integer_sequence<int, S...>) {
    constexpr plan::instruction i = K.code[I];
    using own = cell<Vectors, I, T>;
    auto& v = static_cast<own&>(known).v;
    if constexpr (i.what == plan::step::load && K.at[i.a].guards == 0) {
      const auto* from = reinterpret_cast<const ir::element_t<K.at[i.a].type>*>(p.at[i.a]);
      ((v[S] = load_at<Vectors, I, Lanes, Count>(from + std::integral_constant<index, load_offsets<I, T>[S]>::value)), ...);
    } else if constexpr (i.what == plan::step::load) {
      ((v[S] = load<Vectors, I, T, own::map.from[S], Lanes, Count>(p, c)), ...);
    } else if constexpr (i.what == plan::step::map) {
      using apply = pointwise<Vectors, i.op, i.type, i.from>;
      constexpr int arity = ir::facts_of(i.op).arity;
      constexpr int second = arity > 1 ? i.b : i.a, third = arity > 2 ? i.c : i.a;
      constexpr unsigned bits = depends_v<I>;
      const auto& a = static_cast<const cell<Vectors, i.a, T>&>(known).v;
      const auto& b = static_cast<const cell<Vectors, second, T>&>(known).v;
      const auto& d = static_cast<const cell<Vectors, third, T>&>(known).v;
      if constexpr (arity == 1) ((v[S] = apply::run(a[cell_at<i.a, bits, T, S>::value])), ...);
      else if constexpr (arity == 2) ((v[S] = apply::run(a[cell_at<i.a, bits, T, S>::value], b[cell_at<second, bits, T, S>::value])), ...);
      else ((v[S] = apply::run(a[cell_at<i.a, bits, T, S>::value], b[cell_at<second, bits, T, S>::value], d[cell_at<third, bits, T, S>::value])), ...);
      (void)b, (void)d;
    } else {
      ((v[S] = compute<Vectors, I, T, own::map.from[S], Lanes>(c, sum)), ...);
    }
    (void)p, (void)c, (void)sum, (void)v;
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... I>
  static HWY_INLINE void compute_all(const pointers& p, const counters& c, Cells& known, const Sums& sum, std::integer_sequence<int, I...>) {
    (compute_slots<Vectors, I, T, Lanes, Count>(p, c, known, sum, std::make_integer_sequence<int, loaded_in_products<T>(I) ? 0 : cell<Vectors, I, T>::count>{}), ...);
  }

  // ---- the reduction ----

  /// What a running result begins with.
  template <ir::dtype Type>
  static constexpr double neutral(ir::opcode op) {
    using E = ir::element_t<Type>;
    const bool largest = op == ir::opcode::max || op == ir::opcode::argmax;
    if (op == ir::opcode::add) return 0;
    if (ir::is_float(Type)) return largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    return static_cast<double>(largest ? std::numeric_limits<E>::lowest() : std::numeric_limits<E>::max());
  }

  template <class Vectors, tile_sizes T>
  static HWY_INLINE sums<Vectors, T> start() {
    sums<Vectors, T> s;
    for (auto& v : s.v) v = Vectors::template constant<sum_type>(neutral<sum_type>(K.reduction));
    for (auto& v : s.place) v = Vectors::template constant<ir::dtype::i32>(is_arg ? 2147483647.0 : 0);
    return s;
  }

  /// The running result that slot s of a value with these bits goes to.
  static constexpr int sum_of(unsigned bits, tile_sizes t, int s) {
    const int turn = K.partial > 1 ? digit(bits, t, s, K.loops - 1) % K.partial : 0;
    return turn * slots(outer_bits, t) + project(bits, outer_bits, t, s);
  }
  /// The partial sums of each result as one, half of them onto the other half again and again.
  template <class Vectors, tile_sizes T, int Turns, class Sums>
  static HWY_INLINE void join_partial(Sums& sum) {
    if constexpr (Turns > 1) {
      constexpr int results = slots(outer_bits, T);
      add_later<Vectors, (Turns + 1) / 2 * results>(sum, std::make_integer_sequence<int, Turns / 2 * results>{});
      join_partial<Vectors, T, (Turns + 1) / 2>(sum);
    }
    (void)sum;
  }
  template <class Vectors, int Later, class Sums, int... S>
  static HWY_INLINE void add_later(Sums& sum, std::integer_sequence<int, S...>) {
    ((sum.v[S] = combine<Vectors, sum_type, ir::opcode::add>(sum.v[S], sum.v[S + Later])), ...);
  }

  /// Takes one more term into a running result; lanes beyond `Count` take nothing.
  template <class Vectors, tile_sizes T, index Lanes, index Count, unsigned Bits, int S, class Cells, class Sums>
  static HWY_INLINE void accumulate_slot(const Cells& known, Sums& sum) {
    constexpr int at = sum_of(Bits, T, S);
    using E = held_t<sum_type>;
    using D = typename Vectors::template tag<E>;
    const D d;
    auto term = get<Vectors, K.term, T, Bits, S>(known);
    auto& total = sum.v[at];
    if constexpr (K.factor >= 0) {
      auto factor = get<Vectors, K.factor, T, Bits, S>(known);
      if constexpr (Count < Lanes && horizontal) term = hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(Count)), term), factor = hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(Count)), factor);
      if constexpr (ir::is_float(sum_type)) total = hn::MulAdd(term, factor, total);
      else total = pointwise<Vectors, ir::opcode::add, sum_type, sum_type>::run(total, pointwise<Vectors, ir::opcode::mul, sum_type, sum_type>::run(term, factor));
    } else if constexpr (K.reduction == ir::opcode::add) {
      if constexpr (Count < Lanes && horizontal) term = hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(Count)), term);
      total = pointwise<Vectors, ir::opcode::add, sum_type, sum_type>::run(total, term);
    } else {
      constexpr bool largest = K.reduction == ir::opcode::max || K.reduction == ir::opcode::argmax;
      if constexpr (Count < Lanes && horizontal) term = hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(Count)), term, total);
      if constexpr (!is_arg) {
        if constexpr (largest) total = max_of(d, total, term);
        else total = min_of(d, total, term);
      } else {
        const auto place = get<Vectors, K.place, T, Bits, S>(known);
        auto better = largest ? hn::Gt(term, total) : hn::Lt(term, total);
        // the first NaN beats everything; an equal value at an earlier place beats a later one
        const auto here = Vectors::template narrow<E>(Vectors::template widen<std::int32_t>(hn::Lt(place, sum.place[at])));
        auto tie = hn::And(hn::Eq(term, total), here);
        if constexpr (ir::is_float(sum_type)) {
          tie = hn::Or(tie, hn::And(hn::And(hn::IsNaN(term), hn::IsNaN(total)), here));
          better = hn::Or(better, hn::AndNot(hn::IsNaN(total), hn::IsNaN(term)));
        }
        better = hn::Or(better, tie);
        if constexpr (Count < Lanes && horizontal) better = hn::And(better, hn::FirstN(d, static_cast<std::size_t>(Count)));
        total = hn::IfThenElse(better, term, total);
        sum.place[at] = hn::IfThenElse(Vectors::template narrow<std::int32_t>(Vectors::template widen<E>(better)), place, sum.place[at]);
      }
    }
  }
  static constexpr unsigned term_bits() {
    unsigned bits = outer_bits | depends(K.term);
    if (K.factor >= 0) bits |= depends(K.factor);
    if (K.place >= 0) bits |= depends(K.place);
    return bits | (((1u << K.loops) - 1) & ~outer_bits);
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... S>
  static HWY_INLINE void accumulate(const Cells& known, Sums& sum, std::integer_sequence<int, S...>) {
    (accumulate_slot<Vectors, T, Lanes, Count, term_bits(), S>(known, sum), ...);
  }

  // ---- products ----
  // One operand, the broadcast one if there is one, is loaded when it is used and for all its uses together, so that one
  // register serves all of its elements in turn; loaded beforehand they spill the running sums. The other one is loaded at
  // the beginning of each step of the reduction, or before all of them where steps share vectors. Where windows overlap it
  // is the other way round: the kernel's elements stay, each vector passes by once.

  static constexpr bool is_splat(int i) {
    return i >= 0 && is_plain_load(i) && K.lane >= 0 && K.at[K.code[i].a].stride[K.lane] == 0;
  }
  static constexpr bool is_plain_load(int i) { return i >= 0 && K.code[i].what == plan::step::load && (K.at[K.code[i].a].guards == 0 || is_clipped(K.code[i].a)); }
  static constexpr int tile_slots(int i) {
    int n = 1;
    for (int l = 0; l < K.loops; ++l)
      if (depends(i) >> l & 1) n *= K.tile[l];
    return n;
  }
  /// Nothing but the product reads it, and that once: it need not be kept.
  static constexpr bool is_read_once(int i) {
    int reads = (K.term == i) + (K.factor == i);
    for (int j = 0; j < K.body; ++j) {
      const plan::instruction& c = K.code[j];
      const int arity = c.what == plan::step::map ? ir::facts_of(c.op).arity : 0;
      reads += (arity > 0 && c.a == i) + (arity > 1 && c.b == i) + (arity > 2 && c.c == i);
    }
    return reads == 1;
  }
  /// Overlapping windows: each vector of this operand is loaded once for all the products that it is in, and the other
  /// operand's elements stay in registers.
  static constexpr int window = K.window;
  static constexpr unsigned window_loop = K.loops > 0 ? 1u << (K.loops - 1) : 0;
  static constexpr int choose_late() {
    if (K.factor < 0) return -1;
    if (window >= 0) return window;
    if (is_splat(K.factor) && is_read_once(K.factor)) return K.factor;
    if (is_splat(K.term) && is_read_once(K.term)) return K.term;
    // two vectors: the operand with more of them passes by, the other stays
    const int more = tile_slots(K.factor) > tile_slots(K.term) ? K.factor : K.term;
    return is_plain_load(more) && is_read_once(more) ? more : -1;
  }
  static constexpr int late = choose_late();
  static constexpr int early = late == K.factor ? K.term : K.factor;
  template <tile_sizes T>
  static constexpr bool step_by_step = [] {
    if constexpr (late < 0 || window >= 0) return false;
    else return is_plain_load(early) && make_cells<early, T>().count == slots(depends(early), T);
  }();
  template <tile_sizes T>
  static constexpr bool loaded_in_products(int i) { return i == late || (i == early && step_by_step<T>); }

  /// The products in the order in which they are made: step of the reduction by step, and in it element by element of the
  /// late operand. A run of products has one such element.
  template <tile_sizes T>
  struct product_order {
    static constexpr int count = slots(term_bits(), T);
    int runs = 0;
    int first[count + 1] = {};  // product of each run
    int element[count] = {};    // slot of the late operand, by run
    int step[count] = {};       // of the reduction, by run
    int total[count] = {};      // running result, by product
    int cell[count] = {};       // of the early operand, by product
    constexpr product_order() {
      constexpr unsigned late_bits = depends(late), reduced = term_bits() & ~outer_bits;
      // of a window: column by column, each vector for all that it is in
      constexpr unsigned steps = window >= 0 ? reduced & ~window_loop : reduced;
      constexpr int elements = window >= 0 ? cell_map_of<late, T>.count : slots(late_bits, T);
      constexpr int keys = slots(steps, T) * elements;
      int start[keys + 1] = {}, key[count] = {};
      for (int s = 0; s < count; ++s) {
        const int from = project(term_bits(), late_bits, T, s);
        key[s] = project(term_bits(), steps, T, s) * elements + (window >= 0 ? cell_map_of<late, T>.of[from] : from);
        ++start[key[s] + 1];
      }
      for (int k = 0; k < keys; ++k) {
        if (start[k + 1] > 0) {
          first[runs] = start[k];
          element[runs] = window >= 0 ? cell_map_of<late, T>.from[k % elements] : k % elements;
          step[runs++] = window >= 0 ? 0 : k / elements;
        }
        start[k + 1] += start[k];
      }
      first[runs] = count;
      for (int s = 0; s < count; ++s) {
        const int n = start[key[s]]++;
        total[n] = sum_of(term_bits(), T, s);
        cell[n] = cells_read<early, term_bits(), T>[s];
      }
    }
    constexpr int length(int run) const { return first[run + 1] - first[run]; }
    /// Whether a run is the first one of its step.
    constexpr bool begins(int run) const { return run == 0 || step[run - 1] != step[run]; }
  };
  template <tile_sizes T>
  static constexpr product_order<sizes_alone(T)> order{};

  template <class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... Run>
  static HWY_INLINE void multiply_add(const pointers& p, const counters& c, Cells& known, Sums& sum, std::integer_sequence<int, Run...>) {
    typename Vectors::template value_t<sum_type> current;
    pointers q = p;
    (products<Vectors, T, Lanes, Count, Run>(q, c, known, sum, current, std::make_integer_sequence<int, order<T>.length(Run)>{}), ...);
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, int Run, class Cells, class Sums, class V, int... N>
  static HWY_INLINE void products(pointers& p, const counters& c, Cells& known, Sums& sum, V& current, std::integer_sequence<int, N...>) {
    constexpr int step = order<T>.step[Run], first = order<T>.first[Run];
    if constexpr (Run > 0 && order<T>.begins(Run)) forget(p.at[K.code[late].a]);
    if constexpr (step_by_step<T> && order<T>.begins(Run))
      load_step<Vectors, T, Lanes, Count, step>(p, c, known, sum, std::make_integer_sequence<int, slots_in_step(T, step)>{});
    if constexpr (Run == 0 || slots(depends_v<late>, T) > 1) {
      current = load<Vectors, late, T, order<T>.element[Run], Lanes, Count>(p, c);
      if constexpr (Count < Lanes && horizontal) current = first_lanes<Count>(current);
      keep_in_register(current);
    }
    const auto& v = static_cast<const cell<Vectors, early, T>&>(known).v;
    (multiply<Vectors, Lanes, Count>(sum.v[std::integral_constant<int, order<T>.total[first + N]>::value], current,
                                     v[std::integral_constant<int, order<T>.cell[first + N]>::value]), ...);
  }
  template <class Vectors, index Lanes, index Count, class V>
  static HWY_INLINE void multiply(V& total, V current, V vector) {
    if constexpr (Count < Lanes && horizontal) vector = first_lanes<Count>(vector);
    if constexpr (ir::is_float(sum_type)) total = hn::MulAdd(current, vector, total);
    else total = pointwise<Vectors, ir::opcode::add, sum_type, sum_type>::run(total, pointwise<Vectors, ir::opcode::mul, sum_type, sum_type>::run(current, vector));
  }
  template <index Count, class V>
  static HWY_INLINE V first_lanes(V v) {
    return hn::IfThenElseZero(hn::FirstN(hn::DFromV<V>(), static_cast<std::size_t>(Count)), v);
  }

  /// Whether slot s of a value with these bits is one of this step of the reduction.
  static constexpr bool belongs(unsigned bits, tile_sizes t, int s, int step) {
    const unsigned reduced = term_bits() & ~outer_bits;
    for (int l = K.outer; l < K.loops; ++l)
      if ((bits >> l & 1) && digit(bits, t, s, l) != digit(reduced, t, step, l)) return false;
    return true;
  }
  static constexpr int slots_in_step(tile_sizes t, int step) {
    int n = 0;
    for (int s = 0; s < slots(depends(early), t); ++s) n += belongs(depends(early), t, s, step);
    return n;
  }
  static constexpr int slot_in_step(tile_sizes t, int step, int n) {
    int s = 0;
    while (!belongs(depends(early), t, s, step) || n-- > 0) ++s;
    return s;
  }
  /// The slots of the early operand that belong to this step of the reduction.
  template <class Vectors, tile_sizes T, index Lanes, index Count, int Step, class Cells, class Sums, int... N>
  static HWY_INLINE void load_step(const pointers& p, const counters& c, Cells& known, const Sums& sum, std::integer_sequence<int, N...>) {
    compute_slots<Vectors, early, T, Lanes, Count>(p, c, known, sum, std::integer_sequence<int, slot_in_step(T, Step, N)...>{});
  }

  /// All terms of one tile of the reduction.
  template <class Vectors, tile_sizes T, index Count, class Sums>
  static HWY_INLINE void reduce(const pointers& p, const counters& c, Sums& sum) {
    cells<Vectors, T, range<0, K.body>> known;
    compute_all<Vectors, T, lanes, Count>(p, c, known, sum, range<0, K.body>{});
    if constexpr (late >= 0) multiply_add<Vectors, T, lanes, Count>(p, c, known, sum, std::make_integer_sequence<int, order<T>.runs>{});
    else accumulate<Vectors, T, lanes, Count>(known, sum, std::make_integer_sequence<int, slots(term_bits(), T)>{});
  }

  // ---- loops ----

  template <int L, index Iterations, int... A>
  static HWY_INLINE void advance(pointers& p, counters& c, std::integer_sequence<int, A...>) {
    ((p.at[A] += std::integral_constant<index, K.at[A].stride[L] * Iterations * ir::size_of(K.at[A].type)>::value), ...);
    c.at[L] += Iterations;
  }
  template <int L, index Iterations>
  static HWY_INLINE void advance(pointers& p, counters& c) {
    advance<L, Iterations>(p, c, std::make_integer_sequence<int, K.accesses>{});
  }

  /// Tiles of one size along a loop: `size` iterations of vectors or elements, all together `elements`.
  struct stage {
    index times = 0, size = 0, elements = 0, from = 0;
    constexpr index last() const { return from + (times - 1) * elements; }
    constexpr index end() const { return from + times * elements; }
  };
  /// A loop goes in steps of its tile, then in smaller ones over what is left of it, then over the last lanes. Where it
  /// reaches beyond a border, its first and last tile stand apart.
  struct stages {
    int count = 0;
    stage of[7];
    constexpr stages(int l) {
      const index unit = l == K.lane ? lanes : 1;
      const plan::steps s = plan::steps_of(K.extent[l] / unit, K.tile[l], K.factor >= 0);
      const index rests = s.count * s.size * unit, tail = K.extent[l] % unit;
      add(l, {s.count, s.size, s.size * unit, 0});
      add(l, {s.rests, s.rest, s.rest * unit, rests});
      add(l, {tail > 0, 1, tail, K.extent[l] - tail});
    }

   private:
    constexpr void add(int l, stage s) {
      if (s.times > 1 && border_of(l) >= 0 && s.from == 0) {
        of[count++] = {1, s.size, s.elements, 0};
        s.from += s.elements, --s.times;
      }
      const bool ends = s.times > 1 && border_of(l) >= 0 && s.end() == K.extent[l];
      if (ends) --s.times;
      if (s.times > 0) of[count++] = s;
      if (ends) of[count++] = {1, s.size, s.elements, s.end()};
    }
  };
  template <int L>
  static constexpr stages stages_of{L};
  template <int L, int Stage, index Count>
  static constexpr index lanes_in = stages_of<L>.of[Stage].elements < lanes && L == K.lane ? stages_of<L>.of[Stage].elements : Count;

  /// Loop L from this stage on, in it the loops behind it up to `Inside::loops`, in them `inside`. One function for each
  /// stage and no more: a compiler copies a body into each of the functions around it (a quarter of g++'s time with four).
  template <int L, tile_sizes T, index Count, int Stage = 0, class Inside>
  static HWY_INLINE void loop(pointers p, counters c, const Inside& inside) {
    if constexpr (L == Inside::loops) inside.template run<T, Count>(p, c);
    else {
      constexpr stage s = stages_of<L>.of[Stage];
      constexpr bool more = Stage + 1 < stages_of<L>.count;
      constexpr tile_sizes tile = tile_at<L>(T, s.size, s.from, s.last(), s.elements);
      if constexpr (s.times == 1) {
        loop<L + 1, tile, lanes_in<L, Stage, Count>>(p, c, inside);
        if constexpr (more) advance<L, s.elements>(p, c);
      } else {
        INTARSIA_NO_UNROLL
        for (index i = 0; i < s.times; ++i) {
          loop<L + 1, tile, lanes_in<L, Stage, Count>>(p, c, inside);
          advance<L, s.elements>(p, c);
        }
      }
      if constexpr (more) loop<L, T, Count, Stage + 1>(p, c, inside);
    }
  }
  /// T with tiles of this size along loop L that begin at element `from` to `to`.
  template <int L>
  static constexpr tile_sizes tile_at(tile_sizes t, index size, index from, index to, index elements) {
    const tile_sizes sized = with_tile(t, L, size);
    constexpr int border = border_of(L);
    if (border < 0) return sized;
    if (is_inside(L, from, to, elements)) return with_place(sized, border, place::inside);
    if (from == to && from == 0) return with_place(sized, border, place::first);
    if (from == to && from + elements == K.extent[L]) return with_place(sized, border, place::last);
    return sized;
  }

  // ---- one tile: reduce, then finish ----

  template <class Vectors, class Sums>
  struct reduction_of {
    static constexpr int loops = K.loops;
    Sums& sum;
    template <tile_sizes T, index Count>
    HWY_INLINE void run(const pointers& p, const counters& c) const {
      reduce<Vectors, T, Count>(p, c, sum);
    }
  };
  struct tiles_of {
    static constexpr int loops = K.outer;
    totals& sinks;
    template <tile_sizes T, index Count>
    HWY_INLINE void run(const pointers& p, const counters& c) const {
      tile<T, Count>(p, c, sinks);
    }
  };

  template <tile_sizes T, index Count>
  static HWY_INLINE void tile(const pointers& p, const counters& c, totals& sinks) {
    using Vectors = vectors_of<lanes>;
    if constexpr (!reductions) finish<Vectors, T, lanes, Count>(p, c, 0, sinks);
    else {
      auto sum = start<Vectors, T>();
      loop<K.outer, T, Count>(p, c, reduction_of<Vectors, sums<Vectors, T>>{sum});
      join_partial<Vectors, T, K.partial>(sum);
      if constexpr (!horizontal || lanes == 1) finish<Vectors, T, lanes, Count>(p, c, sum, sinks);
      else {
        sums<vectors_of<1>, T> one;
        for (int s = 0; s < slots(outer_bits, T); ++s) {
          if constexpr (is_arg) {
            one.v[s] = Vectors1::template constant<sum_type>(0);
            one.place[s] = hn::Set(typename Vectors1::template tag<std::int32_t>(), best_place(sum.v[s], sum.place[s]));
          } else {
            one.v[s] = hn::Set(typename Vectors1::template tag<held_t<sum_type>>(), across<lanes, sum_type, K.reduction>(sum.v[s]));
          }
        }
        finish<Vectors1, T, 1, 1>(p, c, one, sinks);
      }
    }
  }
  using Vectors1 = vectors_of<1>;

  /// The lanes of a running result as one.
  template <index Lanes, ir::dtype Type, ir::opcode Op, class V>
  static HWY_INLINE held_t<Type> across(V v) {
    using E = held_t<Type>;
    const hn::DFromV<V> d;
    if constexpr (Op == ir::opcode::add && ir::is_float(Type)) return hn::GetLane(hn::SumOfLanes(d, v));
    else {
      alignas(64) E lane[Lanes];
      hn::Store(v, d, lane);
      E r = lane[0];
      for (index i = 1; i < Lanes; ++i) {
        if constexpr (Op == ir::opcode::add) r = static_cast<E>(r + lane[i]);
        else if (lane[i] != lane[i] || (Op == ir::opcode::max ? lane[i] > r : lane[i] < r)) r = lane[i];
      }
      return r;
    }
  }
  template <class V, class P>
  static HWY_INLINE std::int32_t best_place(V v, P place) {
    using E = held_t<sum_type>;
    alignas(64) E value[lanes];
    alignas(64) std::int32_t at[lanes];
    hn::Store(v, hn::DFromV<V>(), value);
    hn::Store(place, hn::DFromV<P>(), at);
    index b = 0;
    for (index i = 1; i < lanes; ++i) {
      const bool nan_b = value[b] != value[b], nan_i = value[i] != value[i];
      const bool better = nan_i != nan_b ? nan_i : !nan_i && (K.reduction == ir::opcode::argmax ? value[i] > value[b] : value[i] < value[b]);
      const bool same = nan_i == nan_b && (nan_i || value[i] == value[b]);
      if (better || (same && at[i] < at[b])) b = i;
    }
    return at[b];
  }

  template <class Vectors, tile_sizes T, index Lanes, index Count, class Sums>
  static HWY_INLINE void finish(const pointers& p, const counters& c, const Sums& sum, totals& sinks) {
    cells<Vectors, T, range<K.body, K.epilogue>> known;
    compute_all<Vectors, T, Lanes, Count>(p, c, known, sum, range<K.body, K.epilogue>{});
    store_all<Vectors, T, Lanes, Count>(p, known, std::make_integer_sequence<int, K.stores>{});
    if constexpr (K.sinks > 0) take_all<Vectors, T, Lanes, Count>(known, sinks, sink_range{});
  }

  // ---- running totals over all iterations, and what is made of them ----

  template <int... Sink>
  static HWY_INLINE void clear(totals& sinks, std::integer_sequence<int, Sink...>) {
    (clear<Sink>(sinks), ...);
  }
  template <int Sink>
  static HWY_INLINE void clear(totals& sinks) {
    constexpr double first = neutral<sink_type(Sink)>(K.sink[Sink].op);
    for (auto& v : static_cast<total<Sink>&>(sinks).v) v = vectors_of<sink_lanes>::template constant<sink_type(Sink)>(first);
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, class Cells, int... Sink>
  static HWY_INLINE void take_all(const Cells& known, totals& sinks, std::integer_sequence<int, Sink...>) {
    (take_slots<Vectors, T, Lanes, Count, Sink>(known, sinks, std::make_integer_sequence<int, slots(outer_bits, T)>{}), ...);
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, int Sink, class Cells, int... S>
  static HWY_INLINE void take_slots(const Cells& known, totals& sinks, std::integer_sequence<int, S...>) {
    (take<Vectors, T, Lanes, Count, Sink, S>(known, static_cast<total<Sink>&>(sinks).v[S % ways]), ...);
  }
  template <class Vectors, tile_sizes T, index Lanes, index Count, int Sink, int S, class Cells, class V>
  static HWY_INLINE void take(const Cells& known, V& sum) {
    constexpr plan::sink_of sink = K.sink[Sink];
    constexpr ir::dtype type = sink_type(Sink);
    using D = typename Vectors::template tag<held_t<type>>;
    auto term = get<Vectors, sink.term, T, outer_bits, S>(known);
    if constexpr (Count < Lanes && sink.op == ir::opcode::add) term = hn::IfThenElseZero(hn::FirstN(D(), static_cast<std::size_t>(Count)), term);
    else if constexpr (Count < Lanes) term = hn::IfThenElse(hn::FirstN(D(), static_cast<std::size_t>(Count)), term, sum);
    if constexpr (sink.factor >= 0) {
      auto factor = get<Vectors, sink.factor, T, outer_bits, S>(known);
      if constexpr (Count < Lanes) factor = hn::IfThenElseZero(hn::FirstN(D(), static_cast<std::size_t>(Count)), factor);
      if constexpr (ir::is_float(type)) sum = hn::MulAdd(term, factor, sum);
      else sum = pointwise<Vectors, ir::opcode::add, type, type>::run(sum, pointwise<Vectors, ir::opcode::mul, type, type>::run(term, factor));
    } else sum = combine<Vectors, type, sink.op>(sum, term);
  }
  template <class Vectors, ir::dtype Type, ir::opcode Op, class V>
  static HWY_INLINE V combine(V a, V b) {
    const typename Vectors::template tag<held_t<Type>> d;
    if constexpr (Op == ir::opcode::add) return pointwise<Vectors, Op, Type, Type>::run(a, b);
    else if constexpr (Op == ir::opcode::max) return max_of(d, a, b);
    else return min_of(d, a, b);
  }

  struct whole_totals {
    totals* of;
  };
  static HWY_INLINE void conclude(const pointers& p, totals& sinks) {
    cells<Vectors1, 0, range<K.epilogue, K.instructions>> known;
    compute_all<Vectors1, 0, 1, 1>(p, counters{}, known, whole_totals{&sinks}, range<K.epilogue, K.instructions>{});
    [&]<int... S>(std::integer_sequence<int, S...>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA { (store_one<Vectors1, K.stores + S, 0, 1, 1>(p, known), ...); }
    (std::make_integer_sequence<int, K.all_stores - K.stores>{});
  }
  template <int Sink>
  static HWY_INLINE auto whole(totals& sinks) {
    constexpr ir::dtype type = sink_type(Sink);
    constexpr ir::opcode op = K.sink[Sink].op;
    using Vectors = vectors_of<sink_lanes>;
    auto& v = static_cast<total<Sink>&>(sinks).v;
    if constexpr (ways == 4) v[0] = combine<Vectors, type, op>(v[0], v[2]), v[1] = combine<Vectors, type, op>(v[1], v[3]);
    if constexpr (ways > 1) v[0] = combine<Vectors, type, op>(v[0], v[1]);
    return hn::Set(typename Vectors1::template tag<held_t<type>>(), across<sink_lanes, type, op>(v[0]));
  }

  template <class Vectors, tile_sizes T, index Lanes, index Count, class Cells, int... S>
  static HWY_INLINE void store_all(const pointers& p, const Cells& known, std::integer_sequence<int, S...>) {
    (store_one<Vectors, S, T, Lanes, Count>(p, known), ...);
  }
  template <class Vectors, int Store, tile_sizes T, index Lanes, index Count, class Cells>
  static HWY_INLINE void store_one(const pointers& p, const Cells& known) {
    constexpr plan::access a = K.at[K.store[Store].access];
    constexpr int along = plan::rows_of_store(K, K.store[Store].access);
    if constexpr (along >= 0 && Lanes == lanes && can_transpose<ir::element_t<a.type>, static_cast<std::size_t>(Lanes)>) {
      constexpr int rows = tile_of(T, along);
      if constexpr (plan::interleaves(K, K.store[Store].access)) store_interleaved<Vectors, Store, T, Count, along, rows>(p, known, std::make_integer_sequence<int, slots(outer_bits, T) / rows>{}, std::make_integer_sequence<int, rows>{});
      else store_transposed<Vectors, Store, T, Count, along, rows>(p, known, std::make_integer_sequence<int, slots(outer_bits, T) / rows>{});
    } else store_slots<Vectors, Store, T, Lanes, Count>(p, known, std::make_integer_sequence<int, slots(outer_bits, T)>{});
  }
  /// The iterations of tiled loop `Along` fill the gaps between the lanes.
  template <class Vectors, int Store, tile_sizes T, index Count, int Along, int Rows, class Cells, int... Place, int... R>
  static HWY_INLINE void store_interleaved(const pointers& p, const Cells& known, std::integer_sequence<int, Place...>, std::integer_sequence<int, R...>) {
    constexpr plan::access a = K.at[K.store[Store].access];
    constexpr unsigned others = outer_bits & ~(1u << Along);
    auto one = [&]<int P>(std::integral_constant<int, P>) INTARSIA_ATTR INTARSIA_INLINE_LAMBDA {
      using E = ir::element_t<a.type>;
      E* to = reinterpret_cast<E*>(p.at[K.store[Store].access]) + std::integral_constant<index, offset(a.stride, others, T, P)>::value;
      Vectors::template store_interleaved<a.type, static_cast<std::size_t>(Count)>(to, get<Vectors, K.store[Store].value, T, outer_bits, slot_at(others, P, Along, R, T)>(known)...);
    };
    (one(std::integral_constant<int, Place>{}), ...);
  }
  /// The lanes are far apart in memory, the iterations of tiled loop `Along` are neighbours: rows of transposed squares.
  template <class Vectors, int Store, tile_sizes T, index Count, int Along, int Rows, class Cells, int... Square>
  static HWY_INLINE void store_transposed(const pointers& p, const Cells& known, std::integer_sequence<int, Square...>) {
    constexpr int whole = Rows / lanes, rest = Rows % lanes;
    (store_squares<Vectors, Store, T, Count, Along, Square>(p, known, std::make_integer_sequence<int, whole>{}), ...);
    if constexpr (rest > 0)
      (store_square<Vectors, Store, T, Count, Along, whole * static_cast<int>(lanes), Square>(p, known, std::make_integer_sequence<int, rest>{}), ...);
  }
  template <class Vectors, int Store, tile_sizes T, index Count, int Along, int Square, class Cells, int... Block>
  static HWY_INLINE void store_squares(const pointers& p, const Cells& known, std::integer_sequence<int, Block...>) {
    (store_square<Vectors, Store, T, Count, Along, Block * static_cast<int>(lanes), Square>(p, known, std::make_integer_sequence<int, static_cast<int>(lanes)>{}), ...);
  }
  /// Iterations First, First + 1, ... of loop `Along`, at most as many as there are lanes.
  template <class Vectors, int Store, tile_sizes T, index Count, int Along, int First, int Square, class Cells, int... R>
  static HWY_INLINE void store_square(const pointers& p, const Cells& known, std::integer_sequence<int, R...>) {
    constexpr int A = K.store[Store].access;
    constexpr plan::access a = K.at[A];
    constexpr unsigned others = outer_bits & ~(1u << Along);
    using E = ir::element_t<a.type>;
    using D = typename Vectors::template tag<E>;
    hn::Vec<D> square[lanes];
    for (auto& v : square) v = hn::Zero(D());
    ((square[R] = get<Vectors, K.store[Store].value, T, outer_bits, slot_at(others, Square, Along, First + R, T)>(known)), ...);
    transpose<static_cast<std::size_t>(lanes)>(D(), square);
    constexpr index skip = offset(K.at[A].stride, others, T, Square) + First;
    E* to = reinterpret_cast<E*>(p.at[A]) + skip;
    HWY_UNROLL(16)
    for (index i = 0; i < Count; ++i) {
      if constexpr (sizeof...(R) == lanes) Vectors::template store<a.type>(square[i], to + i * a.stride[K.lane]);
      else Vectors::template store_first<a.type>(square[i], to + i * a.stride[K.lane], sizeof...(R));
    }
  }
  /// The slot among all outer loops of iteration r of loop `along`, the others being as in slot s of theirs.
  static constexpr int slot_at(unsigned others, int s, int along, int r, tile_sizes t) {
    int slot = 0;
    for (int l = 0; l < K.outer; ++l) slot = slot * (tile_of(t, l) > 0 ? tile_of(t, l) : 1) + (l == along ? r : digit(others, t, s, l));
    return slot;
  }
  template <class Vectors, int Store, tile_sizes T, index Lanes, index Count, class Cells, int... S>
  static HWY_INLINE void store_slots(const pointers& p, const Cells& known, std::integer_sequence<int, S...>) {
    constexpr int A = K.store[Store].access, value = K.store[Store].value;
    auto* to = reinterpret_cast<ir::element_t<K.at[A].type>*>(p.at[A]);
    const auto& v = static_cast<const cell<Vectors, value, T>&>(known).v;
    (store_at<Vectors, A, Lanes, Count>(v[cell_at<value, outer_bits, T, S>::value], to + std::integral_constant<index, store_offsets<A, T>[S]>::value), ...);
  }
  template <class Vectors, int A, index Lanes, index Count, class V>
  static HWY_INLINE void store_at(V v, ir::element_t<K.at[A].type>* to) {
    constexpr plan::access a = K.at[A];
    constexpr index along = K.lane >= 0 && Lanes > 1 ? a.stride[K.lane] : 1;
    if constexpr (Lanes == 1) Vectors::template store_first<a.type>(v, to, 1);
    else if constexpr (along != 1) Vectors::template scatter<a.type>(v, to, along, static_cast<std::size_t>(Count));
    else if constexpr (Count < Lanes) Vectors::template store_first<a.type>(v, to, static_cast<std::size_t>(Count));
    else Vectors::template store<a.type>(v, to);
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
      HWY_TARGET <= HWY_AVX3 ? 32 : 16
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
