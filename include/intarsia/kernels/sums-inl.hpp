// SPDX-License-Identifier: Apache-2.0
// The running results of a reduction: sums, products, largest and smallest elements and their places.
#include "intarsia/kernels/cells-inl.hpp"
#include "intarsia/kernels/pointwise-inl.hpp"

#if defined(INTARSIA_KERNELS_SUMS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_SUMS
#undef INTARSIA_KERNELS_SUMS
#else
#define INTARSIA_KERNELS_SUMS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The first lanes of instruction I's value, zero in the others: so is what is loaded from a sequence already.
template <class N, int I, index Lanes, index Count, class V>
HWY_INLINE V first_lanes(V v) {
  constexpr plan::instruction i = N::K.code[I];
  constexpr bool is_sequence = i.what == plan::step::load && N::K.at[i.a].guards == 0 && N::K.lane >= 0 && N::K.at[i.a].stride[N::K.lane] == 1;
  if constexpr (Count == Lanes || is_sequence) return v;
  else {
    auto mask = hn::FirstN(hn::DFromV<V>(), static_cast<std::size_t>(Count));
#if defined(__clang__) && HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    __asm__("" : "+k"(mask.raw));  // a mask that clang knows becomes a shuffle, vexpandpd (depthwise 3x3, stride 2, to kernel: 45 to 41 us)
#endif
    return hn::IfThenElseZero(mask, v);
  }
}

template <class Vectors, ir::dtype Type, ir::opcode Op, class V>
HWY_INLINE V combine(V a, V b) {
  const typename Vectors::template tag<held_t<Type>> d;
  if constexpr (Op == ir::opcode::add) return pointwise<Vectors, Op, Type, Type>::run(a, b);
  else if constexpr (Op == ir::opcode::max) return max_of(d, a, b);
  else return min_of(d, a, b);
}

/// total + a * b, in one rounding where the target has it.
template <class Vectors, ir::dtype Type, class V>
HWY_INLINE V add_product(V total, V a, V b) {
  if constexpr (ir::is_float(Type)) return hn::MulAdd(a, b, total);
  else return pointwise<Vectors, ir::opcode::add, Type, Type>::run(total, pointwise<Vectors, ir::opcode::mul, Type, Type>::run(a, b));
}

/// What a running result begins with.
template <ir::dtype Type>
constexpr double neutral(ir::opcode op) {
  using E = ir::element_t<Type>;
  const bool largest = op == ir::opcode::max || op == ir::opcode::argmax;
  if (op == ir::opcode::add) return 0;
  if (ir::is_float(Type)) return largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return static_cast<double>(largest ? std::numeric_limits<E>::lowest() : std::numeric_limits<E>::max());
}

/// Running results of the reduction: one for each outer iteration of the tile, or, where they are few, several that
/// take the steps of the innermost loop in turn.
template <class N, class Vectors, tile_sizes T>
struct sums {
  static constexpr int results = N::slots.slots(N::outer_bits, T), count = results * N::K.partial, places = N::is_arg ? results : 0;
  typename Vectors::template value_t<N::sum_type> v[count];
  typename Vectors::template value_t<ir::dtype::i32> place[places > 0 ? places : 1];
};

/// One by one: of a loop g++ makes a call of memset.
template <class N, class Vectors, class Sums, int... S, int... P>
HWY_INLINE void start(Sums& sum, std::integer_sequence<int, S...>, std::integer_sequence<int, P...>) {
  ((sum.v[S] = Vectors::template constant<N::sum_type>(neutral<N::sum_type>(N::K.reduction))), ...);
  ((sum.place[P] = Vectors::template constant<ir::dtype::i32>(2147483647.0)), ...);
}

template <class N, class Vectors, int Later, class Sums, int... S>
HWY_INLINE void add_later(Sums& sum, std::integer_sequence<int, S...>) {
  ((sum.v[S] = combine<Vectors, N::sum_type, ir::opcode::add>(sum.v[S], sum.v[S + Later])), ...);
}
/// The partial sums of each result as one, half of them onto the other half again and again.
template <class N, class Vectors, tile_sizes T, int Turns, class Sums>
HWY_INLINE void join_partial(Sums& sum) {
  if constexpr (Turns > 1) {
    constexpr int results = N::slots.slots(N::outer_bits, T);
    add_later<N, Vectors, (Turns + 1) / 2 * results>(sum, std::make_integer_sequence<int, Turns / 2 * results>{});
    join_partial<N, Vectors, T, (Turns + 1) / 2>(sum);
  }
  (void)sum;
}

/// Takes one more term into a running result; lanes beyond `Count` take nothing.
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, unsigned Bits, int S, class Cells, class Sums>
HWY_INLINE void accumulate_slot(const Cells& known, Sums& sum) {
  constexpr int at = plan::sum_of(N::slots, Bits, T, S);
  using E = held_t<N::sum_type>;
  using D = typename Vectors::template tag<E>;
  const D d;
  auto term = get<N, Vectors, N::K.term, T, Bits, S>(known);
  auto& total = sum.v[at];
  if constexpr (N::K.factor >= 0) {
    auto factor = get<N, Vectors, N::K.factor, T, Bits, S>(known);
    if constexpr (N::horizontal) term = first_lanes<N, N::K.term, Lanes, Count>(term), factor = first_lanes<N, N::K.factor, Lanes, Count>(factor);
    total = add_product<Vectors, N::sum_type>(total, term, factor);
  } else if constexpr (N::K.reduction == ir::opcode::add) {
    if constexpr (N::horizontal) term = first_lanes<N, N::K.term, Lanes, Count>(term);
    total = pointwise<Vectors, ir::opcode::add, N::sum_type, N::sum_type>::run(total, term);
  } else {
    constexpr bool largest = N::K.reduction == ir::opcode::max || N::K.reduction == ir::opcode::argmax;
    if constexpr (Count < Lanes && N::horizontal) term = hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(Count)), term, total);
    if constexpr (!N::is_arg) {
      if constexpr (largest) total = max_of(d, total, term);
      else total = min_of(d, total, term);
    } else {
      const auto place = get<N, Vectors, N::K.place, T, Bits, S>(known);
      auto better = largest ? hn::Gt(term, total) : hn::Lt(term, total);
      // the first NaN beats everything; an equal value at an earlier place beats a later one
      const auto here = Vectors::template narrow<E>(Vectors::template widen<std::int32_t>(hn::Lt(place, sum.place[at])));
      auto tie = hn::And(hn::Eq(term, total), here);
      if constexpr (ir::is_float(N::sum_type)) {
        tie = hn::Or(tie, hn::And(hn::And(hn::IsNaN(term), hn::IsNaN(total)), here));
        better = hn::Or(better, hn::AndNot(hn::IsNaN(total), hn::IsNaN(term)));
      }
      better = hn::Or(better, tie);
      if constexpr (Count < Lanes && N::horizontal) better = hn::And(better, hn::FirstN(d, static_cast<std::size_t>(Count)));
      total = hn::IfThenElse(better, term, total);
      sum.place[at] = hn::IfThenElse(Vectors::template narrow<std::int32_t>(Vectors::template widen<E>(better)), place, sum.place[at]);
    }
  }
}
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... S>
HWY_INLINE void accumulate(const Cells& known, Sums& sum, std::integer_sequence<int, S...>) {
  (accumulate_slot<N, Vectors, T, Lanes, Count, N::term_bits, S>(known, sum), ...);
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
