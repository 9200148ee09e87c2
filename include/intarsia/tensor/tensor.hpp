// SPDX-License-Identifier: Apache-2.0
// Memory with a shape in its type: `tensor` owns its elements inline, `view` borrows them, `boxed` owns one heap block.
// Invariant: elements are row-major; sizeof and alignof depend on the type alone, never on compiler flags.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "intarsia/ir/dtype.hpp"
#include "intarsia/support/config.hpp"
#include "intarsia/support/error.hpp"
#include "intarsia/support/shape.hpp"

namespace intarsia {

/// What the language records and a statement runs: a lazy value.
template <class E>
concept lazy_expression = requires { typename std::remove_cvref_t<E>::intarsia_lazy; };

namespace support {

template <class T, std::size_t... D>
struct tensor_facts {
  static_assert(element<std::remove_const_t<T>>, "intarsia: [element_type] a tensor holds float, double, integers or bool");
  static_assert(sizeof...(D) <= max_rank, "intarsia: [rank] a tensor has at most 8 axes");
  static_assert(((D > 0) && ...), "intarsia: [extent_zero] every extent of a tensor is at least 1");
  static_assert(product_fits(extents_of<D...>, sizeof(T)), "intarsia: [overflow] the product of the extents does not fit in memory");
  static constexpr std::size_t size = (std::size_t{1} * ... * D);
  static constexpr std::size_t bytes = size * sizeof(T);
  static constexpr std::size_t align = bytes >= 64 ? 64 : std::bit_ceil(bytes);
  static constexpr std::size_t padded = (bytes + align - 1) / align * align / sizeof(T);
};

template <std::size_t... D, class... I>
constexpr std::size_t offset_of(I... at) {
  static_assert(sizeof...(I) == sizeof...(D), "intarsia: [rank] one position for each axis");
  std::size_t offset = 0;
  ((assert(static_cast<std::size_t>(at) < D && "intarsia: position out of range"), offset = offset * D + static_cast<std::size_t>(at)), ...);
  return offset;
}

}  // namespace support

/// Owns its elements inline, row-major, zero-initialised; a literal type.
/// The element array is padded to the alignment, so that the last vector may be read and written whole.
/// Errors: [element_type], [rank], [extent_zero], [overflow], [initialisers].
template <class T, std::size_t... D>
class tensor {
  using facts = support::tensor_facts<T, D...>;

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
    static_assert(sizeof...(S) == facts::size, "intarsia: [initialisers] as many values as the tensor has elements");
    std::size_t i = 0;
    ((data_[i++] = static_cast<T>(values)), ...);
  }
  /// Rank 2: `{{1, 2}, {3, 4}}`.
  template <std::size_t... N>
    requires(sizeof...(D) == 2 && sizeof...(N) > 0)
  constexpr tensor(const T (&... rows)[N]) {
    static_assert(sizeof...(N) == extents_of<D...>[0] && ((N == extents_of<D...>[1]) && ...),
                  "intarsia: [initialisers] as many rows, and values in each, as the shape says");
    T* to = data_;
    ((to = std::copy(rows, rows + N, to)), ...);
  }
  /// Rank 3.
  template <std::size_t... N, std::size_t... M>
    requires(sizeof...(D) == 3 && sizeof...(N) > 0)
  constexpr tensor(const T (&... planes)[N][M]) {
    static_assert(sizeof...(N) == extents_of<D...>[0] && ((N == extents_of<D...>[1]) && ...) && ((M == extents_of<D...>[2]) && ...),
                  "intarsia: [initialisers] as many planes, rows, and values, as the shape says");
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
    static_assert(sizeof...(N) == extents_of<D...>[0] && ((N == extents_of<D...>[1]) && ...) && ((M == extents_of<D...>[2]) && ...) &&
                      ((K == extents_of<D...>[3]) && ...),
                  "intarsia: [initialisers] as many blocks, planes, rows, and values, as the shape says");
    T* to = data_;
    auto block = [&to](const auto& b) {
      for (const auto& plane : b)
        for (const auto& row : plane) to = std::copy(std::begin(row), std::end(row), to);
    };
    (block(blocks), ...);
  }

