// SPDX-License-Identifier: Apache-2.0
// ResNet-18 on one image of 224x224: its convolutions and the batch norm behind each, in the order of the network.
#pragma once

#include <array>
#include <cmath>

#include "../bench.hpp"

namespace bench {

inline constexpr const char* resnet18_name = "ResNet-18, 1x3x224x224";
inline constexpr const char* resnet18_winograd_name = "ResNet-18, 1x3x224x224, Winograd";  // Intarsia's 3x3 layers of stride 1

struct normed {
  std::size_t channels, outputs, kernel, stride, out_size;
  constexpr std::size_t weights() const { return channels * outputs * kernel * kernel; }
};
/// The stem; then blocks of two, and where a stage begins with stride 2, the projection of its shortcut behind them.
inline constexpr std::array resnet18_layers{
    normed{3, 64, 7, 2, 112},    normed{64, 64, 3, 1, 56},    normed{64, 64, 3, 1, 56},    normed{64, 64, 3, 1, 56},   normed{64, 64, 3, 1, 56},
    normed{64, 128, 3, 2, 28},   normed{128, 128, 3, 1, 28},  normed{64, 128, 1, 2, 28},   normed{128, 128, 3, 1, 28}, normed{128, 128, 3, 1, 28},
    normed{128, 256, 3, 2, 14},  normed{256, 256, 3, 1, 14},  normed{128, 256, 1, 2, 14},  normed{256, 256, 3, 1, 14}, normed{256, 256, 3, 1, 14},
    normed{256, 512, 3, 2, 7},   normed{512, 512, 3, 1, 7},   normed{256, 512, 1, 2, 7},   normed{512, 512, 3, 1, 7},  normed{512, 512, 3, 1, 7}};
inline constexpr std::size_t classes = 1000;

/// Operands: the image; for each layer weight, and gamma, beta, mean, variance of its norm; weight and bias of the last layer.
inline std::vector<work> resnet18_works() {
  work w{"resnet18", resnet18_name, 2.0 * 512 * classes, 4.0 * (3 * 224 * 224 + classes), {{3 * 224 * 224}}, {classes}, 1e-4, false};
  for (const normed& l : resnet18_layers) {
    const float bound = std::sqrt(6.f / static_cast<float>(l.outputs * l.kernel * l.kernel));  // the variance of He's initialisation
    for (const input& i : {input{l.weights(), -bound, bound}, input{l.outputs, 0.5f, 1.f}, input{l.outputs, -0.1f, 0.1f}, input{l.outputs, -0.1f, 0.1f}, input{l.outputs, 0.5f, 1.5f}}) w.inputs.push_back(i);
    w.flops += 2.0 * static_cast<double>(l.weights() * l.out_size * l.out_size);
  }
  w.inputs.push_back({512 * classes, -0.044f, 0.044f});
  w.inputs.push_back({classes, -0.044f, 0.044f});
  for (const input& i : w.inputs) w.bytes += 4.0 * static_cast<double>(i.size);
  work by_winograd = w;
  by_winograd.name = resnet18_winograd_name;
  return {w, by_winograd};
}

}  // namespace bench
