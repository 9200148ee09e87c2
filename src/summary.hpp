// SPDX-License-Identifier: Apache-2.0
// Figures about machine code: receives instructions, of a kernel or of its hot loop, and counts.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "loops.hpp"

namespace intarsia::tool {

struct summary {
  int instructions = 0;
  std::array<int, kinds> by_kind{};
  int loads = 0, stores = 0;  // instructions that read or write memory, whatever else they do
  int spills = 0;             // those among them that do it in the function's own frame
  int gathers = 0, divisions = 0;
  int flops = 0;
  int vector_registers = 0, other_registers = 0;
  std::vector<std::string> callees;
  std::uint64_t bytes = 0;

  int of(kind k) const { return by_kind[static_cast<std::size_t>(k)]; }
  double share_of_fma() const { return instructions == 0 ? 0 : static_cast<double>(of(kind::fma)) / instructions; }
};

summary summary_of(const machine_code& m);
summary summary_of(const machine_code& m, const loop& l);

/// Vector registers that the machine of a target has.
int vector_registers_of(architecture machine, const std::string& target);

}  // namespace intarsia::tool
