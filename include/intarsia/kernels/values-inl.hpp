// SPDX-License-Identifier: Apache-2.0
// The instructions of a nest, each for all of its slots in a tile.
#include "intarsia/kernels/loads-inl.hpp"
#include "intarsia/kernels/pointwise-inl.hpp"
#include "intarsia/kernels/totals-inl.hpp"

#if defined(INTARSIA_KERNELS_VALUES) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_VALUES
#undef INTARSIA_KERNELS_VALUES
#else
#define INTARSIA_KERNELS_VALUES
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// What an instruction of the conclusion reads.
template <class N>
struct whole_totals {
  all_totals<N>* of;
};

/// Slot S of an instruction that is neither a load nor a map.
template <class N, class Vectors, int I, tile_sizes T, int S, index Lanes, class Sums>
HWY_INLINE auto compute(const counters<N>& c, const Sums& sum) {
  constexpr plan::instruction i = N::K.code[I];
  constexpr unsigned bits = depends_v<N, I>;
  if constexpr (i.what == plan::step::constant) return Vectors::template constant<i.type>(i.value);
  else if constexpr (i.what == plan::step::position) return position<N, Vectors, i.a, bits, T, S, i.type, Lanes>(c);
  else if constexpr (i.what == plan::step::within) return within<N, Vectors, i.a, i.b, bits, T, S, Lanes>(c);
  else if constexpr (i.what == plan::step::sink) return whole<N, i.a>(*sum.of);
  else if constexpr (N::is_arg) return sum.place[S];
  else return sum.v[S];
}
/// Cell C of a load of which all elements are there, or what other cells hold of it.
template <class N, class Vectors, int I, tile_sizes T, index Lanes, index Count, int C, class V>
HWY_INLINE auto load_or_shift(const ir::element_t<N::K.at[N::K.code[I].a].type>* from, const V& v) {
  constexpr plan::across_two two = across_cells<N, I, T>[C];
  if constexpr (two.by > 0 && Count == Lanes && Vectors::template shifts<N::K.code[I].type>)
    return Vectors::template shifted<N::K.code[I].type, two.by>(v[two.low], v[two.high]);
  else return load_at<N, Vectors, I, T, cell_map_of<N, I, T>.from[C], Lanes, Count>(from + std::integral_constant<index, load_offsets<N, I, T>[C]>::value);
}

template <class N, int I>
inline constexpr int fused_product_v = plan::fused_product(N::K, I);
/// An addition or subtraction whose operand number `Product` is x * y, and the other one z.
template <ir::opcode Op, int Product, class V>
HWY_INLINE V fused(V x, V y, V z) {
  if constexpr (Op == ir::opcode::add) return hn::MulAdd(x, y, z);
  else if constexpr (Product == 0) return hn::MulSub(x, y, z);
  else return hn::NegMulAdd(x, y, z);
}

template <class N, class Vectors, int I, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... S>
HWY_INLINE void compute_slots(const pointers<N>& p, const counters<N>& c, Cells& known, const Sums& sum, std::integer_sequence<int, S...>) {
  constexpr plan::instruction i = N::K.code[I];
  using own = cell<N, Vectors, I, T>;
  auto& v = static_cast<own&>(known).v;
  if constexpr (i.what == plan::step::load && N::K.at[i.a].guards == 0) {
    const auto* from = reinterpret_cast<const ir::element_t<N::K.at[i.a].type>*>(p.at[i.a]);
    ((v[S] = load_or_shift<N, Vectors, I, T, Lanes, Count, S>(from, v)), ...);
  } else if constexpr (i.what == plan::step::load) {
    ((v[S] = load<N, Vectors, I, T, own::map.from[S], Lanes, Count>(p, c)), ...);
  } else if constexpr (i.what == plan::step::map) {
    using apply = pointwise<Vectors, i.op, i.type, i.from>;
    constexpr int arity = ir::facts_of(i.op).arity;
    constexpr int second = arity > 1 ? i.b : i.a, third = arity > 2 ? i.c : i.a;
    constexpr unsigned bits = depends_v<N, I>;
    const auto& a = static_cast<const cell<N, Vectors, i.a, T>&>(known).v;
    const auto& b = static_cast<const cell<N, Vectors, second, T>&>(known).v;
    const auto& d = static_cast<const cell<N, Vectors, third, T>&>(known).v;
    constexpr int product = fused_product_v<N, I>;
    if constexpr (I == N::K.beginning) ((v[S] = sum.v[S]), ...);
    else if constexpr (product >= 0) {
      constexpr int of = product == 0 ? i.a : i.b, other = product == 0 ? i.b : i.a, x = N::K.code[of].a, y = N::K.code[of].b;
      const auto& vx = static_cast<const cell<N, Vectors, x, T>&>(known).v;
      const auto& vy = static_cast<const cell<N, Vectors, y, T>&>(known).v;
      const auto& vz = static_cast<const cell<N, Vectors, other, T>&>(known).v;
      ((v[S] = fused<i.op, product>(vx[cell_at<N, x, bits, T, S>::value], vy[cell_at<N, y, bits, T, S>::value], vz[cell_at<N, other, bits, T, S>::value])), ...);
    }
    else if constexpr (arity == 1) ((v[S] = apply::run(a[cell_at<N, i.a, bits, T, S>::value])), ...);
    else if constexpr (arity == 2) ((v[S] = apply::run(a[cell_at<N, i.a, bits, T, S>::value], b[cell_at<N, second, bits, T, S>::value])), ...);
    else ((v[S] = apply::run(a[cell_at<N, i.a, bits, T, S>::value], b[cell_at<N, second, bits, T, S>::value], d[cell_at<N, third, bits, T, S>::value])), ...);
    (void)b, (void)d;
  } else {
    ((v[S] = compute<N, Vectors, I, T, own::map.from[S], Lanes>(c, sum)), ...);
  }
  (void)p, (void)c, (void)sum, (void)v;
}
template <class N, tile_sizes T, int I>
inline constexpr bool is_loaded_late = I == N::late || (I == N::early && plan::loads_by_step(N::slots, plan::sizes_alone(T)));
/// Instructions I, but for the operands of products that are loaded when they are used.
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... I>
HWY_INLINE void compute_all(const pointers<N>& p, const counters<N>& c, Cells& known, const Sums& sum, std::integer_sequence<int, I...>) {
  (compute_slots<N, Vectors, I, T, Lanes, Count>(p, c, known, sum, std::make_integer_sequence<int, is_loaded_late<N, T, I> ? 0 : cell<N, Vectors, I, T>::count>{}), ...);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
