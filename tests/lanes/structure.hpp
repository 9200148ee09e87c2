// SPDX-License-Identifier: Apache-2.0
// Views: transposed stores and loads, steps, borders, joins, repetition, in several widths.
#pragma once

#include "lanes/program.hpp"

namespace lanes {

template <class T>
struct transposed : takes<T, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "transpose of columns" : sizeof(T) == 8 ? "transpose of columns in double" : "transpose of columns of bytes";
  static constexpr bool every_size = sizeof(T) == 4;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n, 5)}; }
  static constexpr auto call(auto x) { return transpose(x); }
};
struct transposed_rows : takes<float, float> {
  static constexpr const char* name = "transpose of rows";
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(5, n)}; }
  static constexpr auto call(auto x) { return transpose(-x); }
};
template <class T>
struct two_rows : takes<T, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "two rows in turn" : "two rows in turn in double";
  static constexpr bool every_size = sizeof(T) == 4;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(2, n)}; }
  static constexpr auto call(auto x) { return transpose(x); }
};
struct squares : takes<float, float> {
  static constexpr const char* name = "transpose of squares";
  static constexpr int specials = 0;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n, n)}; }
  static constexpr auto call(auto x) { return transpose(x); }
};
struct with_step : takes<float, float> {
  static constexpr const char* name = "every second element";
  static constexpr bool every_size = true;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(2 * n)}; }
  static constexpr auto call(auto x) { return slice<0, 0, -1, 2>(x); }
};
struct flipped : takes<double, double> {
  static constexpr const char* name = "flip in double";
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n)}; }
  static constexpr auto call(auto x) { return flip<0>(x); }
};
struct with_border : takes<float, float> {
  static constexpr const char* name = "zero_pad";
  static constexpr bool every_size = true;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n)}; }
  static constexpr auto call(auto x) { return zero_pad(x, ia::pad_sides<2, 1>); }
};
struct windows : takes<float, float> {
  static constexpr const char* name = "max_pool with a border";
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(2, n)}; }
  static constexpr auto call(auto x) { return max_pool<2, 3>(x, ia::pad<1>, ia::stride<1>); }
};
struct skipping_windows : takes<float, float> {
  static constexpr const char* name = "max_pool of stride 2 with a border";
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, 2 * n + 1)}; }
  static constexpr auto call(auto x) { return max_pool<3>(x, ia::pad<1>, ia::stride<2>); }
};
struct joined : takes<float, float, float> {
  static constexpr const char* name = "concat on the last axis";
  static constexpr bool every_size = true;
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(2, n), shape(2, 3)}; }
  static constexpr auto call(auto x, auto y) { return concat<1>(x, y); }
};
struct joined_bytes : takes<std::uint8_t, std::uint8_t, std::uint8_t> {
  static constexpr const char* name = "concat of bytes";
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return concat<0>(x, y); }
};
struct repeated : takes<float, float> {
  static constexpr const char* name = "rows repeated and flattened";
  static constexpr bool signs = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(n, 1)}; }
  static constexpr auto call(auto x) { return reshape<-1>(concat<1>(x, x, x)); }
};

using all_cases = std::tuple<transposed<float>, transposed<double>, transposed<std::uint8_t>, transposed_rows, two_rows<float>, two_rows<double>, squares, with_step, flipped, with_border, windows, skipping_windows, joined, joined_bytes, repeated>;

}  // namespace lanes
