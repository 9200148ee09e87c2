// SPDX-License-Identifier: Apache-2.0
// Rules for `prepare`: scales and shifts that parameters alone decide move into the weights of the contraction before
// them, so that a batch norm costs nothing in a call. Sums are rounded in another order than in the plain program.
#pragma once

#include "intarsia/ir/build.hpp"

namespace intarsia::simplify {

/// Values that a model's parameters alone decide.
constexpr support::list<bool> find_fixed(const ir::graph_view& g) {
  support::list<bool> fixed(g.size(), true);
  for (ir::node_id i = 0; i < g.size(); ++i) {
    if (g[i].what == ir::kind::argument) fixed[i] = g.arguments[g[i].aux].is != ir::part::input;
    for (ir::node_id operand : g[i].in) fixed[i] = fixed[i] && (operand < 0 || fixed[operand]);
  }
  return fixed;
}

class folding {
 public:
  constexpr explicit folding(const ir::graph_view& from) : from_(from), g_(ir::with_tables_of(from)) {}

  constexpr ir::graph run() {
    const support::list<bool> fixed = find_fixed(from_);
    const support::list<int> uses = ir::count_uses(from_);
    ir::rewrite(g_, from_, [&](ir::node_id i, const ir::node& n) {
      const ir::node_id made = n.what != ir::kind::map || !ir::is_float(n.type) ? add(n, fixed[i]) : fixed[i] ? early(n) : late(n);
      shared_[made] = shared_[made] || uses[i] > 1;
      return made;
    });
    return static_cast<ir::graph&&>(g_);
  }

 private:
  using opcode = ir::opcode;
  using node_id = ir::node_id;

  constexpr node_id add(const ir::node& n, bool fixed) {
    fixed_.push(fixed);
    shared_.push(false);
    return g_.add(n);
  }
  constexpr node_id map(opcode op, node_id a, node_id b, bool fixed) {
    ir::node n;
    n.what = ir::kind::map;
    n.op = op;
    n.type = g_[a].type;
    n.shape = g_[a].shape;
    n.in[0] = a, n.in[1] = b;
    return fixed ? early(n) : late(n);
  }
  constexpr bool is(node_id i, opcode op) const { return g_[i].what == ir::kind::map && g_[i].op == op; }

  /// An operation on values that are repeated in one way: done before they are repeated.
  constexpr node_id early(const ir::node& n) {
    node_id repeated = -1;
    for (node_id operand : n.in)
      if (operand >= 0 && g_[operand].what == ir::kind::view && g_[g_[operand].in[0]].shape.size() < n.shape.size()) repeated = operand;
    bool same = repeated >= 0;
    for (node_id operand : n.in) {
      if (operand < 0 || !same || g_[operand].what == ir::kind::constant) continue;
      same = g_[operand].what == ir::kind::view && g_[g_[operand].in[0]].shape == g_[g_[repeated].in[0]].shape && g_.views[g_[operand].aux] == g_.views[g_[repeated].aux];
    }
    if (!same) return add(n, true);
    ir::node before = n, after = g_[repeated];
    before.shape = g_[after.in[0]].shape;
    for (node_id& operand : before.in) {
      if (operand < 0) continue;
      if (g_[operand].what == ir::kind::view) operand = g_[operand].in[0];
      else {
        ir::node k = g_[operand];
        k.shape = before.shape;
        operand = add(k, true);
      }
    }
    after.in[0] = early(before);
    after.type = n.type;
    return add(after, true);
  }

  constexpr node_id late(const ir::node& n) {
    node_id x = n.in[0], f = n.in[1];
    if ((n.op == opcode::mul || n.op == opcode::add) && fixed_[x]) {
      const node_id other = x;
      x = f, f = other;
    }
    const bool folds = n.in[2] < 0 && f >= 0 && fixed_[f] && !fixed_[x] && !shared_[x];
    if (folds && n.op == opcode::mul) {
      if (is(x, opcode::mul) && fixed_[g_[x].in[1]]) return map(opcode::mul, g_[x].in[0], map(opcode::mul, g_[x].in[1], f, true), false);
      if ((is(x, opcode::add) || is(x, opcode::sub)) && fixed_[g_[x].in[1]]) {  // (p + t) s = p s + t s
        const ir::node sum = g_[x];
        return map(sum.op, map(opcode::mul, sum.in[0], f, false), map(opcode::mul, sum.in[1], f, true), false);
      }
      if (g_[x].what == ir::kind::contract) {
        const node_id scaled = scale(x, f);
        if (scaled >= 0) return scaled;
      }
    }
    if (folds && (n.op == opcode::add || n.op == opcode::sub) && (is(x, opcode::add) || is(x, opcode::sub)) && fixed_[g_[x].in[1]]) {
      const node_id p = g_[x].in[0], t = g_[x].in[1];
      if (is(x, opcode::add)) return map(opcode::add, p, map(n.op, t, f, true), false);                           // p + (t +- f)
      if (n.op == opcode::add) return map(opcode::add, p, map(opcode::sub, f, t, true), false);                   // p - t + f
      return map(opcode::sub, p, map(opcode::add, t, f, true), false);                                            // p - t - f
    }
    ir::node m = n;
    if (folds && n.op != opcode::sub && (n.op == opcode::mul || n.op == opcode::add)) m.in[0] = x, m.in[1] = f;  // the fixed operand second
    return add(m, false);
  }

  /// contract(x, w) * s as contract(x, w * s), where s varies along axes that w shares with the result alone; else -1.
  constexpr node_id scale(node_id i, node_id s) {
    ir::node n = g_[i];
    const ir::contraction& c = g_.contractions[n.aux];
    for (int r = ir::lhs; r <= ir::rhs; ++r) {
      const node_id w = n.in[r - ir::lhs];
      if (!fixed_[w]) continue;
      ir::node seen = g_[s];
      seen.shape = g_[w].shape;
      bool fits = g_[s].what == ir::kind::constant;
      if (g_[s].what == ir::kind::view) {
        ir::view_map m = g_.views[g_[s].aux];
        fits = true;
        for (int d = 0; d < g_[g_[s].in[0]].shape.rank; ++d) {
          ir::view_axis& a = m.axis[d];
          fits = fits && a.offset == 0 && a.den <= 1 && a.axis1 < 0 && (a.axis0 < 0 || a.c0 == 1);
          if (a.axis0 >= 0) a.axis0 = shared_axis(c, static_cast<ir::role>(r), a.axis0), fits = fits && a.axis0 >= 0;
        }
        seen.aux = g_.views.push(m);
      }
      if (!fits) continue;
      n.in[r - ir::lhs] = map(opcode::mul, w, add(seen, true), true);
      return add(n, false);
    }
    return -1;
  }
  static constexpr int shared_axis(const ir::contraction& c, ir::role r, int result_axis) {
    for (int x = 0; x < c.count; ++x)
      if (!c.axis[x].window && c.axis[x].dim[ir::out] == result_axis) return c.axis[x].dim[r];
    return -1;
  }

  const ir::graph_view& from_;
  ir::graph g_;
  support::list<bool> fixed_;   // of the new nodes
  support::list<bool> shared_;  // several read it: what is folded into it would be made twice
};

/// The program with scales and shifts folded into weights.
constexpr ir::graph folded(const ir::graph_view& g) { return folding(g).run(); }

}  // namespace intarsia::simplify
