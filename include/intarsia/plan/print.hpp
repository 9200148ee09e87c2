// SPDX-License-Identifier: Apache-2.0
// Groups, nests and memory as text.
#pragma once

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
inline std::string to_text(const bound_nest& b, const memory_view& m) {
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
  (void)m;
  return s;
}

inline std::string to_text(const memory_view& m) {
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
    s += "\n";
  }
  return s;
}

}  // namespace intarsia::plan
