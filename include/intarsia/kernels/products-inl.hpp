// SPDX-License-Identifier: Apache-2.0
// One step of a sum of products, in the order that the plan says.
#include "intarsia/kernels/values-inl.hpp"

#if defined(INTARSIA_KERNELS_PRODUCTS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_PRODUCTS
#undef INTARSIA_KERNELS_PRODUCTS
#else
#define INTARSIA_KERNELS_PRODUCTS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class N, tile_sizes Sizes>
inline constexpr plan::product_order<N::slots.slots(N::term_bits, Sizes)> order_for{N::slots, Sizes};
template <class N, tile_sizes T>
inline constexpr const auto& order = order_for<N, plan::leaves_out_products(N::K) ? T : plan::sizes_alone(T)>;

template <class N, class Vectors, index Lanes, index Count, class V>
HWY_INLINE void multiply(V& total, V current, V vector) {
  if constexpr (N::horizontal) vector = first_lanes<N, N::early, Lanes, Count>(vector);
  total = add_product<Vectors, N::sum_type>(total, current, vector);
}

/// The slots of the early operand that belong to this step of the reduction.
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, int Step, class Cells, class Sums, int... P>
HWY_INLINE void load_step(const pointers<N>& p, const counters<N>& c, Cells& known, const Sums& sum, std::integer_sequence<int, P...>) {
  compute_slots<N, Vectors, N::early, T, Lanes, Count>(p, c, known, sum, std::integer_sequence<int, plan::slot_in_step(N::slots, T, Step, P)...>{});
}

template <class N, tile_sizes T, index Lanes, int Run>
inline constexpr int place_in_block = plan::place_in_block(N::slots, order<N, T>, plan::sizes_alone(T), Run, Lanes);

/// The late operand of a run: `next` is that of the run behind it, or has a block of elements, where these are loaded together.
/// Summed along the lanes, those beyond the last element are zeros.
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, int Run, class V>
HWY_INLINE void load_late(const pointers<N>& p, const counters<N>& c, V& current, V& next) {
  constexpr int element = order<N, T>.element[Run];
  constexpr ir::dtype type = N::K.code[N::late].type;
  constexpr plan::arrival how = !N::in_turn && Vectors::template reads_pairs<type> ? plan::arrival_of(N::slots, order<N, T>, T, Run, Lanes, Count) : plan::arrival::alone;
  if constexpr (how == plan::arrival::with_last) current = next;
  else if constexpr (how == plan::arrival::with_next) {
    Vectors::template load_pairs<type, static_cast<std::size_t>(Count)>(address_of<N, N::late, T, element>(p), current, next);
    keep_in_register(next);
  } else if constexpr (constexpr int place = place_in_block<N, T, Lanes, Run>; place >= 0) {
    if constexpr (place == 0) {
      next = Vectors::template load_block<type>(address_of<N, N::late, T, element>(p));
      if constexpr (!plan::is_tiny(N::K)) keep_in_register(next);
    }
    current = hn::Broadcast<place>(next);
  } else {
    if constexpr (how == plan::arrival::shifted && Vectors::template shifts<type>)
      current = Vectors::template shifted<type, static_cast<int>(N::lanes) - 1>(load_first_element<N, Vectors, N::late, T, element, Count>(p, c), current);
    else current = load<N, Vectors, N::late, T, element, Lanes, Count>(p, c);
    if constexpr (N::horizontal) current = first_lanes<N, N::late, Lanes, Count>(current);
  }
}

/// Keeps the sums of the products from number First on in registers.
template <class N, tile_sizes T, int First, class Sums, int... P>
HWY_INLINE void keep_totals(Sums& sum, std::integer_sequence<int, P...>) {
  (keep_in_register(sum.v[std::integral_constant<int, order<N, T>.total[First + P]>::value]), ...);
}

/// One run of products.
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, int Run, class Cells, class Sums, class V, int... P>
HWY_INLINE void products(pointers<N>& p, const counters<N>& c, Cells& known, Sums& sum, V& current, V& next, std::integer_sequence<int, P...> which) {
  constexpr int step = order<N, T>.step[Run], first = order<N, T>.first[Run], elements = N::slots.slots(depends_v<N, N::late>, T);
  // a few elements stay in registers, and the arguments that they come from too
  if constexpr (Run > 0 && order<N, T>.begins(Run) && elements > 4 && place_in_block<N, T, Lanes, Run> <= 0) forget(p.at[N::K.code[N::late].a]);
  if constexpr (is_loaded_late<N, T, N::early> && order<N, T>.begins(Run))
    load_step<N, Vectors, T, Lanes, Count, step>(p, c, known, sum, std::make_integer_sequence<int, plan::slots_in_step(N::slots, T, step)>{});
  if constexpr (Run == 0 || elements > 1) {
    load_late<N, Vectors, T, Lanes, Count, Run>(p, c, current, next);
    if constexpr (!plan::is_tiny(N::K) && !is_used_once<N, N::late, T>) keep_in_register(current);
  }
  const auto& v = static_cast<const cell<N, Vectors, N::early, T>&>(known).v;
#if defined(__clang__)
  // clang loads all broadcasts first where each has one product alone, and spills the sums for them (LeNet's second convolution,
  // one image, AVX-512, Zen 5: 4.1 to 2.6 us); or it lets the product take the broadcast's register, and moves each back. (400 to
  // 120, eight images, AVX2, Zen 4: 20.3 to 7.7 us. Depthwise 3x3, 32x112x112 to kernel: 118 to 88.) Without FMA the product is one
  // already, and the sum is kept behind it.
  constexpr bool keeps = elements > 1 && (sizeof...(P) == 1 || (N::horizontal && N::K.window >= 0)) && !is_used_once<N, N::late, T>;
#else
  constexpr bool keeps = false;
#endif
  if constexpr (keeps && HWY_NATIVE_FMA) keep_totals<N, T, first>(sum, which);
  (multiply<N, Vectors, Lanes, Count>(sum.v[std::integral_constant<int, order<N, T>.total[first + P]>::value], current,
                                      v[std::integral_constant<int, order<N, T>.cell[first + P]>::value]), ...);
  if constexpr (keeps && !HWY_NATIVE_FMA) keep_totals<N, T, first>(sum, which);
}
template <class N, class Vectors, tile_sizes T, index Lanes, index Count, class Cells, class Sums, int... Run>
HWY_INLINE void multiply_add(const pointers<N>& p, const counters<N>& c, Cells& known, Sums& sum, std::integer_sequence<int, Run...>) {
  typename Vectors::template value_t<N::sum_type> current, next;
  pointers<N> q = p;
  (products<N, Vectors, T, Lanes, Count, Run>(q, c, known, sum, current, next, std::make_integer_sequence<int, order<N, T>.length(Run)>{}), ...);
}

/// All terms of one tile of the reduction.
template <class N, class Vectors, tile_sizes T, index Count, class Sums>
HWY_INLINE void reduce(const pointers<N>& p, const counters<N>& c, Sums& sum) {
  cells<N, Vectors, T, range<0, N::K.body>> known;
  compute_all<N, Vectors, T, N::lanes, Count>(p, c, known, sum, range<0, N::K.body>{});
  if constexpr (N::late < 0) accumulate<N, Vectors, T, N::lanes, Count>(known, sum, std::make_integer_sequence<int, N::slots.slots(N::term_bits, T)>{});
  else if constexpr (constexpr int runs = order<N, T>.runs; runs > 0)  // none: all of a border's tile meets zeros
    multiply_add<N, Vectors, T, N::lanes, Count>(p, c, known, sum, std::make_integer_sequence<int, runs>{});
}

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
