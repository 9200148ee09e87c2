// SPDX-License-Identifier: Apache-2.0
// What one kernel does in a call. Receives its loops and the memory they go over.
#pragma once

#include "intarsia/compile.hpp"

namespace intarsia::tool {

struct work {
  index flops = 0;
  index bytes = 0;  // that it reads and writes, each element once
  index runs = 1;   // tiles that it is run for
};

work work_of(const plan::bound_nest& b, const plan::memory_view& memory, index runs);

}  // namespace intarsia::tool
