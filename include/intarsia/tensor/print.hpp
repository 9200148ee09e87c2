// SPDX-License-Identifier: Apache-2.0
// Receives a tensor, a view or a boxed tensor and writes it to a stream as PyTorch prints it, with its default options:
// 4 decimals, lines of 80 columns, above 1000 elements only the 3 first and 3 last of each axis.
// Invariant: the text depends on the elements, their type and the shape alone, never on a locale or on stream flags.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <ostream>
#include <string>

#include "intarsia/ir/dtype.hpp"
#include "intarsia/support/shape.hpp"
#include "intarsia/tensor/tensor_like.hpp"

namespace intarsia {
namespace support {

/// Not a template, so that one copy serves every type and shape of a program. Only what is shown is read. What is called from
/// many places is kept out of line: that takes a fifth off the compile time that printing adds.
class tensor_text {
 public:
  tensor_text(const void* data, ir::dtype type, const extents& shape)
      : data_(static_cast<const char*>(data)), type_(type), shape_(shape), summarised_(shape.size() > threshold) {
    for (int axis = 0; axis < shape.rank; ++axis) shown_ *= shown(axis);
    choose_notation();
    measure();
    text_ = "tensor(";
    write_axis(0);
    write_suffix();
  }
  const std::string& str() const { return text_; }

 private:
  static constexpr index threshold = 1000, edge = 3, columns = 80, indent = 7;  // `indent`: the length of "tensor("

  bool cut(int axis) const { return summarised_ && shape_[axis] > 2 * edge; }
  index shown(int axis) const { return cut(axis) ? 2 * edge : shape_[axis]; }

  /// Where the nth shown element lies.
  [[gnu::noinline]] index offset(index nth) const {
    index offset = 0, stride = 1;
    for (int axis = shape_.rank - 1; axis >= 0; --axis) {
      index at = nth % shown(axis);
      if (cut(axis) && at >= edge) at += shape_[axis] - 2 * edge;
      offset += at * stride;
      stride *= shape_[axis];
      nth /= shown(axis);
    }
    return offset;
  }

  template <class T>
  T load(index nth) const {
    T value;
    std::memcpy(&value, data_ + offset(nth) * static_cast<index>(sizeof(T)), sizeof(T));  // a view may be unaligned
    return value;
  }
  [[gnu::noinline]] double real(index nth) const {
    return type_ == ir::dtype::f32 ? static_cast<double>(load<float>(nth)) : load<double>(nth);
  }
  long long integer(index nth) const {
    switch (type_) {
      case ir::dtype::u8: return load<std::uint8_t>(nth);
      case ir::dtype::i8: return load<std::int8_t>(nth);
      case ir::dtype::u16: return load<std::uint16_t>(nth);
      case ir::dtype::i16: return load<std::int16_t>(nth);
      case ir::dtype::u32: return load<std::uint32_t>(nth);
      case ir::dtype::i32: return load<std::int32_t>(nth);
      default: return load<std::int64_t>(nth);
    }
  }

  static bool finite(double x) { return x - x == 0; }
  /// Zeros, NaN and infinities have no say in the notation and the width.
  static bool counts(double x) { return finite(x) && x != 0; }
  static double magnitude(double x) { return x < 0 ? -x : x; }
  /// From 2^53 on every double is a whole number; below, the conversion to an integer is defined.
  static bool is_whole(double x) { return magnitude(x) >= 0x1p53 || static_cast<double>(static_cast<long long>(x)) == x; }

  void choose_notation() {
    if (!ir::is_float(type_)) return;
    double least = std::numeric_limits<double>::infinity(), greatest = 0;
    for (index nth = 0; nth < shown_; ++nth) {
      const double x = real(nth);
      if (!counts(x)) continue;
      least = std::min(least, magnitude(x));
      greatest = std::max(greatest, magnitude(x));
      whole_ = whole_ && is_whole(x);
    }
    scientific_ = greatest / least > 1000 || greatest > 1e8 || (!whole_ && least < 1e-4);
  }

  void measure() {
    char cell[cell_size];
    for (index nth = 0; nth < shown_; ++nth)
      if (!ir::is_float(type_) || counts(real(nth))) width_ = std::max(width_, format(nth, cell));
  }

