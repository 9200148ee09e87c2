// SPDX-License-Identifier: Apache-2.0
// The derivative of a contraction: the same trilinear form, the operand and the result having changed places.
//   y = sum a b:   da = sum dy b,   db = sum a dy
#pragma once

#include "intarsia/differentiate/adjoints.hpp"

namespace intarsia::differentiate {

constexpr void contraction(ir::graph& g, adjoints& adj, ir::node_id y, ir::node_id dy) {
  const ir::node n = g[y];
  const ir::contraction form = g.contractions[n.aux];
  const ir::node_id a = n.in[0], b = n.in[1];
  // the operand's first, then the parameter's: an update in place then finds its old value read already
  if (adj.active(a)) adj.add(g, a, ir::contract(g, dy, b, g[a].shape, ir::exchange(form, ir::out, ir::lhs)));
  if (adj.active(b)) adj.add(g, b, ir::contract(g, a, dy, g[b].shape, ir::exchange(form, ir::out, ir::rhs)));
}

}  // namespace intarsia::differentiate
