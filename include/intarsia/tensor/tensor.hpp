// SPDX-License-Identifier: Apache-2.0
// A tensor that owns its elements inline.
// Invariant: elements are row-major; sizeof and alignof depend on the type alone, never on compiler flags.
#pragma once

#include <algorithm>

#include "intarsia/support/config.hpp"
#include "intarsia/tensor/braces.hpp"
#include "intarsia/tensor/facts.hpp"

namespace intarsia {

/// Owns its elements inline, row-major, zero-initialised; a literal type.
/// The element array is padded to the alignment, so that the last vector may be read and written whole.
/// Errors: [element_type], [rank], [extent_zero], [overflow], [initialisers], [number].
template <class T, std::size_t... D>
class tensor {
  using facts = support::facts_of_tensor<T, D...>;
  static_assert(facts::accepts);

 public:
  using value_type = T;
  using shape_type = shape<D...>;
  static constexpr extents shape_value = extents_of<D...>;
  using iterator = T*;
  using const_iterator = const T*;
  static constexpr int rank = sizeof...(D);

  constexpr tensor() = default;

  /// From a scalar: rank 0 only.
  constexpr tensor(T value) requires(sizeof...(D) == 0) { data_[0] = value; }

  /// Rank 1: `{1, 2, 3}`.
  template <class... S>
    requires(sizeof...(D) == 1 && sizeof...(S) > 0 && (std::is_arithmetic_v<S> && ...))
  constexpr tensor(S... values) {
    support::initialisers<0, sizeof...(S), facts::size>::accepts();
    support::numbers<T, S...>::accepts();
    std::size_t i = 0;
    ((data_[i++] = static_cast<T>(values)), ...);
  }
  /// Rank 2: `{{1, 2}, {3, 4}}`.
  template <std::size_t... N>
    requires(sizeof...(D) == 2 && sizeof...(N) > 0)
  constexpr tensor(const T (&... rows)[N]) {
    support::initialisers<0, sizeof...(N), extents_of<D...>[0]>::accepts();
    support::initialisers<1, support::odd_one<extents_of<D...>[1], N...>(), extents_of<D...>[1]>::accepts();
    T* to = data_;
    ((to = std::copy(rows, rows + N, to)), ...);
  }
  /// Rank 3.
  template <std::size_t... N, std::size_t... M>
    requires(sizeof...(D) == 3 && sizeof...(N) > 0)
  constexpr tensor(const T (&... planes)[N][M]) {
    support::initialisers<0, sizeof...(N), extents_of<D...>[0]>::accepts();
    support::initialisers<1, support::odd_one<extents_of<D...>[1], N...>(), extents_of<D...>[1]>::accepts();
    support::initialisers<2, support::odd_one<extents_of<D...>[2], M...>(), extents_of<D...>[2]>::accepts();
    T* to = data_;
    auto plane = [&to](const auto& p) {
      for (const auto& row : p) to = std::copy(std::begin(row), std::end(row), to);
    };
    (plane(planes), ...);
  }
  /// Rank 4.
  template <std::size_t... N, std::size_t... M, std::size_t... K>
    requires(sizeof...(D) == 4 && sizeof...(N) > 0)
  constexpr tensor(const T (&... blocks)[N][M][K]) {
    support::initialisers<0, sizeof...(N), extents_of<D...>[0]>::accepts();
    support::initialisers<1, support::odd_one<extents_of<D...>[1], N...>(), extents_of<D...>[1]>::accepts();
    support::initialisers<2, support::odd_one<extents_of<D...>[2], M...>(), extents_of<D...>[2]>::accepts();
    support::initialisers<3, support::odd_one<extents_of<D...>[3], K...>(), extents_of<D...>[3]>::accepts();
    T* to = data_;
    auto block = [&to](const auto& b) {
      for (const auto& plane : b)
        for (const auto& row : plane) to = std::copy(std::begin(row), std::end(row), to);
    };
    (block(blocks), ...);
  }

