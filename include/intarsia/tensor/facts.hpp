// SPDX-License-Identifier: Apache-2.0
// What tensors, views and boxes share: size, alignment, what may be written into them, and the letters about what may not.
#pragma once

#include <bit>
#include <cassert>
#include <type_traits>

#include "intarsia/ir/dtype.hpp"
#include "intarsia/support/diagnose.hpp"

namespace intarsia {

/// What the language records and a statement runs: a lazy value.
template <class E>
concept lazy_expression = requires { typename std::remove_cvref_t<E>::intarsia_lazy; };

namespace support {

/// What every lazy value is: its element type and shape, without how it is made.
template <class T, std::size_t... D>
struct expression {
  /// The letter to the user who writes it into a tensor or view of another shape or type.
  template <class Out>
  static consteval letter verdict_into() {
    if constexpr (std::is_same_v<T, typename Out::value_type> && std::is_same_v<shape<D...>, typename Out::shape_type>) return {};
    else return letter::about(fault::assign_shape, "tensor", words{} << "got " << ir::spelling_of(ir::dtype_of<T>()) << extents_of<D...>,
                              words{} << "wanted " << ir::spelling_of(ir::dtype_of<typename Out::value_type>()) << Out::shape_value);
  }
};

/// The same for memory with a shape.
template <class T, class Shape>
struct shaped_expression;
template <class T, std::size_t... D>
struct shaped_expression<T, shape<D...>> {
  using type = expression<T, D...>;
};

template <class T, std::size_t... D>
struct tensor_facts {
  static constexpr bool accepts = true;
  static constexpr std::size_t size = (std::size_t{1} * ... * D);
  static constexpr std::size_t bytes = size * sizeof(T);
  static constexpr std::size_t align = bytes >= 64 ? 64 : std::bit_ceil(bytes);
  static constexpr std::size_t padded = (bytes + align - 1) / align * align / sizeof(T);
};

/// The letter to the user of a tensor that cannot be.
template <class T, std::size_t... D>
consteval letter verdict_on_tensor() {
  constexpr words shape = [] {
    words w;
    w << "[";
    int d = 0;
    ((w << (d++ > 0 ? ", " : "") << static_cast<index>(D)), ...);
    return w << "]";
  }();
  if constexpr (!element<T>) return letter::about(fault::element_type, "tensor", {}, shape);
  else if constexpr (sizeof...(D) > max_rank) return letter::about(fault::rank, "tensor", figures_of(verdict::bad(fault::rank, -1, sizeof...(D), max_rank, relation::at_most)));
  else if constexpr (((D == 0) || ...)) {
    int axis = 0;
    (void)((D != 0 && (++axis, true)) && ...);
    return letter::about(fault::extent_zero, "tensor", figures_of(verdict::bad(fault::extent_zero, axis, 0, 1, relation::at_least)), shape);
  } else if constexpr (!product_fits(extents_of<D...>, sizeof(T))) return letter::about(fault::overflow, "tensor", {}, shape);
  else return {};
}
template <bool Good, class T, std::size_t... D>
struct choose_facts {
  using type = tensor_facts<T, D...>;
};
template <class T, std::size_t... D>
struct choose_facts<false, T, D...> {
  using type = rejected<told<verdict_on_tensor<T, D...>()>::why>;
};
template <class T, std::size_t... D>
using facts_of_tensor = typename choose_facts<verdict_on_tensor<std::remove_const_t<T>, D...>().count == 0, std::remove_const_t<T>, D...>::type;

/// Positions are one for each axis.
template <std::size_t Got, std::size_t Wanted>
inline constexpr auto wrong_positions = told<letter::about(fault::rank, "operator()", words{} << "got " << static_cast<index>(Got) << " positions, wanted " << static_cast<index>(Wanted))>::why;

/// Whether a lazy value cannot be written into a tensor.
template <class Out, class E>
concept misfits = std::remove_cvref_t<E>::template verdict_into<Out>().count > 0;
template <class Out, class E>
inline constexpr auto misfit = told<E::template verdict_into<Out>()>::why;

template <std::size_t... D, class... I>
constexpr std::size_t offset_of(I... at) {
  std::size_t offset = 0;
  ((assert(static_cast<std::size_t>(at) < D && "intarsia: position out of range"), offset = offset * D + static_cast<std::size_t>(at)), ...);
  return offset;
}

}  // namespace support

}  // namespace intarsia
