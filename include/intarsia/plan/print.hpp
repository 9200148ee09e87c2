// SPDX-License-Identifier: Apache-2.0
// Groups, nests and memory as text.
#pragma once

#include <algorithm>

#include "intarsia/ir/print.hpp"
#include "intarsia/plan/lower.hpp"

namespace intarsia::plan {

inline std::string to_text(const ir::graph_view& g, const fuse::grouping_view& r, int group) {
  std::string s = support::join({"kernel ", std::to_string(group), " (section ", std::to_string(r.groups[group].time), "):"});
  for (node_id i = 0; i < g.size(); ++i)
    if (r.fates[i] == fate::computed && r.group_of[i] == group)
      s += support::join({" %", std::to_string(i), " ", g[i].what == kind::contract ? "contract" : ir::facts_of(g[i].op).name});
  for (const fuse::store& st : r.stores)
    if (st.group == group && !st.home) s += support::join({" -> ", st.output >= 0 ? support::join({"result ", std::to_string(st.output)}) : support::join({"%", std::to_string(st.into)})});
  return s + "\n";
}

/// Loops outermost first: extent, tile, `*` on the lanes; reductions behind the bar.
inline std::string to_text(const bound_nest& b) {
  const nest& k = b.kernel;
  std::string s = "  loops";
  for (int l = 0; l < k.loops; ++l) {
    s += support::join({l == k.outer ? " | " : " ", std::to_string(k.extent[l])});
    if (k.tile[l] > 1) s += support::join({":", std::to_string(k.tile[l])});
    if (l == k.lane) s += "*";
  }
  s += "\n";
  for (int a = 0; a < k.accesses; ++a) {
    bool stored = false;
    for (int i = 0; i < k.all_stores; ++i) stored = stored || k.store[i].access == a;
    s += support::join({stored ? "  store b" : "  load  b", std::to_string(b.buffer[a]), "+", std::to_string(b.offset[a]), " strides"});
    for (int l = 0; l < k.loops; ++l) s += support::join({" ", std::to_string(k.at[a].stride[l])});
    if (k.at[a].guards > 0) s += " checked";
    s += "\n";
  }
  if (k.sinks > 0) s += support::join({"  running totals ", std::to_string(k.sinks), "\n"});
  return s;
}

/// The axes of a value from the outermost in memory to the innermost, where that is another order than theirs.
inline std::string order_of(const home& h, const extents& shape) {
  int order[max_rank] = {}, n = 0;
  for (int d = 0; d < shape.rank; ++d) {
    if (shape[d] == 1) continue;
    int at = n++;
    for (; at > 0 && h.stride[order[at - 1]] < h.stride[d]; --at) order[at] = order[at - 1];
    order[at] = d;
  }
  if (std::is_sorted(order, order + n)) return "";
  std::string s = " by axes";
  for (int i = 0; i < n; ++i) s += support::join({" ", std::to_string(order[i])});
  return s;
}

/// Each buffer, its life, and the values in it with their layout: row-major, or by the axes that it says.
inline std::string to_text(const ir::graph_view& g, const memory_view& m) {
  std::string s;
  for (int i = 0; i < m.buffers.size(); ++i) {
    const buffer& b = m.buffers[i];
    s += support::join({"b", std::to_string(i), " "});
    switch (b.where) {
      case space::argument: s += support::join({"argument ", std::to_string(b.number)}); break;
      case space::output: s += support::join({"result ", std::to_string(b.number)}); break;
      case space::data: s += "data"; break;
      case space::prepared: s += support::join({"prepared at ", std::to_string(b.offset)}); break;
      case space::workspace: s += support::join({"workspace at ", std::to_string(b.offset)}); break;
    }
    s += support::join({", ", std::to_string(b.elements), " ", ir::name_of(b.type)});
    if (b.where == space::workspace) s += support::join({", kernels ", std::to_string(b.first), " to ", std::to_string(b.last)});
    if (b.zeroed) s += ", zeroed";
    for (node_id n = 0; n < m.homes.size(); ++n)
      if (m.homes[n].buffer == i) s += support::join({", %", std::to_string(n), ir::to_text(g[n].shape), order_of(m.homes[n], g[n].shape)});
    s += "\n";
  }
  return s;
}

}  // namespace intarsia::plan
