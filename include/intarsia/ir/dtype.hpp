// SPDX-License-Identifier: Apache-2.0
// Element types as values.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace intarsia::ir {

enum class dtype : std::uint8_t { none, boolean, u8, i8, u16, i16, u32, i32, u64, i64, f32, f64 };

constexpr bool is_float(dtype t) { return t == dtype::f32 || t == dtype::f64; }

constexpr int size_of(dtype t) {
  switch (t) {
    case dtype::u16: case dtype::i16: return 2;
    case dtype::u32: case dtype::i32: case dtype::f32: return 4;
    case dtype::u64: case dtype::i64: case dtype::f64: return 8;
    default: return 1;
  }
}

constexpr const char* name_of(dtype t) {
  constexpr const char* names[] = {"none", "bool", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"};
  return names[static_cast<int>(t)];
}

/// What a user calls it.
constexpr std::string_view spelling_of(dtype t) {
  constexpr std::string_view names[] = {"none", "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float", "double"};
  return names[static_cast<int>(t)];
}

/// The dtype of a C++ element type; `none` for what cannot be one. Integers are told by size and sign, so that
/// `long` and `long long` are the same thing.
template <class T>
consteval dtype dtype_of() {
  if constexpr (std::is_same_v<T, bool>) return dtype::boolean;
  else if constexpr (std::is_same_v<T, float>) return dtype::f32;
  else if constexpr (std::is_same_v<T, double>) return dtype::f64;
  else if constexpr (std::is_integral_v<T>) {
    constexpr bool s = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return s ? dtype::i8 : dtype::u8;
    else if constexpr (sizeof(T) == 2) return s ? dtype::i16 : dtype::u16;
    else if constexpr (sizeof(T) == 4) return s ? dtype::i32 : dtype::u32;
    else if constexpr (sizeof(T) == 8) return s ? dtype::i64 : dtype::u64;
    else return dtype::none;
  } else return dtype::none;
}

template <dtype> struct element_of;
template <> struct element_of<dtype::boolean> { using type = bool; };
template <> struct element_of<dtype::u8> { using type = std::uint8_t; };
template <> struct element_of<dtype::i8> { using type = std::int8_t; };
template <> struct element_of<dtype::u16> { using type = std::uint16_t; };
template <> struct element_of<dtype::i16> { using type = std::int16_t; };
template <> struct element_of<dtype::u32> { using type = std::uint32_t; };
template <> struct element_of<dtype::i32> { using type = std::int32_t; };
template <> struct element_of<dtype::u64> { using type = std::uint64_t; };
template <> struct element_of<dtype::i64> { using type = std::int64_t; };
template <> struct element_of<dtype::f32> { using type = float; };
template <> struct element_of<dtype::f64> { using type = double; };
template <dtype D>
using element_t = typename element_of<D>::type;

}  // namespace intarsia::ir

namespace intarsia {
/// What a tensor may hold: float, double, integers, bool.
template <class T>
concept element = ir::dtype_of<T>() != ir::dtype::none;
}  // namespace intarsia
