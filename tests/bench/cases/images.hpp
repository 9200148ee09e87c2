// SPDX-License-Identifier: Apache-2.0
// One channel, one kernel: filters on images. A separable kernel is constant, the product of two binomial rows.
#pragma once

#include <array>

#include "../bench.hpp"

namespace bench {

struct image {
  std::size_t height, width, kernel_height, kernel_width;
  bool separable = false, brief = false;

  constexpr std::size_t out_height() const { return height - kernel_height + 1; }
  constexpr std::size_t out_width() const { return width - kernel_width + 1; }
  constexpr std::size_t pixels() const { return out_height() * out_width(); }
  constexpr bool small() const { return pixels() < 64; }
  std::string name() const {
    if (small()) return "corr2d " + std::to_string(height) + "x" + std::to_string(width) + " * " + std::to_string(kernel_height) + "x" + std::to_string(kernel_width);
    return std::string(separable ? "separable " : "") + std::to_string(kernel_height) + "x" + std::to_string(kernel_width) + " on " + std::to_string(width) + "x" + std::to_string(height);
  }
};

inline constexpr std::array images{
    image{3, 3, 2, 2, false, true},   image{6, 8, 1, 2, false, true},
    image{512, 512, 1, 2},         image{512, 512, 3, 3, false, true},  image{512, 512, 5, 5},        image{512, 512, 7, 7},
    image{512, 512, 3, 3, true},   image{512, 512, 5, 5, true},         image{512, 512, 7, 7, true},  image{1080, 1920, 1, 2, false, true},
    image{1080, 1920, 3, 3},       image{1080, 1920, 5, 5},             image{1080, 1920, 7, 7},      image{1080, 1920, 3, 3, true},
    image{1080, 1920, 5, 5, true}, image{1080, 1920, 7, 7, true}};

/// 1 2 1, 1 4 6 4 1, 1 6 15 20 15 6 1
template <std::size_t N>
constexpr std::array<float, N> binomial() {
  std::array<float, N> row{1};
  for (std::size_t n = 1; n < N; ++n)
    for (std::size_t i = n; i > 0; --i) row[i] += row[i - 1];
  return row;
}

inline std::vector<work> image_works() {
  std::vector<work> all;
  for (const image& i : images) {
    const std::size_t taps = i.separable ? i.kernel_height + i.kernel_width : i.kernel_height * i.kernel_width;
    work w{i.small() ? "small" : "images", i.name(), 2.0 * static_cast<double>(taps * i.pixels()), 4.0 * static_cast<double>(i.height * i.width + i.pixels()), {whole(i.height * i.width, 8)}, {i.pixels()}};
    if (!i.separable) w.inputs.push_back(whole(taps, 6));
    w.brief = i.brief;
    all.push_back(w);
  }
  return all;
}

}  // namespace bench
