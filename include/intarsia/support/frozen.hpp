// SPDX-License-Identifier: Apache-2.0
// Results of passes as constants of the program: lists, which live during one constant evaluation, become arrays.
// A result type has `lists()`, a tuple of references to its lists, and a `view` that is made of slices of the same types.
#pragma once

#include <array>
#include <tuple>

#include "intarsia/support/list.hpp"

namespace intarsia::support {

/// A constant list: what passes receive.
template <class T>
struct slice {
  const T* first = nullptr;
  int count = 0;

  constexpr slice() = default;
  constexpr slice(const T* data, int size) : first(data), count(size) {}
  constexpr slice(const list<T>& l) : first(l.data()), count(l.size()) {}
  constexpr const T& operator[](int i) const { return first[i]; }
  constexpr int size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  constexpr const T* data() const { return first; }
  constexpr const T* begin() const { return first; }
  constexpr const T* end() const { return first + count; }
};

/// The type of the elements of a result's list number I.
template <class Result, std::size_t I>
using element_of = std::remove_cvref_t<decltype(*std::get<I>(std::declval<const Result&>().lists()).data())>;
/// How many lists a result has.
template <class Result>
inline constexpr std::size_t lists_in = std::tuple_size_v<decltype(std::declval<const Result&>().lists())>;

template <std::size_t I, class T, std::size_t Length>
struct array_of_list {
  T of[Length > 0 ? Length : 1] = {};
};

/// The lists of a result, as arrays of these lengths. Of the result's type and not of the pass: passes share it.
template <class Result, class Sequence, std::size_t... Length>
struct arrays_of;
template <class Result, std::size_t... I, std::size_t... Length>
struct arrays_of<Result, std::index_sequence<I...>, Length...> : array_of_list<I, element_of<Result, I>, Length>... {
  constexpr explicit arrays_of(const Result& r) {
    const auto lists = r.lists();
    (copy(array_of_list<I, element_of<Result, I>, Length>::of, std::get<I>(lists), Length), ...);
  }
  constexpr typename Result::view view() const {
    return {slice<element_of<Result, I>>(array_of_list<I, element_of<Result, I>, Length>::of, static_cast<int>(Length))...};
  }

 private:
  template <class T, class List>
  static constexpr void copy(T* to, const List& from, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[static_cast<int>(i)];
  }
};

template <class Result, std::size_t... I>
constexpr std::array<std::size_t, sizeof...(I)> lengths(const Result& r, std::index_sequence<I...>) {
  const auto lists = r.lists();
  return {static_cast<std::size_t>(std::get<I>(lists).size())...};
}

/// The result of `Pass::run()`, as a constant. Invariant: the pass gives the same result each time that it is run.
template <class Pass, class Sequence = std::make_index_sequence<lists_in<decltype(Pass::run())>>>
struct frozen;
template <class Pass, std::size_t... I>
struct frozen<Pass, std::index_sequence<I...>> {
  using result = decltype(Pass::run());

  static constexpr std::array<std::size_t, sizeof...(I)> sizes = [] {
    if constexpr (requires { Pass::sizes(); }) return Pass::sizes();  // known already
    else return lengths(Pass::run(), std::index_sequence<I...>{});
  }();
  static constexpr arrays_of<result, std::index_sequence<I...>, sizes[I]...> held{Pass::run()};

  static constexpr typename result::view view() { return held.view(); }
};

}  // namespace intarsia::support
