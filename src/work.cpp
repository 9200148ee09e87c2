// SPDX-License-Identifier: Apache-2.0
#include "work.hpp"

#include <algorithm>
#include <vector>

namespace intarsia::tool {

work work_of(const plan::bound_nest& b, const plan::memory_view& memory, index runs) {
  const plan::nest& k = b.kernel;
  work w;
  w.runs = runs;
  auto operations = [&](int first, int last) {
    index n = 0;
    for (int i = first; i < last; ++i) n += k.code[i].what == plan::step::map && k.code[i].op != ir::opcode::cast;
    return n;
  };
  index outer = 1, reduced = 1;
  for (int l = 0; l < k.loops; ++l) (l < k.outer ? outer : reduced) *= k.extent[l];
  const index term = k.reduction == ir::opcode::none ? 0 : k.factor >= 0 ? 2 : 1;
  w.flops = runs * outer * (reduced * (operations(0, k.body) + term) + operations(k.body, k.epilogue));
  for (int s = 0; s < k.sinks; ++s) w.flops += runs * outer * (k.sink[s].factor >= 0 ? 2 : 1);
  w.flops += operations(k.epilogue, k.instructions);
  std::vector<index> touched(static_cast<std::size_t>(memory.buffers.size()));
  for (int a = 0; a < k.accesses; ++a) {
    index elements = 1;
    for (int l = 0; l < k.loops; ++l)
      if (k.at[a].stride[l] != 0) elements *= k.extent[l];
    index& most = touched[static_cast<std::size_t>(b.buffer[a])];
    most = std::min(most + elements, memory.buffers[b.buffer[a]].elements);
  }
  for (int i = 0; i < memory.buffers.size(); ++i) w.bytes += runs * touched[static_cast<std::size_t>(i)] * ir::size_of(memory.buffers[i].type);
  return w;
}

}  // namespace intarsia::tool