  /// Numbers without inner braces, for more than one axis.
  template <class... S>
    requires(sizeof...(D) > 1 && sizeof...(S) > 0 && (std::is_arithmetic_v<S> && ...))
  constexpr tensor(S...) {
    support::flat_initialisers<sizeof...(S), extents_of<D...>[0]>::accepts();
  }

  /// Braces nested more or less deeply than the axes are, or not all alike.
  template <std::size_t... N>
    requires((sizeof...(D) == 1 || sizeof...(D) > 2) && sizeof...(N) > 0)
  constexpr tensor([[maybe_unused]] const T (&... lists)[N]) {
    support::nested_initialisers<2, sizeof...(D)>::accepts();
  }
  template <std::size_t... N, std::size_t... M>
    requires((sizeof...(D) == 2 || sizeof...(D) > 3) && sizeof...(N) > 0)
  constexpr tensor([[maybe_unused]] const T (&... lists)[N][M]) {
    support::nested_initialisers<3, sizeof...(D)>::accepts();
  }
  template <std::size_t N, class... S>
    requires(sizeof...(D) > 1 && sizeof...(S) > 0 && (std::is_arithmetic_v<S> || ...))
  constexpr tensor(const T (&)[N], S...) {
    support::nested_initialisers<1, sizeof...(D)>::accepts();
  }

  /// Runs the expression as one fused loop nest.
  template <lazy_expression E>
    requires(!support::misfits<tensor, E>)
  INTARSIA_INLINE constexpr tensor(E&& e) {
    e.write_to(*this);
  }
  /// Errors: [assign_shape].
  template <class U, std::size_t... Extents>
    requires(!std::is_same_v<tensor, tensor<U, Extents...>>)
  constexpr tensor(const tensor<U, Extents...>&) {
    rejected<support::misfit<tensor, support::expression<U, Extents...>>>::accepts();
  }
  template <class U, std::size_t... Extents>
  tensor(const support::expression<U, Extents...>&) {
    rejected<support::misfit<tensor, support::expression<U, Extents...>>>::accepts();
  }
  template <lazy_expression E>
    requires(!support::misfits<tensor, E>)
  INTARSIA_INLINE constexpr tensor& operator=(E&& e) {
    e.write_to(*this);
    return *this;
  }
  template <class U, std::size_t... Extents>
  refused<support::misfit<tensor, support::expression<U, Extents...>>> operator=(const support::expression<U, Extents...>& e);
  template <class U, std::size_t... Extents>
    requires(!std::is_same_v<tensor, tensor<U, Extents...>>)
  refused<support::misfit<tensor, support::expression<U, Extents...>>> operator=(const tensor<U, Extents...>& other);

  template <class... I>
    requires(sizeof...(I) == sizeof...(D))
  constexpr T& operator()(I... at) {
    return data_[support::offset_of<D...>(at...)];
  }
  template <class... I>
    requires(sizeof...(I) == sizeof...(D))
  constexpr const T& operator()(I... at) const {
    return data_[support::offset_of<D...>(at...)];
  }
  template <class... I>
    requires(sizeof...(I) != sizeof...(D))
  refused<support::wrong_positions<sizeof...(I), sizeof...(D)>> operator()(I... at) const;
  constexpr operator T() const requires(sizeof...(D) == 0) { return data_[0]; }

  constexpr T* data() { return data_; }
  constexpr const T* data() const { return data_; }
  static constexpr std::size_t size() { return facts::size; }
  constexpr iterator begin() { return data_; }
  constexpr iterator end() { return data_ + size(); }
  constexpr const_iterator begin() const { return data_; }
  constexpr const_iterator end() const { return data_ + size(); }

  friend constexpr bool operator==(const tensor& a, const tensor& b) { return std::equal(a.begin(), a.end(), b.begin()); }

 private:
  alignas(facts::align) T data_[facts::padded]{};
};

}  // namespace intarsia
