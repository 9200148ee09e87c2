// SPDX-License-Identifier: Apache-2.0
// One kernel of a described function, as the machine has it: code, loops, figures.
#pragma once

#include "program.hpp"
#include "summary.hpp"

namespace intarsia::tool {

struct kernel {
  int number = 0;
  machine_code code;
  loop_nest loops;
  summary whole, hot;  // hot: of the hot loop; nothing in it where there is no loop

  const loop* hot_loop() const { return loops.hot < 0 ? nullptr : &loops.loops[static_cast<std::size_t>(loops.hot)]; }
};

kernel kernel_of(const description& d, int number);

/// The kernels that "3", "all" or "" mean; "" is the one that does most of the work, as far as `p` tells.
std::vector<kernel> kernels_of(const description& d, const std::string& which, const program* p);

}  // namespace intarsia::tool
