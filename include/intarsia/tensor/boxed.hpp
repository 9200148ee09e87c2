// SPDX-License-Identifier: Apache-2.0
// A tensor in a heap block of its own.
#pragma once

#include <memory>
#include <utility>

#include "intarsia/tensor/tensor.hpp"

namespace intarsia {

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

}  // namespace intarsia
