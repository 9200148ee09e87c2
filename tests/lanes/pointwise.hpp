// SPDX-License-Identifier: Apache-2.0
// Operations without a reduction: arithmetic, elementary functions, masks, conversions, in every width.
#pragma once

#include "lanes/program.hpp"

namespace lanes {

template <class T>
struct arithmetic : takes<T, T, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "2 x + y" : "2 x + y in double";
  static constexpr bool every_size = true;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return 2 * x + y; }
};
template <class T>
struct elementary : takes<T, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "exp" : "exp in double";
  static constexpr double tolerance = sizeof(T) == 4 ? 2.4e-7 : 4.5e-16;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n)}; }
  static constexpr auto call(auto x) { return exp(x); }
};
struct comparison : takes<bool, float, float> {
  static constexpr const char* name = "x < y";
  static constexpr bool every_size = true;
  static constexpr int specials = 2;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return x < y; }
};
/// Masks of doubles, kept as bytes; chosen from them.
struct choice : takes<double, double, double, bool> {
  static constexpr const char* name = "where(!(x <= y) || mask, x, y) in double";
  static constexpr int specials = 2;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(n), shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y, auto mask) { return where(!(x <= y) || mask, x, y); }
};
/// Masks of one width choose values of another.
struct mixed_widths : takes<double, float, float, double> {
  static constexpr const char* name = "where(x < y, float, double)";
  static constexpr int specials = 2;
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(n), shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y, auto z) { return where(x < y, cast<double>(x) * 2, z); }
};
struct to_float : takes<float, double> {
  static constexpr const char* name = "double to float";
  static constexpr bool signs = true;
  static constexpr int specials = 0;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n)}; }
  static constexpr auto call(auto x) { return cast<float>(x); }
};
struct bytes : takes<std::uint8_t, std::uint8_t, std::uint8_t> {
  static constexpr const char* name = "x + y of bytes";
  static constexpr bool every_size = true;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return x + y; }
};
struct bytes_to_float : takes<float, std::uint8_t> {
  static constexpr const char* name = "bytes to float";
  static constexpr int specials = 0;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n)}; }
  static constexpr auto call(auto x) { return cast<float>(x) * 0.5; }
};
template <class T>
struct integers : takes<T, T, T> {
  static constexpr const char* name = sizeof(T) == 2 ? "16 bits: max(x y, x - y)" : sizeof(T) == 4 ? "32 bits: max(x y, x - y)" : "64 bits: max(x y, x - y)";
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return maximum(x * y, x - y); }
};
/// An operand of one element beside rows; one beside columns.
struct broadcast : takes<float, float, float, float> {
  static constexpr const char* name = "x row + column";
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(3, n), shape(n), shape(3, 1)}; }
  static constexpr auto call(auto x, auto row, auto column) { return x * row + column; }
};

/// A product that is added, subtracted, subtracted from: one instruction where the target has it.
struct products : takes<float, float, float, float> {
  static constexpr const char* name = "max(x y - z, z - x x)";
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(n), shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y, auto z) { return maximum(x * y - z, z - x * x); }
};

using all_cases = std::tuple<arithmetic<float>, arithmetic<double>, elementary<float>, elementary<double>, comparison, choice, mixed_widths, to_float, bytes, bytes_to_float, integers<std::int16_t>,
                             integers<std::int32_t>, integers<std::int64_t>, broadcast, products>;

}  // namespace lanes
