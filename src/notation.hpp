// SPDX-License-Identifier: Apache-2.0
// A graph in other notations: LaTeX for reading, Graphviz for drawing.
#pragma once

#include <string>

#include "program.hpp"

namespace intarsia::tool {

/// Equations, one for each value that is read more than once, and for each result.
std::string latex(const ir::graph_view& g);

/// The graph that the kernels are made from, a cluster for each kernel; derivatives and updates are dashed.
std::string graphviz(const program& p, const std::string& name);

}  // namespace intarsia::tool
