// SPDX-License-Identifier: Apache-2.0
// What a kernel's instructions have to be, for a build that is gated on them. Receives kernels and rules, returns what is
// against the rules.
#pragma once

#include <string>
#include <vector>

#include "kernel.hpp"

namespace intarsia::tool {

/// A regular expression over an instruction and the words for what it does: "vmovaps [rsp+0x20],ymm3 ; store spill".
/// `hot:` in front: in the hot loop; `loop:`: in any loop.
struct rule {
  bool wanted = true;  // at least one kernel has one; else: none has
  std::string pattern;
};

/// A sentence for each broken rule, with the instructions that break it, a line each.
std::vector<std::string> violations(const std::vector<kernel>& kernels, const std::vector<rule>& rules);

}  // namespace intarsia::tool
