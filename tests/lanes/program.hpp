// SPDX-License-Identifier: Apache-2.0
// What an operation of these tests is, its sizes, and how many sizes become one program.
#pragma once

#include <intarsia/intarsia.hpp>

#include <tuple>

namespace lanes {

namespace ia = intarsia;

/// Operands and result of an operation. A case adds `name`, `shapes(n)`, and `call`, a generic function of handles and of
/// the oracle's arrays.
template <class To, class... From>
struct takes {
  using result = To;
  using operands = std::tuple<From...>;
  static constexpr bool apart = false;       // a program for each size, not one for all
  static constexpr bool every_size = false;  // not only one element, less than a vector, and more than two
  static constexpr bool signs = false;       // zeros keep their sign
  static constexpr int specials = std::is_floating_point_v<To> ? sizeof...(From) : 0;  // operands that take special values
  static constexpr double tolerance = 0;
  static constexpr double lost = 0;  // what a sum loses beside larger terms
  // the widest element decides how many lanes there are; 8- and 16-bit ones count as 32-bit ones
  static constexpr ia::index width = sizeof(To) == 8 || ((sizeof(From) == 8) || ...) ? 8 : 4;
};
template <class... E>
constexpr ia::extents shape(E... e) { return {static_cast<int>(sizeof...(E)), {static_cast<ia::index>(e)...}}; }

template <class Case>
inline constexpr std::size_t arity = std::tuple_size_v<typename Case::operands>;

struct sizes {
  int count = 0;
  ia::index of[40] = {};
};
template <class Case>
constexpr sizes sizes_of(ia::index vector_bytes, bool few) {
  const ia::index lanes = vector_bytes > Case::width ? vector_bytes / Case::width : 1;
  sizes s;
  for (ia::index n = 1; n <= 2 * lanes + 1; ++n)
    if ((Case::every_size && !few) || n == 1 || n == lanes - 1 || n == 2 * lanes + 1) s.of[s.count++] = n;
  return s;
}

/// Traced: the operation at each size, operands one after the other.
template <class Case, ia::index... N>
struct program {
  template <std::size_t I, class All>
  static constexpr auto one(const All& all) {
    return [&]<std::size_t... J>(std::index_sequence<J...>) { return Case::call(std::get<I * arity<Case> + J>(all)...); }(std::make_index_sequence<arity<Case>>{});
  }
  constexpr auto operator()(auto... x) const {
    const std::tuple all(x...);
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return ia::outputs(one<I>(all)...); }(std::make_index_sequence<sizeof...(N)>{});
  }
};

template <class Tensor>
struct views;
template <class T, std::size_t... D>
struct views<ia::tensor<T, D...>> {
  using reading = ia::view<const T, D...>;
  using writing = ia::view<T, D...>;
  using handle = ia::traced<T, D...>;
};
template <class T, std::size_t... D>
ia::tensor<T, D...> tensor_for(ia::traced<T, D...>);

template <class Case, ia::index N, std::size_t J>
struct operand_at {
  static constexpr ia::extents extents = Case::shapes(N)[J];
  template <std::size_t... D>
  static auto make(std::index_sequence<D...>) -> ia::tensor<std::tuple_element_t<J, typename Case::operands>, static_cast<std::size_t>(extents.of[D])...>;
  using tensor = decltype(make(std::make_index_sequence<static_cast<std::size_t>(extents.rank)>{}));
};
template <class Case, ia::index N, std::size_t J>
using operand_tensor = typename operand_at<Case, N, J>::tensor;
template <class Case, ia::index N>
struct result_at {
  template <std::size_t... J>
  static auto make(std::index_sequence<J...>) -> decltype(tensor_for(Case::call(std::declval<typename views<operand_tensor<Case, N, J>>::handle>()...)));
  using tensor = decltype(make(std::make_index_sequence<arity<Case>>{}));
};

template <ia::index... N>
inline constexpr ia::index listed[] = {N...};
template <class Case, ia::index... N, std::size_t I>
auto operand_view(std::integral_constant<std::size_t, I>, const void* p) {
  constexpr ia::index n = listed<N...>[I / arity<Case>];
  using tensor = operand_tensor<Case, n, I % arity<Case>>;
  return typename views<tensor>::reading(static_cast<const typename tensor::value_type*>(p));
}
template <class Case, ia::index... N, std::size_t I>
auto result_view(std::integral_constant<std::size_t, I>, void* p) {
  constexpr ia::index n = listed<N...>[I];
  using tensor = typename result_at<Case, n>::tensor;
  return typename views<tensor>::writing(static_cast<typename tensor::value_type*>(p));
}

using function = void (*)(const void* const* in, void* const* out);
struct functions_of_target {
  ia::index vector_bytes;
  bool few;  // sizes
  const function* of;
};

}  // namespace lanes