  /// Runs the expression as one fused loop nest.
  template <lazy_expression E>
  INTARSIA_INLINE constexpr tensor(E&& e) {
    e.write_to(*this);
  }
  template <lazy_expression E>
  INTARSIA_INLINE constexpr tensor& operator=(E&& e) {
    e.write_to(*this);
    return *this;
  }

  template <class... I>
  constexpr T& operator()(I... at) {
    return data_[support::offset_of<D...>(at...)];
  }
  template <class... I>
  constexpr const T& operator()(I... at) const {
    return data_[support::offset_of<D...>(at...)];
  }
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

/// Borrows row-major memory of any alignment; `view<const T, ...>` only reads it. Copying a view copies the pointer;
/// assigning an expression to it writes the elements.
template <class T, std::size_t... D>
class view {
  using facts = support::tensor_facts<T, D...>;

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
  constexpr view(tensor<value_type, D...>& t) : data_(t.data()) {}
  constexpr view(const tensor<value_type, D...>& t) requires std::is_const_v<T> : data_(t.data()) {}
  constexpr view(const view<value_type, D...>& v) requires std::is_const_v<T> : data_(v.data()) {}
  constexpr view(const view&) = default;

  template <lazy_expression E>
    requires(!std::is_const_v<T>)
  INTARSIA_INLINE view& operator=(E&& e) {
    e.write_to(*this);
    return *this;
  }
  view& operator=(const view&) = delete;

  template <class... I>
  constexpr T& operator()(I... at) const {
    return data_[support::offset_of<D...>(at...)];
  }
  constexpr operator value_type() const requires(sizeof...(D) == 0) { return data_[0]; }

  constexpr T* data() const { return data_; }
  static constexpr std::size_t size() { return facts::size; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size(); }

  friend constexpr bool operator==(const view& a, const view& b) { return std::equal(a.begin(), a.end(), b.begin()); }

 private:
  T* data_;
};

template <class Tensor>
class boxed;

/// One heap block, made when the object is made; for tensors too large for the stack. Copying copies the elements.
template <class T, std::size_t... D>
class boxed<tensor<T, D...>> {
 public:
  using value_type = T;
  using shape_type = shape<D...>;
  static constexpr extents shape_value = extents_of<D...>;
  static constexpr int rank = sizeof...(D);

  boxed() : held_(std::make_unique<tensor<T, D...>>()) {}
  boxed(const boxed& other) : held_(std::make_unique<tensor<T, D...>>(*other.held_)) {}
  boxed(boxed&&) noexcept = default;
  boxed& operator=(const boxed& other) {
    *held_ = *other.held_;
    return *this;
  }
  boxed& operator=(boxed&&) noexcept = default;
  template <lazy_expression E>
  INTARSIA_INLINE boxed(E&& e) : boxed() {
    e.write_to(*held_);
  }
  template <lazy_expression E>
  INTARSIA_INLINE boxed& operator=(E&& e) {
    e.write_to(*held_);
    return *this;
  }

  tensor<T, D...>& operator*() { return *held_; }
  const tensor<T, D...>& operator*() const { return *held_; }
  tensor<T, D...>* operator->() { return held_.get(); }
  const tensor<T, D...>* operator->() const { return held_.get(); }
  template <class... I>
  T& operator()(I... at) { return (*held_)(at...); }
  template <class... I>
  const T& operator()(I... at) const { return std::as_const(*held_)(at...); }
  T* data() { return held_->data(); }
  const T* data() const { return held_->data(); }
  static constexpr std::size_t size() { return tensor<T, D...>::size(); }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

  friend bool operator==(const boxed& a, const boxed& b) { return *a == *b; }

 private:
  std::unique_ptr<tensor<T, D...>> held_;
};

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

}  // namespace intarsia
