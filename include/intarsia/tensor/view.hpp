// SPDX-License-Identifier: Apache-2.0
// Borrowed memory with a shape in its type.
#pragma once

#include <algorithm>
#include <span>

#include "intarsia/support/error.hpp"
#include "intarsia/tensor/tensor.hpp"

namespace intarsia {

/// Borrows row-major memory of any alignment; `view<const T, ...>` only reads it. Copying a view copies the pointer;
/// assigning an expression to it writes the elements.
template <class T, std::size_t... D>
class view {
  using facts = support::facts_of_tensor<T, D...>;
  static_assert(facts::accepts);
  // of a tensor that cannot be either: not named, so that one error is enough
  static constexpr bool possible = requires { facts::accepts; };
  using owner = std::conditional_t<possible, tensor<std::remove_const_t<T>, D...>, support::expression<std::remove_const_t<T>, D...>>;

 public:
  using value_type = std::remove_const_t<T>;
  using shape_type = shape<D...>;
  static constexpr extents shape_value = extents_of<D...>;
  static constexpr int rank = sizeof...(D);

  constexpr explicit view(T* data) : data_(data) {
    if (data == nullptr) support::fail("intarsia: [null_buffer] a view of a null pointer");
  }
  constexpr explicit view(std::span<T> data) : data_(data.data()) {
    if (data.size() < facts::size) support::fail("intarsia: [short_buffer] a view of fewer elements than its shape has");
  }
  constexpr view(owner& t) : data_(t.data()) {}
  constexpr view(const owner& t) requires std::is_const_v<T> : data_(t.data()) {}
  constexpr view(const view<value_type, D...>& v) requires std::is_const_v<T> : data_(v.data()) {}
  constexpr view(const view&) = default;
  /// Of a tensor with another shape or type; `view(t.data())` reads its elements as they lie.
  /// Errors: [assign_shape].
  template <class Other>
    requires(!std::is_same_v<typename Other::shape_type, shape_type> || !std::is_same_v<typename Other::value_type, value_type>)
  explicit view(const Other&) {
    rejected<support::misfit<view, typename support::shaped_expression<typename Other::value_type, typename Other::shape_type>::type>>::accepts();
  }

  template <lazy_expression E>
    requires(!std::is_const_v<T> && !support::misfits<view, E>)
  INTARSIA_INLINE view& operator=(E&& e) {
    e.write_to(*this);
    return *this;
  }
  template <class U, std::size_t... Extents>
    requires(!std::is_const_v<T>)
  refused<support::misfit<view, support::expression<U, Extents...>>> operator=(const support::expression<U, Extents...>& e);
  view& operator=(const view&) = delete;

  template <class... I>
    requires(sizeof...(I) == sizeof...(D))
  constexpr T& operator()(I... at) const {
    return data_[support::offset_of<D...>(at...)];
  }
  template <class... I>
    requires(sizeof...(I) != sizeof...(D))
  refused<support::wrong_positions<sizeof...(I), sizeof...(D)>> operator()(I... at) const;
  constexpr operator value_type() const requires(sizeof...(D) == 0) { return data_[0]; }

  constexpr T* data() const { return data_; }
  static constexpr std::size_t size() { return facts::size; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size(); }

  friend constexpr bool operator==(const view& a, const view& b) { return std::equal(a.begin(), a.end(), b.begin()); }

 private:
  T* data_;
};

}  // namespace intarsia
