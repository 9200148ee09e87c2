// SPDX-License-Identifier: Apache-2.0
// Kernels as text: a headline, the figures, the hot loop, all of the code with its loops.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mca.hpp"
#include "program.hpp"
#include "source.hpp"
#include "terminal.hpp"

namespace intarsia::tool {

struct told_kernel {
  kernel of;
  std::string purpose;             // what it does, where that is known
  std::optional<estimate> model;
  std::vector<origin> origins;  // empty: not asked for, or not known
};

/// "train, kernel 25 of 48, AVX3: contract -> %12", and what it is to its callers.
std::string headline(const description& d, const program* p, int kernel, const terminal& t);
std::string figures(const description& d, const told_kernel& k, const terminal& t);
/// Mnemonic and operands, with jumps as places in this function.
std::string shown_text(const kernel& k, const instruction& i);
/// One instruction: place, loops, text, note.
std::string line_of(const kernel& k, std::size_t at, const terminal& t);
std::string listing(const told_kernel& k, bool all, const terminal& t);
}  // namespace intarsia::tool
