// SPDX-License-Identifier: Apache-2.0
// A growable array for passes that run in constant evaluation.
// It exists beside std::vector because clang counts its steps: a push here costs four statements there twenty-five.
#pragma once

#include <utility>

namespace intarsia::support {

template <class T>
class list {
 public:
  constexpr list() = default;
  constexpr explicit list(int count, const T& value = T{}) : data_(new T[count > 0 ? count : 1]), size_(count), capacity_(count > 0 ? count : 1) {
    for (int i = 0; i < count; ++i) data_[i] = value;
  }
  constexpr list(const list& other) : data_(new T[other.capacity_ > 0 ? other.capacity_ : 1]), size_(other.size_), capacity_(other.capacity_ > 0 ? other.capacity_ : 1) {
    for (int i = 0; i < size_; ++i) data_[i] = other.data_[i];
  }
  constexpr list(list&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  constexpr list& operator=(list other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  constexpr ~list() { delete[] data_; }

  constexpr int push(const T& value) {
    if (size_ == capacity_) grow(capacity_ == 0 ? 16 : 2 * capacity_);
    data_[size_] = value;
    return size_++;
  }
  constexpr void reserve(int capacity) {
    if (capacity > capacity_) grow(capacity);
  }
  constexpr void pop() { --size_; }
  constexpr void clear() { size_ = 0; }

  constexpr T& operator[](int i) { return data_[i]; }
  constexpr const T& operator[](int i) const { return data_[i]; }
  constexpr int size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& back() { return data_[size_ - 1]; }
  constexpr T* data() { return data_; }
  constexpr const T* data() const { return data_; }
  constexpr T* begin() { return data_; }
  constexpr T* end() { return data_ + size_; }
  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }

 private:
  constexpr void grow(int capacity) {
    T* larger = new T[capacity];
    for (int i = 0; i < size_; ++i) larger[i] = std::move(data_[i]);
    delete[] data_;
    data_ = larger;
    capacity_ = capacity;
  }

  T* data_ = nullptr;
  int size_ = 0;
  int capacity_ = 0;
};

}  // namespace intarsia::support
