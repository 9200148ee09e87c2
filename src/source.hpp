// SPDX-License-Identifier: Apache-2.0
// Where instructions come from, for binaries with line information (-g): the part of the expression, told by the functions
// of the kernel that were inlined there, and the line of the source.
#pragma once

#include <span>

#include "kernel.hpp"
#include "program.hpp"

namespace intarsia::tool {

struct origin {
  std::string part;  // "load conv1.weight", "sum += x * k"; empty: not told
  std::string line;  // "nest-inl.hpp:328"
};

struct sought {
  const kernel* of;
  const program* in;  // where it is known
};

/// For each instruction of each kernel; empty where the binary has no line information. Best asked for all kernels at once,
/// since reading the line information of a binary takes long.
std::vector<std::vector<origin>> origins_of(std::span<const sought> kernels);

/// Why a binary's kernels have none, as far as can be told.
std::string reason_for_no_origins(const image& i);

}  // namespace intarsia::tool
