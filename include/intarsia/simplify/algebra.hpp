// SPDX-License-Identifier: Apache-2.0
// Rules for pointwise nodes and reductions. A rule keeps the value, NaN included: x * 0 stays.
#pragma once

#include "intarsia/ir/build.hpp"

namespace intarsia::simplify {

using ir::kind;
using ir::node;
using ir::node_id;
using ir::opcode;

constexpr bool is_constant(const ir::graph& g, node_id i) { return g[i].what == kind::constant; }
constexpr bool is_constant(const ir::graph& g, node_id i, double v) { return is_constant(g, i) && g[i].value == v; }

/// The value of an operation on constants; false where it is left to run time.
constexpr bool fold(opcode op, ir::dtype type, double a, double b, double c, double& r) {
  auto round = [type](double v) { return type == ir::dtype::f32 ? static_cast<double>(static_cast<float>(v)) : v; };
  switch (op) {
    case opcode::neg: r = -a; return true;
    case opcode::abs: r = a < 0 ? -a : a; return true;
    case opcode::relu: r = a < 0 ? 0 : a; return true;
    case opcode::add: r = round(a + b); return true;
    case opcode::sub: r = round(a - b); return true;
    case opcode::mul: r = round(a * b); return true;
    case opcode::div:
      if (b == 0 || !ir::is_float(type)) return false;
      r = round(a / b);
      return true;
    case opcode::less: r = a < b; return true;
    case opcode::less_equal: r = a <= b; return true;
    case opcode::equal: r = a == b; return true;
    case opcode::not_equal: r = a != b; return true;
    case opcode::select: r = a != 0 ? b : c; return true;
    case opcode::cast:
      if (!ir::is_float(type)) return false;
      r = round(a);
      return true;
    default: return false;
  }
}

/// A scalar multiplication or division by a power of two loses nothing, so such factors may move.
constexpr bool is_power_of_two(double v) {
  return v != 0 && (std::bit_cast<std::uint64_t>(v) & ((std::uint64_t{1} << 52) - 1)) == 0;
}

template <class Intern>
constexpr node_id pointwise(ir::graph& g, node n, Intern& intern) {
  const node_id a = n.in[0], b = n.in[1], c = n.in[2];
  auto constant = [&](double v) {
    node k;
    k.type = n.type;
    k.shape = n.shape;
    k.value = v;
    return intern(k);
  };
  auto make = [&](opcode op, node_id p, node_id q = -1) {
    node m = n;
    m.op = op;
    m.in[0] = p;
    m.in[1] = q;
    m.in[2] = -1;
    return intern(m);
  };
  double folded = 0;
  const bool ca = is_constant(g, a), cb = b < 0 || is_constant(g, b), cc = c < 0 || is_constant(g, c);
  if (ca && cb && cc && fold(n.op, n.type, g[a].value, b >= 0 ? g[b].value : 0, c >= 0 ? g[c].value : 0, folded)) return constant(folded);
  // constants and twins come second, so that equal expressions have one form
  if (ir::facts_of(n.op).commutes && ((ca && !cb) || (ca == cb && b < a))) {
    n.in[0] = b;
    n.in[1] = a;
    return pointwise(g, n, intern);
  }
  switch (n.op) {
    case opcode::neg:
      if (g[a].what == kind::map && g[a].op == opcode::neg) return g[a].in[0];                              // -(-x) = x
      if (g[a].what == kind::map && g[a].op == opcode::sub) return make(opcode::sub, g[a].in[1], g[a].in[0]);  // -(x - y) = y - x
      break;
    case opcode::add:
      if (is_constant(g, b, 0)) return a;                                                                   // x + 0 = x
      if (g[b].what == kind::map && g[b].op == opcode::neg) return make(opcode::sub, a, g[b].in[0]);          // x + -y = x - y
      if (g[a].what == kind::map && g[a].op == opcode::neg) return make(opcode::sub, b, g[a].in[0]);
      if (a == b && ir::is_float(n.type)) return make(opcode::mul, a, constant(2));                         // x + x = 2 x
      break;
    case opcode::sub:
      if (is_constant(g, b, 0)) return a;                                                                   // x - 0 = x
      if (g[b].what == kind::map && g[b].op == opcode::neg) return make(opcode::add, a, g[b].in[0]);          // x - -y = x + y
      break;
    case opcode::mul:
      if (is_constant(g, b, 1)) return a;                                                                   // x * 1 = x
      if (is_constant(g, b, -1) && ir::is_float(n.type)) return make(opcode::neg, a);                       // x * -1 = -x
      // (x * c) * d = x * (c d), where one of them only moves the exponent
      if (cb && g[a].what == kind::map && g[a].op == opcode::mul && is_constant(g, g[a].in[1]) &&
          (is_power_of_two(g[b].value) || is_power_of_two(g[g[a].in[1]].value)))
        return make(opcode::mul, g[a].in[0], constant(g[b].value * g[g[a].in[1]].value));
      break;
    case opcode::div:
      if (is_constant(g, b, 1)) return a;                                                                   // x / 1 = x
      if (cb && ir::is_float(n.type) && is_power_of_two(g[b].value)) return make(opcode::mul, a, constant(1 / g[b].value));
      break;
    case opcode::select:
      if (b == c) return b;                                                                                 // m ? x : x = x
      if (ca) return g[a].value != 0 ? b : c;
      break;
    case opcode::relu:
      if (g[a].what == kind::map && g[a].op == opcode::relu) return a;
      break;
    default: break;
  }
  return intern(n);
}

template <class Intern>
constexpr node_id reduce(ir::graph& g, node n, Intern& intern) {
  const node a = g[n.in[0]];
  index count = 1;
  for (int d = 0; d < a.shape.rank; ++d)
    if (n.aux >> d & 1) count *= a.shape[d];
  const bool arg = n.op == opcode::argmax || n.op == opcode::argmin;
  if (a.what == kind::constant && !arg) {
    node k;
    k.type = n.type;
    k.shape = n.shape;
    k.value = n.op == opcode::add ? a.value * static_cast<double>(count) : a.value;
    return intern(k);
  }
  if (count == 1) {  // nothing is reduced
    node r;
    r.what = arg ? kind::constant : kind::reshape;
    r.type = n.type;
    r.shape = n.shape;
    if (arg) return intern(r);
    if (r.shape == a.shape) return n.in[0];
    r.in[0] = n.in[0];
    return intern(r);
  }
  return intern(n);
}

}  // namespace intarsia::simplify
