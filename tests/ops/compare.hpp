// SPDX-License-Identifier: Apache-2.0
// Comparing results with the oracle: everything that needs no types of operations, compiled once.
#pragma once

#include <intarsia/compile.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "../reference/dual.hpp"
#include "../reference/oracle.hpp"

namespace ops {

using reference::array;
using reference::dual;

/// Small and seeded; the same on every machine.
struct random_numbers {
  std::uint64_t state;
  double operator()(double low, double high) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * static_cast<double>(state >> 40) / static_cast<double>(1u << 24);
  }
};

/// Relative to the element, or to the mean magnitude where an element is small by cancellation.
void compare(const array<double>& got, const array<double>& expected, double tolerance, const std::string& what);

/// "tanh(x) in float".
std::string text_of(const char* operation, bool single);

/// A traced program's results without kernels: differentiated, simplified, with borders, then interpreted. What follows
/// these passes is the same for every operation.
std::vector<array<double>> evaluate(const intarsia::ir::graph_view& traced, const std::vector<array<double>>& arguments);

/// An operation over any scalar: the oracle's.
struct oracle {
  const char* text;
  int arity;
  array<double> (*value)(const std::vector<array<double>>&);
  array<dual<double>> (*once)(const std::vector<array<dual<double>>>&);
  array<dual<dual<double>>> (*twice)(const std::vector<array<dual<dual<double>>>>&);
};

/// Operations as programs of one weight an operation, one direction an input, the inputs. Results, for each operation: its
/// value, the gradients g of sum(value * weight) to its floating inputs, and the gradients of sum(g * direction).
struct experiment {
  using program = std::vector<array<double>> (*)(const std::vector<array<double>>&);
  std::vector<oracle> operations;
  std::vector<array<double>> weights, inputs;  // weights: their shapes
  std::vector<bool> floating;
  program values = nullptr, first = nullptr, second = nullptr;

  void check(bool smooth);
};

}  // namespace ops
