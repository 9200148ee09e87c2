// SPDX-License-Identifier: Apache-2.0
// Reductions over the last axis (across lanes) and another one (lane by lane), and contractions with the width, the
// channels, the batch or the reduction on the lanes.
#pragma once

#include "lanes/program.hpp"

namespace lanes {

struct sum_last : takes<float, float> {
  static constexpr const char* name = "sum over the last axis";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = true;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return sum<1>(x); }
};
struct sum_first : takes<double, double> {
  static constexpr const char* name = "sum over the first axis in double";
  static constexpr double lost = std::numeric_limits<double>::min();
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return sum<0>(x); }
};
struct max_last : takes<float, float> {
  static constexpr const char* name = "max over the last axis";
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return max<1>(x); }
};
struct min_first : takes<float, float> {
  static constexpr const char* name = "min over the first axis";
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return min<0>(x); }
};
template <class T>
struct argmax_last : takes<std::int32_t, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "argmax over the last axis" : "argmax over the last axis in double";
  static constexpr bool every_size = sizeof(T) == 4;
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(2, n)}; }
  static constexpr auto call(auto x) { return argmax<1>(x); }
};
template <class T>
struct argmin_first : takes<std::int32_t, T> {
  static constexpr const char* name = sizeof(T) == 4 ? "argmin over the first axis" : "argmin over the first axis in double";
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return argmin<0>(x); }
};
struct max_of_bytes : takes<std::uint8_t, std::uint8_t> {
  static constexpr const char* name = "max of bytes over the last axis";
  static constexpr std::array<ia::extents, 1> shapes(ia::index n) { return {shape(3, n)}; }
  static constexpr auto call(auto x) { return max<1>(x); }
};

struct across_lanes : takes<float, float, float> {
  static constexpr const char* name = "matmul, the sum on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = true;
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(3, n), shape(n)}; }
  static constexpr auto call(auto x, auto y) { return matmul(x, y); }
};
struct neighbours : takes<float, float, float, float> {
  static constexpr const char* name = "relu of a matmul with the sum on the lanes, its results vectors again";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = true;
  static constexpr int specials = 2;
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(n, 19), shape(19), shape(n)}; }
  static constexpr auto call(auto x, auto y, auto z) { return relu(matmul(x, y) + z); }
};
struct by_vector : takes<float, float, float> {
  static constexpr const char* name = "a vector by a matrix, columns on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(19), shape(19, n)}; }
  static constexpr auto call(auto x, auto y) { return matmul(x, y); }
};
struct on_columns : takes<double, double, double> {
  static constexpr const char* name = "matmul, columns on the lanes, in double";
  static constexpr double lost = std::numeric_limits<double>::min();
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(3, 4), shape(4, n)}; }
  static constexpr auto call(auto x, auto y) { return matmul(x, y); }
};
struct beginning : takes<float, float, float, float> {
  static constexpr const char* name = "matmul, columns on the lanes, that begins with what is subtracted from it";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 3> shapes(ia::index n) { return {shape(3, 4), shape(4, n), shape(3, n)}; }
  static constexpr auto call(auto x, auto y, auto z) { return matmul(x, y) - z; }
};
struct on_width : takes<float, float, float> {
  static constexpr const char* name = "corr1d, the width on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = true;
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(1, 2, n), shape(2, 2, 3)}; }
  static constexpr auto call(auto x, auto k) { return corr1d(x, k, ia::pad<1>); }
};
/// With even widths the last window ends with the row, with odd ones it reaches beyond. Of many images, the kernel itself leaves
/// out what does not exist; a few are given a border first.
template <bool Odd, int Images>
struct every_second : takes<float, float, float> {
  static constexpr const char* name = Odd ? "corr2d, every second window, beyond both ends of a row" : "corr2d, every second window, beyond the beginning of a row";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = !Odd && Images == 1;
  static constexpr int specials = Images == 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(Images, 1, 13, 2 * n - Odd), shape(1, 1, 3, 3)}; }
  static constexpr auto call(auto x, auto k) { return corr2d(x, k, ia::pad<1>, ia::stride<2>); }
};
template <int Images>
struct in_turn : takes<float, float, float> {
  static constexpr const char* name = "conv_transpose2d, stride 2, its residues in turn";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr int specials = Images == 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(Images, 1, 5, n), shape(1, 1, 3, 3)}; }
  static constexpr auto call(auto x, auto k) { return conv_transpose2d(x, k, ia::pad<1>, ia::stride<2>, ia::output_padding<1>); }
};
template <int Channels>
struct second_rows : takes<float, float, float> {
  static constexpr const char* name = "corr2d, dilation 2, the kernel's width on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr int specials = Channels == 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(1, Channels, 14, 2 * n), shape(Channels, 1, 7, n)}; }
  static constexpr auto call(auto x, auto k) { return corr2d(x, k, ia::pad_sides<1, 0, 1, 0>, ia::dilation<2>, ia::groups<Channels>); }
};
struct without_loops : takes<float, float, float> {
  static constexpr const char* name = "corr2d of a few pixels, all written out";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool every_size = true;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(2, n + 1), shape(2, 2)}; }
  static constexpr auto call(auto x, auto k) { return corr2d(x, k); }
};
struct on_channels : takes<float, float, float> {
  static constexpr const char* name = "corr2d, channels on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(1, 2, 3, 4), shape(n, 2, 2, 2)}; }
  static constexpr auto call(auto x, auto k) { return corr2d(x, k); }
};
struct in_parts : takes<float, float, float> {
  static constexpr const char* name = "corr2d of one tap over 512 channels, in parts";
  static constexpr int specials = 0;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(1, 512, 4, n + 3), shape(16, 512, 1, 1)}; }
  static constexpr auto call(auto x, auto k) { return corr2d(x, k); }
};
struct on_batch : takes<float, float, float> {
  static constexpr const char* name = "relu(corr2d), the batch on the lanes";
  static constexpr double lost = std::numeric_limits<float>::min();
  static constexpr bool apart = true;
  static constexpr int specials = 1;
  static constexpr std::array<ia::extents, 2> shapes(ia::index n) { return {shape(n, 1, 3, 3), shape(2, 1, 2, 2)}; }
  static constexpr auto call(auto x, auto k) { return relu(corr2d(x, k)); }
};

using all_cases = std::tuple<sum_last, sum_first, max_last, min_first, argmax_last<float>, argmax_last<double>, argmin_first<float>, argmin_first<double>, max_of_bytes, across_lanes, neighbours, by_vector, on_columns, beginning, on_width, every_second<false, 1>, every_second<true, 1>,
                             every_second<false, 60>, in_turn<1>, in_turn<120>, second_rows<1>, second_rows<40>, without_loops, on_channels, in_parts, on_batch>;

}  // namespace lanes
