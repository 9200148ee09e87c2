// SPDX-License-Identifier: Apache-2.0
// LeNet of the d2l book, with sigmoid or ReLU: inference, and a training step (forward, backward, SGD on all weights).
#pragma once

#include <array>
#include <cmath>

#include "../bench.hpp"

namespace bench {

struct lenet_case {
  bool training, relu;
  std::size_t batch;
  bool brief = false;
  std::string name() const { return std::string(training ? "training step" : "inference") + ", " + (relu ? "ReLU" : "sigmoid") + ", batch " + std::to_string(batch); }
};
inline constexpr std::array lenet_cases{
    lenet_case{false, false, 1, true}, lenet_case{false, true, 1}, lenet_case{false, false, 256}, lenet_case{false, true, 256},
    lenet_case{true, false, 1}, lenet_case{true, true, 1}, lenet_case{true, false, 32}, lenet_case{true, true, 32}, lenet_case{true, false, 256}, lenet_case{true, true, 256}};

/// Weight and bias of two convolutions and three dense layers, in PyTorch's order and layout.
inline constexpr std::array<std::size_t, 10> lenet_parameters{6 * 25, 6, 16 * 6 * 25, 16, 120 * 400, 120, 84 * 120, 84, 10 * 84, 10};
inline constexpr std::array<std::size_t, 5> lenet_fan_in{25, 150, 400, 120, 84};
inline constexpr float lenet_rate = 0.1f;

/// Operands: images, labels, parameters. Results: the logits, or parameters and loss after the first step.
inline std::vector<work> lenet_works() {
  std::vector<work> all;
  for (const lenet_case& c : lenet_cases) {
    const double conv1 = 2.0 * 25 * 6 * 28 * 28, rest = 2.0 * (150 * 16 * 100 + 400 * 120 + 120 * 84 + 84 * 10);
    work w{"lenet", c.name(), static_cast<double>(c.batch) * (c.training ? 2 * conv1 + 3 * rest : conv1 + rest), 0, {{c.batch * 784, 0, 1}, labels(c.batch, 10)}, {}, 2e-5, c.brief};
    std::size_t weights = 0;
    for (std::size_t p = 0; p < lenet_parameters.size(); ++p) {
      const float bound = 1 / std::sqrt(static_cast<float>(lenet_fan_in[p / 2]));  // PyTorch's default
      w.inputs.push_back({lenet_parameters[p], -bound, bound});
      weights += lenet_parameters[p];
      if (c.training) w.outputs.push_back(lenet_parameters[p]);
    }
    w.outputs.push_back(c.training ? 1 : 10 * c.batch);
    w.bytes = 4.0 * static_cast<double>(c.batch * 784 + weights * (c.training ? 2 : 1));
    all.push_back(w);
  }
  return all;
}

}  // namespace bench
