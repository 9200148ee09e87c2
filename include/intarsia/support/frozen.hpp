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

/// The result of `Pass::run()`, as a constant. Invariant: the pass gives the same result each time that it is run.
template <class Pass>
struct frozen {
  using result = decltype(Pass::run());
  using tuple = decltype(std::declval<const result&>().lists());
  static constexpr std::size_t parts = std::tuple_size_v<tuple>;
  template <std::size_t I>
  using element = std::remove_cvref_t<decltype(*std::get<I>(std::declval<tuple>()).data())>;

  static consteval std::array<std::size_t, parts> measure() {
    const result r = Pass::run();
    return std::apply([](const auto&... l) { return std::array<std::size_t, parts>{static_cast<std::size_t>(l.size())...}; }, r.lists());
  }
  static constexpr std::array<std::size_t, parts> sizes = [] {
    if constexpr (requires { Pass::sizes(); }) return Pass::sizes();  // known already
    else return measure();
  }();

  template <std::size_t I>
  struct table {
    element<I> of[sizes[I] > 0 ? sizes[I] : 1] = {};
  };
  template <class Sequence>
  struct tables;
  template <std::size_t... I>
  struct tables<std::index_sequence<I...>> : table<I>... {};
  using storage = tables<std::make_index_sequence<parts>>;

  static consteval storage fill() {
    const result r = Pass::run();
    storage s{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (copy(static_cast<table<I>&>(s).of, std::get<I>(r.lists()), sizes[I]), ...);
    }(std::make_index_sequence<parts>{});
    return s;
  }
  static constexpr storage held = fill();

  static constexpr typename result::view view() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return typename result::view{slice<element<I>>(static_cast<const table<I>&>(held).of, static_cast<int>(sizes[I]))...};
    }(std::make_index_sequence<parts>{});
  }

 private:
  template <class T, class List>
  static constexpr void copy(T* to, const List& from, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[static_cast<int>(i)];
  }
};

}  // namespace intarsia::support
