// SPDX-License-Identifier: Apache-2.0
// graph -> graph: replaces each `gradient` node by the expression of the derivative, and drops `stop`.
// Invariant: values keep their identity here (nothing is merged), so that a gradient to an intermediate is the
// gradient to that intermediate and not to its twin.
#pragma once

#include "intarsia/differentiate/contraction.hpp"
#include "intarsia/differentiate/pointwise.hpp"
#include "intarsia/differentiate/structure.hpp"

namespace intarsia::differentiate {

/// One backward sweep from a scalar; the adjoints of the marked nodes are complete when it returns.
constexpr void sweep(ir::graph& g, adjoints& adj, ir::node_id loss) {
  adj.spread(g);
  adj.add(g, loss, ir::constant(g, g[loss].type, {}, 1));
  for (ir::node_id i = loss; i >= 0; --i) {
    const ir::node_id d = adj.of(i);
    if (d < 0) continue;
    switch (g[i].what) {
      case ir::kind::map: pointwise(g, adj, i, d); break;
      case ir::kind::view: view(g, adj, i, d); break;
      case ir::kind::reshape: adj.add(g, g[i].in[0], ir::reshape(g, d, g[g[i].in[0]].shape)); break;
      case ir::kind::reduce: reduce(g, adj, i, d); break;
      case ir::kind::contract: contraction(g, adj, i, d); break;
      case ir::kind::concat: concat(g, adj, i, d); break;
      default: break;
    }
  }
}

constexpr ir::graph run(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  support::list<ir::node_id> at(from.size(), -1);
  for (ir::node_id i = 0; i < from.size(); ++i) {
    ir::node n = from[i];
    if (n.what != ir::kind::gradient) {
      for (ir::node_id& operand : n.in)
        if (operand >= 0) operand = at[operand];
      at[i] = g.add(n);
      continue;
    }
    if (at[i] >= 0) continue;  // done by the sweep of an earlier gradient of the same loss
    const ir::node_id loss = n.in[0];
    adjoints adj(at[loss] + 1);
    for (ir::node_id j = i; j < from.size(); ++j)
      if (from[j].what == ir::kind::gradient && from[j].in[0] == loss && from[j].in[1] < i) adj.mark(at[from[j].in[1]]);
    sweep(g, adj, at[loss]);
    for (ir::node_id j = i; j < from.size(); ++j) {
      if (from[j].what != ir::kind::gradient || from[j].in[0] != loss || from[j].in[1] >= i) continue;
      const ir::node_id d = adj.of(at[from[j].in[1]]);
      at[j] = d >= 0 ? d : ir::constant(g, from[j].type, from[j].shape, 0);
    }
  }
  // a derivative behind `stop` was never taken: from here on it is its operand
  for (ir::node& n : g.nodes)
    for (ir::node_id& operand : n.in)
      while (operand >= 0 && g[operand].what == ir::kind::stop) operand = g[operand].in[0];
  for (const ir::output& o : from.outputs) {
    ir::node_id v = at[o.node];
    while (g[v].what == ir::kind::stop) v = g[v].in[0];
    g.outputs.push({v, o.assigned});
  }
  for (const ir::label& l : from.labels) g.labels.push({at[l.node], l.name});
  return g;
}

}  // namespace intarsia::differentiate
