// SPDX-License-Identifier: Apache-2.0
// Derivatives of pointwise operations: the adjoint of y is dy, each rule under its formula.
#pragma once

#include "intarsia/differentiate/adjoints.hpp"

namespace intarsia::differentiate {

using ir::node_id;
using ir::opcode;

/// Adds to the adjoints of the operands of y = op(a, b, c).
constexpr void pointwise(ir::graph& g, adjoints& adj, node_id y, node_id dy) {
  const ir::node n = g[y];
  const node_id a = n.in[0], b = n.in[1], c = n.in[2];
  auto f = [&g](opcode op, node_id p, node_id q = -1, node_id r = -1) { return ir::map(g, op, p, q, r); };
  auto k = [&g, &n, a](double v) { return ir::constant(g, n.op == opcode::cast ? g[a].type : n.type, n.shape, v); };
  switch (n.op) {
    case opcode::neg: adj.add(g, a, f(opcode::neg, dy)); break;
    // |a|: dy * sign(a)
    case opcode::abs:
      adj.add(g, a, f(opcode::select, f(opcode::less, k(0), a), dy, f(opcode::select, f(opcode::less, a, k(0)), f(opcode::neg, dy), k(0))));
      break;
    // dy / (2 y)
    case opcode::sqrt: adj.add(g, a, f(opcode::div, f(opcode::mul, k(0.5), dy), y)); break;
    // -dy y^3 / 2
    case opcode::rsqrt: adj.add(g, a, f(opcode::mul, f(opcode::mul, k(-0.5), dy), f(opcode::mul, y, f(opcode::mul, y, y)))); break;
    case opcode::exp: adj.add(g, a, f(opcode::mul, dy, y)); break;
    case opcode::log: adj.add(g, a, f(opcode::div, dy, a)); break;
    case opcode::log1p: adj.add(g, a, f(opcode::div, dy, f(opcode::add, k(1), a))); break;
    case opcode::expm1: adj.add(g, a, f(opcode::mul, dy, f(opcode::add, y, k(1)))); break;
    case opcode::sin: adj.add(g, a, f(opcode::mul, dy, f(opcode::cos, a))); break;
    case opcode::cos: adj.add(g, a, f(opcode::neg, f(opcode::mul, dy, f(opcode::sin, a)))); break;
    // dy (1 - y^2)
    case opcode::tanh: adj.add(g, a, f(opcode::mul, dy, f(opcode::sub, k(1), f(opcode::mul, y, y)))); break;
    // dy y (1 - y)
    case opcode::sigmoid: adj.add(g, a, f(opcode::mul, dy, f(opcode::mul, y, f(opcode::sub, k(1), y)))); break;
    // dy 2 / sqrt(pi) exp(-a^2)
    case opcode::erf:
      adj.add(g, a, f(opcode::mul, f(opcode::mul, k(1.1283791670955126), dy), f(opcode::exp, f(opcode::neg, f(opcode::mul, a, a)))));
      break;
    // 0 where y <= 0, read from the result so that a need not be kept
    case opcode::relu: adj.add(g, a, f(opcode::select, f(opcode::less_equal, y, k(0)), k(0), dy)); break;
    case opcode::cast: adj.add(g, a, ir::cast(g, dy, g[a].type)); break;
    case opcode::add:
      adj.add(g, a, dy);
      adj.add(g, b, dy);
      break;
    case opcode::sub:
      adj.add(g, a, dy);
      if (adj.active(b)) adj.add(g, b, f(opcode::neg, dy));
      break;
    case opcode::mul:
      if (adj.active(a)) adj.add(g, a, f(opcode::mul, dy, b));
      if (adj.active(b)) adj.add(g, b, f(opcode::mul, dy, a));
      break;
    // dy / b and -dy y / b
    case opcode::div:
      if (adj.active(a)) adj.add(g, a, f(opcode::div, dy, b));
      if (adj.active(b)) adj.add(g, b, f(opcode::neg, f(opcode::div, f(opcode::mul, dy, y), b)));
      break;
    // the larger takes dy, equal ones half of it
    case opcode::max:
    case opcode::min: {
      bool is_max = n.op == opcode::max;
      node_id half = f(opcode::select, f(opcode::equal, a, b), f(opcode::mul, k(0.5), dy), k(0));
      if (adj.active(a)) adj.add(g, a, f(opcode::select, is_max ? f(opcode::less, b, a) : f(opcode::less, a, b), dy, half));
      if (adj.active(b)) adj.add(g, b, f(opcode::select, is_max ? f(opcode::less, a, b) : f(opcode::less, b, a), dy, half));
      break;
    }
    case opcode::select:
      if (adj.active(b)) adj.add(g, b, f(opcode::select, a, dy, k(0)));
      if (adj.active(c)) adj.add(g, c, f(opcode::select, a, k(0), dy));
      break;
    default: break;  // comparisons and logic: derivative zero
  }
}

}  // namespace intarsia::differentiate
