// SPDX-License-Identifier: Apache-2.0
// The passes, run again: what the compiler did with a described function, stage by stage. Receives a description with a graph.
#pragma once

#include <string>
#include <vector>

#include "description.hpp"
#include "intarsia/compile.hpp"
#include "work.hpp"

namespace intarsia::tool {

struct program {
  explicit program(const description& d);  // throws if the graph was made by another version of the library

  ir::graph traced, simplified, padded, tiled;
  fuse::batching batch;
  fuse::grouping groups;
  plan::memory memory;
  std::vector<plan::bound_nest> kernels;
  std::vector<work> works;  // of the kernels
  call_cost cost;
  bool same = true;  // as in the binary: the costs, and each kernel's loops and tile

  /// The text that `ia::explain` prints.
  std::string text(const std::string& name) const;
};

}  // namespace intarsia::tool
