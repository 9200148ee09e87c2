// SPDX-License-Identifier: Apache-2.0
// Memory with a shape, whichever of the three it is; comparing two of them.
#pragma once

#include "intarsia/tensor/boxed.hpp"
#include "intarsia/tensor/view.hpp"

namespace intarsia {

namespace support {
template <class> inline constexpr bool is_tensor = false;
template <class T, std::size_t... D> inline constexpr bool is_tensor<tensor<T, D...>> = true;
template <class T, std::size_t... D> inline constexpr bool is_tensor<view<T, D...>> = true;
template <class T> inline constexpr bool is_tensor<boxed<T>> = true;

template <class> inline constexpr bool is_owned = false;
template <class T, std::size_t... D> inline constexpr bool is_owned<tensor<T, D...>> = true;
template <class T> inline constexpr bool is_owned<boxed<T>> = true;
}  // namespace support

/// Memory with a shape: tensor, view, boxed.
template <class X>
concept tensor_like = support::is_tensor<std::remove_cvref_t<X>>;

namespace support {
template <class A, class B>
concept comparable = std::is_same_v<typename A::value_type, typename B::value_type> && std::is_same_v<typename A::shape_type, typename B::shape_type>;
template <class A, class B>
consteval letter verdict_on_equality() {
  if constexpr (!tensor_like<A> || !tensor_like<B>) return {};  // asked too: clang looks at return types before constraints
  else if constexpr (comparable<A, B>) return {};
  else return letter::about(fault::unequal, "operator==", words{} << "got " << ir::spelling_of(ir::dtype_of<typename B::value_type>()) << B::shape_value,
                            words{} << "wanted " << ir::spelling_of(ir::dtype_of<typename A::value_type>()) << A::shape_value);
}
}  // namespace support

/// Errors: [broadcast].
template <tensor_like A, tensor_like B>
  requires(!support::comparable<A, B>)
refused<support::told<support::verdict_on_equality<A, B>()>::why> operator==(const A& a, const B& b);

}  // namespace intarsia
