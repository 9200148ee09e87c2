// SPDX-License-Identifier: Apache-2.0
// The loops of a function: what jumps back to a block that leads to it. Receives instructions, returns loops that nest, and
// for each instruction the innermost one.
#pragma once

#include <vector>

#include "disassembly.hpp"

namespace intarsia::tool {

struct loop {
  std::size_t header = 0;            // its first instruction
  std::vector<std::size_t> members;  // instructions of inner loops included, in the order of their addresses
  int parent = -1;
  int depth = 1;
  bool innermost = true;
  int flops = 0;  // of the multiply-adds in one pass
};

struct loop_nest {
  std::vector<loop> loops;  // outer before inner, then by address
  std::vector<int> of;      // for each instruction: the innermost loop, -1 for none
  int hot = -1;             // the innermost loop with the most FLOPs in multiply-adds, or in other arithmetic where there are none
};

loop_nest loops_of(const machine_code& m);

}  // namespace intarsia::tool