  /// Returns how many characters it wrote.
  [[gnu::noinline]] index format(index nth, char* to) const {
    char* const end = to + cell_size;
    if (type_ == ir::dtype::u64) return std::to_chars(to, end, load<std::uint64_t>(nth)).ptr - to;
    if (type_ == ir::dtype::boolean) return copy(load<std::uint8_t>(nth) != 0 ? "True" : "False", to);
    if (!ir::is_float(type_)) return std::to_chars(to, end, integer(nth)).ptr - to;
    const double x = real(nth);
    if (x != x) return copy("nan", to);  // to_chars would show the sign of a NaN
    if (!finite(x)) return copy(x < 0 ? "-inf" : "inf", to);
    if (scientific_) return std::to_chars(to, end, x, std::chars_format::scientific, 4).ptr - to;
    char* at = std::to_chars(to, end, x, std::chars_format::fixed, whole_ ? 0 : 4).ptr;
    if (whole_) *at++ = '.';
    return at - to;
  }
  [[gnu::noinline]] static index copy(const char* from, char* to) {
    const std::size_t length = std::strlen(from);
    std::memcpy(to, from, length);
    return static_cast<index>(length);
  }

  void write_axis(int axis) {
    if (axis == shape_.rank) return write_element();
    const bool innermost = axis + 1 == shape_.rank;
    const index per_line = innermost ? std::max<index>(1, (columns - indent - axis) / (width_ + 2)) : 1;
    const index newlines = std::max(1, shape_.rank - axis - 1);
    const index items = shown(axis) + cut(axis);  // the dots are an item of their line
    text_ += '[';
    for (index i = 0; i < items; ++i) {
      if (i > 0) text_ += ',';
      if (i % per_line > 0) text_ += ' ';
      else if (i > 0) repeat(newlines, '\n'), repeat(indent + axis + 1, ' ');
      if (cut(axis) && i == edge) text_ += innermost ? " ..." : "...";
      else write_axis(axis + 1);
    }
    text_ += ']';
  }

  void write_element() {
    char cell[cell_size];
    const index length = format(next_++, cell);
    repeat(width_ - length, ' ');
    text_.append(cell, static_cast<std::size_t>(length));
  }

  void write_suffix() {
    const char* const type = torch_name();
    if (type != nullptr) {
      const std::size_t newline = text_.rfind('\n');
      // PyTorch counts two columns more than there are; what breaks its line must break ours.
      const std::size_t line = newline == std::string::npos ? text_.size() + 2 : text_.size() - newline + 1;
      const bool fits = line + std::strlen(", dtype=torch.") + std::strlen(type) <= columns;
      text_ += fits ? ", " : ",\n       ";
      text_.append("dtype=torch.").append(type);
    }
    text_ += ')';
  }

  /// Null for the types that PyTorch makes from plain Python numbers.
  const char* torch_name() const {
    switch (type_) {
      case ir::dtype::u8: return "uint8";
      case ir::dtype::i8: return "int8";
      case ir::dtype::u16: return "uint16";
      case ir::dtype::i16: return "int16";
      case ir::dtype::u32: return "uint32";
      case ir::dtype::i32: return "int32";
      case ir::dtype::u64: return "uint64";
      case ir::dtype::f64: return "float64";
      default: return nullptr;
    }
  }

  void repeat(index times, char c) {
    if (times > 0) text_.append(static_cast<std::size_t>(times), c);
  }

  static constexpr index cell_size = 32;  // the longest: 20 digits of a u64; beyond 1e8 a number is scientific

  const char* data_;
  ir::dtype type_;
  extents shape_;
  bool summarised_, whole_ = true, scientific_ = false;
  index shown_ = 1, width_ = 1, next_ = 0;
  std::string text_;
};

template <std::size_t... D>
constexpr const extents& extents_from(shape<D...>) {
  return extents_of<D...>;
}

}  // namespace support

/// Writes what `print(torch.tensor(...))` shows for the same elements.
template <tensor_like X>
std::ostream& operator<<(std::ostream& os, const X& x) {
  constexpr ir::dtype type = ir::dtype_of<typename X::value_type>();
  return os << support::tensor_text(x.data(), type, support::extents_from(typename X::shape_type{})).str();
}

}  // namespace intarsia
