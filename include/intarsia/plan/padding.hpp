// SPDX-License-Identifier: Apache-2.0
// The zeros around a value in memory: only they are written before its kernel, not the whole buffer.
#pragma once

#include "intarsia/plan/plan.hpp"

namespace intarsia::plan {

/// One axis of a bordered buffer: positions [from, to) are the value's own. In bytes from one position to the next.
struct padded_axis {
  index extent = 0, from = 0, to = 0, step = 0;
};
/// The axes from the outermost in memory to the innermost that has a border; none: everything is zeroed.
struct padding {
  int axes = 0;
  padded_axis axis[max_rank] = {};
};

constexpr padding padding_of(const ir::graph_view& g, const fuse::grouping_view& r, const memory_view& m, int number) {
  const buffer& b = m.buffers[number];
  if (b.tile_step != 0) return {};  // one for each tile of the batch
  for (node_id i = 0; i < g.size(); ++i) {
    const home& h = m.homes[i];
    if (h.buffer != number || r.fates[i] != fate::gathered || g[i].shape.size() != b.elements || !fuse::is_pad(g, i)) continue;
    const extents &shape = g[i].shape, &middle = g[g[i].in[0]].shape;
    padding p;
    int bordered = 0;
    index inside = 1;
    for (int d = 0; d < shape.rank; ++d) {
      if (shape[d] == 1) continue;
      const index from = -g.view_of(i).axis[d].offset;
      const padded_axis fresh{shape[d], from, from + middle[d], h.stride[d] * ir::size_of(b.type)};
      int at = p.axes++;
      for (; at > 0 && p.axis[at - 1].step < fresh.step; --at) p.axis[at] = p.axis[at - 1];
      p.axis[at] = fresh;
      inside *= middle[d];
    }
    for (int d = 0; d < p.axes; ++d)
      if (p.axis[d].from > 0 || p.axis[d].to < p.axis[d].extent) bordered = d + 1;
    p.axes = bordered;
    // runs of a border in a loop cost more than one run over a small buffer
    return b.elements < 1024 || 2 * inside < b.elements ? padding{} : p;
  }
  return {};
}

}  // namespace intarsia::plan
