// SPDX-License-Identifier: Apache-2.0
// Audio: layers that are called once for every sample, as RTNeural's are; a work is 64 calls. Histories begin with zeros.
#pragma once

#include <array>

#include "../bench.hpp"

namespace bench {

inline constexpr const char* dense = "dense 16 to 16, 64 calls";
inline constexpr const char* dilated = "conv1d 16 to 16, 15 taps 4 apart, 64 calls";
inline constexpr const char* stack = "dense 1 to 16, tanh, this conv1d, tanh, dense 16 to 1, 64 calls";
inline constexpr std::size_t calls = 64, width = 16, taps = 15, apart = 4, history = (taps - 1) * apart + 1;

/// Operands: samples; weight [out, in] and bias of a dense layer, weight [out, in, taps] and bias of a convolution, in order.
inline std::vector<work> streaming_works() {
  const input square{width * width, -0.25f, 0.25f}, bias{width}, kernel{width * width * taps, -0.06f, 0.06f};
  const double d = 2.0 * width * width, c = d * taps, n = calls;
  return {{"streaming", dense, n * d, 4.0 * (2 * calls * width + width * width + width), {{calls * width}, square, bias}, {calls * width}, 2e-6, false},
          {"streaming", dilated, n * c, 4.0 * (2 * calls * width + width * width * taps + width), {{calls * width}, kernel, bias}, {calls * width}, 2e-6, false},
          {"streaming", stack, n * (c + 4 * width), 4.0 * (2 * calls + width * width * taps + 4 * width), {{calls}, {width}, bias, kernel, bias, {width}, {1}}, {calls}, 5e-6, false}};
}

/// The last `history` samples, oldest first, in one piece wherever the ring stands: each sample is written twice.
struct ring {
  float samples[2 * history * width] = {};
  std::size_t at = 0;
  void push(const float* sample) {
    for (std::size_t c = 0; c < width; ++c) samples[at * width + c] = samples[(at + history) * width + c] = sample[c];
    at = at + 1 < history ? at + 1 : 0;
  }
  const float* oldest() const { return samples + at * width; }
};

}  // namespace bench
