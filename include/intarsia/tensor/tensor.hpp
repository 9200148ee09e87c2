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

/// Owns its elements inline, row-major, zero-initialised; a literal type.
/// The element array is padded to the alignment, so that the last vector may be read and written whole.
/// Errors: [element_type], [rank], [extent_zero], [overflow], [initialisers].
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
    requires(!support::misfits<tensor<T, D...>, E>)
  INTARSIA_INLINE boxed(E&& e) : boxed() {
    e.write_to(*held_);
  }
  template <class U, std::size_t... Extents>
  boxed(const support::expression<U, Extents...>&) {
    rejected<support::misfit<tensor<T, D...>, support::expression<U, Extents...>>>::accepts();
  }
  template <lazy_expression E>
    requires(!support::misfits<tensor<T, D...>, E>)
  INTARSIA_INLINE boxed& operator=(E&& e) {
    e.write_to(*held_);
    return *this;
  }
  template <class U, std::size_t... Extents>
  refused<support::misfit<tensor<T, D...>, support::expression<U, Extents...>>> operator=(const support::expression<U, Extents...>& e);

  tensor<T, D...>& operator*() { return *held_; }
  const tensor<T, D...>& operator*() const { return *held_; }
  tensor<T, D...>* operator->() { return held_.get(); }
  const tensor<T, D...>* operator->() const { return held_.get(); }
  template <class... I>
    requires(sizeof...(I) == sizeof...(D))
  T& operator()(I... at) { return (*held_)(at...); }
  template <class... I>
    requires(sizeof...(I) == sizeof...(D))
  const T& operator()(I... at) const { return std::as_const(*held_)(at...); }
  template <class... I>
    requires(sizeof...(I) != sizeof...(D))
  refused<support::wrong_positions<sizeof...(I), sizeof...(D)>> operator()(I... at) const;
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
