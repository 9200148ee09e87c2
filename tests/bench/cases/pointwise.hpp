// SPDX-License-Identifier: Apache-2.0
// Elementwise functions: of what a cell of a recurrent network computes, and of a normalisation with its activation.
#pragma once

#include <array>

#include "../bench.hpp"

namespace bench {

enum class formula { gate, affine };
struct pointwise {
  formula is;
  std::size_t size;
  bool brief = false;

  std::string name() const {
    std::string zeros = std::to_string(size).substr(1);
    return std::string(is == formula::gate ? "tanh(ax+b)*sigmoid(cx+d)" : "max(0,(x-m)*s*g+b)") + ", 1e" + std::to_string(zeros.size());
  }
};

inline constexpr std::array pointwise_cases{pointwise{formula::gate, 1'000, true}, pointwise{formula::gate, 100'000}, pointwise{formula::gate, 10'000'000},
                                                 pointwise{formula::affine, 10'000'000, true}};

/// The four numbers of a formula are an operand.
inline std::vector<work> pointwise_works() {
  std::vector<work> all;
  for (const pointwise& p : pointwise_cases) {
    const double n = static_cast<double>(p.size);
    all.push_back({"pointwise", p.name(), p.is == formula::gate ? 0 : 5 * n, 8 * n, {{p.size, -4, 4}, {4, 0.5f, 1.5f}}, {p.size}, 2e-6, p.brief});
  }
  return all;
}

}  // namespace bench
