// SPDX-License-Identifier: Apache-2.0
// What people call the parts of a program: values, buffers, what a kernel does, and each step of it as a formula.
#pragma once

#include <string>
#include <vector>

#include "program.hpp"

namespace intarsia::tool {

/// What a kernel is for, on a line: "%6 contract %8 relu -> result 0 f32[80,10]", or what it copies.
std::string purpose_of(const program& p, int kernel);
/// The same without the numbers of values, which differ between targets.
std::string anonymous(const std::string& purpose);
/// The instructions of a nest as formulas over what it loads: "relu(sum + conv1.bias)".
std::vector<std::string> formulas_of(const program& p, int kernel);
/// What people call a value: "conv1.weight", "argument 0", "%12".
std::string value_name(const ir::graph_view& g, ir::node_id i);
/// The value that a buffer holds.
std::string holder_of(const program& p, int buffer);

}  // namespace intarsia::tool
