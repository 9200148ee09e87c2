// SPDX-License-Identifier: Apache-2.0
// Why a function has more than one kernel: for each value that goes from kernel to kernel through memory, what kept the two
// apart. Receives a program; the reasons are those by which fuse/ decides, said again for people.
#pragma once

#include <string>
#include <vector>

#include "program.hpp"

namespace intarsia::tool {

struct reason {
  ir::node_id value = -1;
  int from = -1, to = -1;  // kernels
  std::string why;
};

std::vector<reason> reasons_of(const program& p);

/// "%4 from kernel 1 to 3: a product reads each element many times", a line each.
std::string reasons_text(const program& p);

/// For each node of the tiled graph: whether it belongs to the forward computation, or to derivatives and updates.
std::vector<bool> forward_nodes(const program& p);

}  // namespace intarsia::tool
