// SPDX-License-Identifier: Apache-2.0
// The state of one backward sweep: which nodes carry a derivative, and what has been summed up for each.
#pragma once

#include "intarsia/ir/build.hpp"

namespace intarsia::differentiate {

class adjoints {
 public:
  /// Nodes up to the loss; a node is active if it depends on one of the marked ones.
  constexpr explicit adjoints(int count) : active_(count, false), sum_(count, -1) {}

  constexpr void mark(ir::node_id wanted) {
    if (wanted < active_.size()) active_[wanted] = true;
  }
  constexpr void spread(const ir::graph& g) {
    for (ir::node_id i = 0; i < active_.size(); ++i) {
      const ir::node& n = g[i];
      if (n.what != ir::kind::stop && ir::is_float(n.type))
        active_[i] = active_[i] || active(n.in[0]) || active(n.in[1]) || active(n.in[2]);
    }
  }
  constexpr bool active(ir::node_id i) const { return i >= 0 && i < active_.size() && active_[i]; }
  constexpr ir::node_id of(ir::node_id i) const { return i < sum_.size() ? sum_[i] : -1; }
  constexpr void add(ir::graph& g, ir::node_id to, ir::node_id term) {
    if (!active(to)) return;
    sum_[to] = sum_[to] < 0 ? term : ir::map(g, ir::opcode::add, sum_[to], term);
  }

 private:
  support::list<bool> active_;
  support::list<ir::node_id> sum_;
};

}  // namespace intarsia::differentiate
