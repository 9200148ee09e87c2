// SPDX-License-Identifier: Apache-2.0
// Where instructions come from, for binaries with line information (-g): the part of the expression, told by the functions
// of the kernel that were inlined there, and the line of the source.
#pragma once

#include "kernel.hpp"
#include "program.hpp"

namespace intarsia::tool {

struct origin {
  std::string part;  // "load conv1.weight", "sum += x * k"; empty: not told
  std::string line;  // "nest-inl.hpp:328"
};

/// For each instruction of a kernel; empty where the binary has no line information.
std::vector<origin> origins_of(const kernel& k, const program* p);

}  // namespace intarsia::tool
