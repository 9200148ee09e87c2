// SPDX-License-Identifier: Apache-2.0
// Values in braces: whether they are as many, as deep and of the kind that the tensor needs.
#pragma once

#include <type_traits>

#include "intarsia/ir/dtype.hpp"
#include "intarsia/support/diagnose.hpp"

namespace intarsia::support {

/// Whether braces hold what an axis needs.
template <bool Good, int Axis, std::size_t Got, std::size_t Wanted>
struct choose_initialisers {
  using type = accepted;
};
template <int Axis, std::size_t Got, std::size_t Wanted>
struct choose_initialisers<false, Axis, Got, Wanted> {
  using type = rejected<told<letter::about(fault::initialisers, "tensor", figures_of(verdict::bad(fault::initialisers, Axis, Got, Wanted)))>::why>;
};
template <int Axis, std::size_t Got, std::size_t Wanted>
using initialisers = typename choose_initialisers<Got == Wanted, Axis, Got, Wanted>::type;
/// The first of several lists that has the wrong length.
template <std::size_t Wanted, std::size_t... N>
constexpr std::size_t odd_one() {
  std::size_t odd = Wanted;
  ((odd = odd == Wanted ? N : odd), ...);
  return odd;
}
template <std::size_t Got, std::size_t Wanted>
using flat_initialisers = rejected<told<letter::about(fault::initialisers, "tensor", words{} << "got " << static_cast<index>(Got) << " numbers, wanted " << static_cast<index>(Wanted) << " lists")>::why>;

template <std::size_t Got, std::size_t Wanted>
using nested_initialisers = rejected<told<letter::about(fault::initialisers, "tensor", words{} << "got braces " << static_cast<index>(Got) << " deep, wanted " << static_cast<index>(Wanted))>::why>;

/// A fraction in the braces of an integer tensor would be cut off.
template <class T, class... S>
consteval letter verdict_on_numbers() {
  if constexpr (std::is_floating_point_v<T> || !(std::is_floating_point_v<S> || ...)) return {};
  else return letter::about(fault::number, "tensor", words{} << "got " << ir::spelling_of(ir::dtype_of<std::common_type_t<S...>>()) << ", wanted " << ir::spelling_of(ir::dtype_of<T>()));
}
template <bool Good, class T, class... S>
struct choose_numbers {
  using type = accepted;
};
template <class T, class... S>
struct choose_numbers<false, T, S...> {
  using type = rejected<told<verdict_on_numbers<T, S...>()>::why>;
};
template <class T, class... S>
using numbers = typename choose_numbers<verdict_on_numbers<T, S...>().count == 0, T, S...>::type;

}  // namespace intarsia::support
