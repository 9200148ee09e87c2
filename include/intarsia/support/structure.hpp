// SPDX-License-Identifier: Apache-2.0
// Models as Hana structs: the leaves of a nested struct of layers, with their paths, as types and as references.
// A leaf is whatever has `intarsia_leaf`; std::array and std::tuple count their elements; empty classes have no leaves.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/hana/accessors.hpp>
#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/at.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/define_struct.hpp>
#include <boost/hana/ext/std/integral_constant.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include "intarsia/support/diagnose.hpp"
#include "intarsia/support/fixed_string.hpp"

namespace intarsia::support {

namespace hana = boost::hana;

template <class M>
concept leaf = requires { typename M::intarsia_leaf; };

template <class>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

/// A leaf type at its path.
template <class Leaf, fixed_string Path>
struct leaf_at {
  using type = Leaf;
  static constexpr fixed_string path = Path;
};

template <std::size_t A, std::size_t B>
consteval auto join_path(const fixed_string<A>& a, const fixed_string<B>& b) {
  constexpr bool dot = A > 1;
  char text[A + B - 1 + dot] = {};
  std::size_t n = 0;
  for (std::size_t i = 0; i + 1 < A; ++i) text[n++] = a.text[i];
  if (dot) text[n++] = '.';
  for (std::size_t i = 0; i + 1 < B; ++i) text[n++] = b.text[i];
  return fixed_string<A + B - 1 + dot>(text);
}
template <std::size_t N>
consteval auto number_path() {
  constexpr int digits = [] {
    int count = 1;
    for (std::size_t rest = N; rest >= 10; rest /= 10) ++count;
    return count;
  }();
  char text[digits + 1] = {};
  std::size_t rest = N;
  for (int i = digits - 1; i >= 0; --i, rest /= 10) text[i] = static_cast<char>('0' + rest % 10);
  return fixed_string<digits + 1>(text);
}
template <char... C>
consteval auto hana_path(const hana::string<C...>&) {
  const char text[sizeof...(C) + 1] = {C..., 0};
  return fixed_string<sizeof...(C) + 1>(text);
}

template <class M>
concept adapted = hana::Struct<M>::value;

enum class part_kind { leaf, sequence, structure, nothing };

template <class M>
constexpr part_kind kind_of() {
  if constexpr (leaf<M>) return part_kind::leaf;
  else if constexpr (is_array<M> || is_tuple<M>) return part_kind::sequence;
  else if constexpr (adapted<M>) return part_kind::structure;
  else return part_kind::nothing;
}

/// A struct with members whose names are not known, or a tensor or number that is no parameter.
template <fixed_string Path, bool Value>
struct unadapted_at {
  static constexpr fixed_string path = Path;
  static constexpr fault why = Value ? fault::not_parameter : fault::not_adapted;
};

template <class M, fixed_string Path, part_kind = kind_of<M>()>
struct leaves {
  using type = std::conditional_t<std::is_empty_v<M>, std::tuple<>, std::tuple<unadapted_at<Path, std::is_arithmetic_v<M> || requires { typename M::shape_type; }>>>;
};
template <class M, fixed_string Path>
struct leaves<M, Path, part_kind::leaf> {
  using type = std::tuple<leaf_at<M, Path>>;
};

template <class... Tuples>
using joined = decltype(std::tuple_cat(std::declval<Tuples>()...));

template <class M, fixed_string Path, class Sequence>
struct element_leaves;
template <class M, fixed_string Path, std::size_t... I>
struct element_leaves<M, Path, std::index_sequence<I...>> {
  using type = joined<typename leaves<std::tuple_element_t<I, M>, join_path(Path, number_path<I>())>::type...>;
};
template <class M, fixed_string Path>
struct leaves<M, Path, part_kind::sequence> : element_leaves<M, Path, std::make_index_sequence<std::tuple_size_v<M>>> {};

template <class M>
using accessors_t = decltype(hana::accessors<M>());
template <class M, std::size_t I>
using accessor_t = std::remove_cvref_t<decltype(hana::at_c<I>(std::declval<accessors_t<M>>()))>;
template <class M, std::size_t I>
using member_t = std::remove_cvref_t<decltype(hana::second(std::declval<accessor_t<M, I>>())(std::declval<M&>()))>;
template <class M, std::size_t I>
using member_name = std::remove_cvref_t<decltype(hana::first(std::declval<accessor_t<M, I>>()))>;
template <class M>
inline constexpr std::size_t member_count = decltype(hana::length(std::declval<accessors_t<M>>()))::value;

template <class M, fixed_string Path, class Sequence>
struct member_leaves;
template <class M, fixed_string Path, std::size_t... I>
struct member_leaves<M, Path, std::index_sequence<I...>> {
  using type = joined<typename leaves<member_t<M, I>, join_path(Path, hana_path(member_name<M, I>{}))>::type...>;
};
template <class M, fixed_string Path>
struct leaves<M, Path, part_kind::structure> : member_leaves<M, Path, std::make_index_sequence<member_count<M>>> {};

/// All leaves of a model, in the order of its members.
template <class M>
using leaves_t = typename leaves<M, fixed_string<1>("")>::type;

/// Their paths.
template <class Leaves>
inline constexpr std::array<std::string_view, 0> paths{};
template <class... L>
inline constexpr std::array<std::string_view, sizeof...(L)> paths<std::tuple<L...>>{L::path.view()...};

template <class>
inline constexpr bool is_unadapted = false;
template <fixed_string Path, bool Value>
inline constexpr bool is_unadapted<unadapted_at<Path, Value>> = true;

template <class X>
constexpr void judge_leaf(letter& l) {
  if constexpr (is_unadapted<X>) {
    if (l.count == 0) l = letter::about(X::why, "weights", X::path.view().empty() ? words{} : words{} << "member " << X::path.view());
  } else
    for (int d = 0; d < X::type::rank; ++d)
      if (const extents& e = X::type::shape_value; l.count == 0 && e[d] < 1) {
        l = letter::about(fault::extent_zero, "weights", figures_of(verdict::bad(fault::extent_zero, d, e[d], 1, relation::at_least)), words{} << e);
        l.add(words{} << "at " << X::path.view());
      }
}

/// The letter to the user of a model that is no Hana struct, has a member which is none, or a layer for nothing.
template <class Leaves>
struct verdict_on_leaves;
template <class... L>
struct verdict_on_leaves<std::tuple<L...>> {
  static constexpr letter value = [] {
    letter l;
    [[maybe_unused]] const bool in_order[] = {true, (judge_leaf<L>(l), true)...};  // clang nests a fold no deeper than 256
    return l;
  }();
};
template <class M>
struct model_rule {
  static constexpr bool accepts = true;
  using leaves = leaves_t<M>;
};
template <class M>
concept model_like = verdict_on_leaves<leaves_t<M>>::value.count == 0;
template <class M, bool = model_like<M>>
struct choose_model_rule {
  using type = model_rule<M>;
};
template <class M>
struct choose_model_rule<M, false> {
  using type = rejected<told<verdict_on_leaves<leaves_t<M>>::value>::why>;
};

/// Calls f with each leaf of a model, in the same order.
template <class M, class F>
constexpr void for_each_leaf(M& m, F& f) {
  using X = std::remove_const_t<M>;
  if constexpr (leaf<X>) f(m);
  else if constexpr (is_array<X>) {
    for (auto& e : m) for_each_leaf(e, f);
  } else if constexpr (is_tuple<X>) std::apply([&f](auto&... e) { (for_each_leaf(e, f), ...); }, m);
  else if constexpr (adapted<X>)
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (for_each_leaf(hana::second(hana::at_c<I>(hana::accessors<X>()))(m), f), ...);
    }(std::make_index_sequence<member_count<X>>{});
}

}  // namespace intarsia::support
