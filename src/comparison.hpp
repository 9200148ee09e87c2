// SPDX-License-Identifier: Apache-2.0
// Two builds of one function next to each other, as text: figures of all kernels, and two hot loops line by line.
#pragma once

#include <string>
#include <vector>

#include "listing.hpp"

namespace intarsia::tool {

/// Kernels that do the same stand together, with the figures that differ marked. `a` and `b` say where they come from.
std::string comparison(const std::vector<told_kernel>& a, const std::vector<told_kernel>& b, const std::string& from_a, const std::string& from_b, const terminal& t);

/// The hot loops of two kernels in two columns; instructions that one of them lacks are marked.
std::string side_by_side(const kernel& a, const kernel& b, const terminal& t);

}  // namespace intarsia::tool
