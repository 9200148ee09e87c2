// SPDX-License-Identifier: Apache-2.0
// Convolutions of networks, batch 1, NCHW: every distinct one of ResNet-50, those with Winograd's algorithm, depthwise ones; forward and both gradients.
#pragma once

#include <array>

#include "../bench.hpp"

namespace bench {

struct convolution {
  std::size_t channels, size, outputs, kernel, stride = 1, groups = 1;
  bool brief = false, winograd = false;

  constexpr std::size_t pad() const { return kernel / 2; }
  constexpr std::size_t out_size() const { return (size + 2 * pad() - kernel) / stride + 1; }
  constexpr std::size_t in_elements() const { return channels * size * size; }
  constexpr std::size_t out_elements() const { return outputs * out_size() * out_size(); }
  constexpr std::size_t weights() const { return outputs * channels / groups * kernel * kernel; }
  constexpr std::size_t taps() const { return channels / groups * kernel * kernel; }
  std::string name() const {
    auto s = [](std::size_t n) { return std::to_string(n); };
    return (winograd ? "Winograd " : "") + s(kernel) + "x" + s(kernel) + (stride > 1 ? " s" + s(stride) : "") + " " + s(channels) + "x" + s(size) + "x" + s(size) + (groups > 1 ? "" : " to " + s(outputs));
  }
};

inline constexpr std::array resnet50{
    convolution{3, 224, 64, 7, 2},
    convolution{64, 56, 64, 3, 1, 1, true}, convolution{128, 28, 128, 3}, convolution{256, 14, 256, 3}, convolution{512, 7, 512, 3},
    convolution{128, 56, 128, 3, 2}, convolution{256, 28, 256, 3, 2}, convolution{512, 14, 512, 3, 2},
    convolution{64, 56, 64, 1}, convolution{64, 56, 256, 1}, convolution{256, 56, 64, 1}, convolution{256, 56, 128, 1},
    convolution{128, 28, 512, 1}, convolution{512, 28, 128, 1}, convolution{512, 28, 256, 1},
    convolution{256, 14, 1024, 1}, convolution{1024, 14, 256, 1}, convolution{1024, 14, 512, 1},
    convolution{512, 7, 2048, 1}, convolution{2048, 7, 512, 1},
    convolution{256, 56, 512, 1, 2}, convolution{512, 28, 1024, 1, 2}, convolution{1024, 14, 2048, 1, 2}};

/// Peers multiply every tap; Intarsia may use Winograd's algorithm.
inline constexpr std::array winograd{convolution{64, 56, 64, 3, 1, 1, false, true}, convolution{128, 28, 128, 3, 1, 1, false, true},
                                     convolution{256, 14, 256, 3, 1, 1, false, true}, convolution{512, 7, 512, 3, 1, 1, false, true}};

inline constexpr std::array depthwise{convolution{32, 112, 32, 3, 1, 32}, convolution{144, 56, 144, 3, 2, 144}, convolution{960, 7, 960, 3, 1, 960}};

enum class pass { forward, to_input, to_kernel };
inline constexpr std::array passes{pass::forward, pass::to_input, pass::to_kernel};

inline std::string name_of(const convolution& c, pass p) {
  return c.name() + (p == pass::forward ? "" : p == pass::to_input ? ", gradient to input" : ", gradient to kernel");
}

/// Operands: forward image and kernel, to input kernel and gradient, to kernel image and gradient.
inline work work_of(const std::string& family, const convolution& c, pass p) {
  const input x = whole(c.in_elements(), 8), w = whole(c.weights(), 6), y = whole(c.out_elements(), 4);
  work all{family, name_of(c, p), 2.0 * static_cast<double>(c.taps() * c.out_elements()), 4.0 * static_cast<double>(x.size + w.size + y.size), {}, {}};
  if (c.winograd) all.tolerance = 5e-5;
  if (p == pass::forward) all.inputs = {x, w}, all.outputs = {y.size}, all.brief = c.brief;
  else if (p == pass::to_input) all.inputs = {w, y}, all.outputs = {x.size};
  else all.inputs = {x, y}, all.outputs = {w.size};
  return all;
}

inline std::vector<work> convolution_works() {
  std::vector<work> all;
  for (pass p : passes)
    for (const convolution& c : resnet50) all.push_back(work_of(p == pass::forward ? "convolutions" : "gradients", c, p));
  for (const convolution& c : winograd) all.push_back(work_of("winograd", c, pass::forward));
  for (const convolution& c : depthwise)
    for (pass p : passes) all.push_back(work_of("depthwise", c, p));
  return all;
}

}  // namespace bench
