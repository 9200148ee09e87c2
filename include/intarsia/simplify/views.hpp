// SPDX-License-Identifier: Apache-2.0
// Rules for views: a view of a view is one view where the indices compose; a reshape that only adds or drops axes of
// extent 1 is a view; a contraction reads a permuted or repeated operand by renaming its axes.
#pragma once

#include "intarsia/ir/build.hpp"
#include "intarsia/simplify/algebra.hpp"

namespace intarsia::simplify {

/// Maps already in the graph's tables, so that equal ones have equal numbers.
struct tables {
  support::list<unsigned> view_hash;
  support::list<unsigned> form_hash;

  constexpr int intern(ir::graph& g, const ir::view_map& m) {
    unsigned h = 0;
    for (const ir::view_axis& a : m.axis)
      h = (((((h * 31u + static_cast<unsigned>(a.offset)) * 31u + static_cast<unsigned>(a.den)) * 31u + static_cast<unsigned>(a.axis0)) * 31u +
            static_cast<unsigned>(a.c0)) * 31u + static_cast<unsigned>(a.axis1)) * 31u + static_cast<unsigned>(a.c1);
    for (int i = 0; i < view_hash.size(); ++i)
      if (view_hash[i] == h && g.views[i] == m) return i;
    view_hash.push(h);
    return g.views.push(m);
  }
  constexpr int intern(ir::graph& g, const ir::contraction& c) {
    unsigned h = static_cast<unsigned>(c.count);
    for (int i = 0; i < c.count; ++i)
      h = ((h * 31u + static_cast<unsigned>(c.axis[i].dim[0])) * 31u + static_cast<unsigned>(c.axis[i].dim[1])) * 31u +
          static_cast<unsigned>(c.axis[i].dim[2]) * 7u + static_cast<unsigned>(c.axis[i].extent[0]) + static_cast<unsigned>(c.axis[i].pad) * 3u;
    for (int i = 0; i < form_hash.size(); ++i)
      if (form_hash[i] == h && g.contractions[i] == c) return i;
    form_hash.push(h);
    return g.contractions.push(c);
  }
};

/// Whether every index that the axis makes is a position of an operand with this extent.
constexpr bool in_range(const ir::view_axis& a, const extents& loops, index extent) {
  if (a.den > 1) return false;
  index low = a.offset, high = a.offset;
  if (a.axis0 >= 0) (a.c0 < 0 ? low : high) += a.c0 * (loops[a.axis0] - 1);
  if (a.axis1 >= 0) (a.c1 < 0 ? low : high) += a.c1 * (loops[a.axis1] - 1);
  return low >= 0 && high < extent;
}
constexpr bool in_range(const ir::view_map& m, const extents& loops, const extents& operand) {
  for (int d = 0; d < operand.rank; ++d)
    if (!in_range(m.axis[d], loops, operand[d])) return false;
  return true;
}

/// outer after inner: the index of the innermost operand from the outer loops, where it is one affine form again.
constexpr bool compose(const ir::view_map& inner, int rank, const ir::view_map& outer, ir::view_map& result) {
  result = {};
  result.fill = inner.fill;
  for (int d = 0; d < rank; ++d) {
    const ir::view_axis& a = inner.axis[d];
    ir::view_axis& r = result.axis[d];
    r.offset = a.offset;
    r.den = a.den;
    for (int t = 0; t < 2; ++t) {
      const int through = t == 0 ? a.axis0 : a.axis1;
      const index c = t == 0 ? a.c0 : a.c1;
      if (through < 0) continue;
      const ir::view_axis& o = outer.axis[through];
      if (o.den > 1) return false;
      r.offset += c * o.offset;
      for (int s = 0; s < 2; ++s) {
        const int loop = s == 0 ? o.axis0 : o.axis1;
        const index k = c * (s == 0 ? o.c0 : o.c1);
        if (loop < 0) continue;
        if (r.axis0 < 0 || r.axis0 == loop) r.axis0 = loop, r.c0 += k;
        else if (r.axis1 < 0 || r.axis1 == loop) r.axis1 = loop, r.c1 += k;
        else return false;
      }
    }
  }
  return true;
}

template <class Intern>
constexpr node_id view(ir::graph& g, node n, ir::view_map m, tables& unique, Intern& intern) {
  node a = g[n.in[0]];
  const bool inside = in_range(m, n.shape, a.shape);
  if (inside) m.fill = 0;  // never read
  if (a.what == kind::constant && (inside || a.value == m.fill)) {
    node k;
    k.type = n.type;
    k.shape = n.shape;
    k.value = a.value;
    return intern(k);
  }
  if (a.what == kind::view && inside) {
    ir::view_map joined;
    if (compose(g.views[a.aux], g[a.in[0]].shape.rank, m, joined)) {
      n.in[0] = a.in[0];
      return view(g, n, joined, unique, intern);
    }
  }
  if (n.shape == a.shape && m == ir::identity_view(n.shape.rank)) return n.in[0];
  n.aux = unique.intern(g, m);
  return intern(n);
}

template <class Intern>
constexpr node_id reshape(ir::graph& g, node n, tables& unique, Intern& intern) {
  node a = g[n.in[0]];
  if (a.what == kind::constant) {
    a.shape = n.shape;
    return intern(a);
  }
  if (a.what == kind::reshape) {
    n.in[0] = a.in[0];
    return reshape(g, n, unique, intern);
  }
  if (a.shape == n.shape) return n.in[0];
  if (const correspondence same = match_but_ones(a.shape, n.shape); same.exists) {
    ir::view_map m;
    for (int d = 0; d < a.shape.rank; ++d)
      if (same.axis[d] >= 0) m.axis[d].axis0 = same.axis[d], m.axis[d].c0 = 1;
    n.what = kind::view;
    return view(g, n, m, unique, intern);
  }
  return intern(n);
}

/// Renames the axes of one operand of a contraction from a view's to those of what it views.
constexpr bool rename(ir::contraction& c, ir::role r, const ir::view_map& m, int rank) {
  int from[max_rank];
  for (int& f : from) f = -1;
  for (int d = 0; d < rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    if (a.den > 1 || a.offset != 0 || a.axis1 >= 0 || (a.axis0 >= 0 && a.c0 != 1)) return false;
    if (a.axis0 >= 0) from[a.axis0] = d;
  }
  ir::contraction renamed = c;
  for (int i = 0; i < c.count; ++i) {
    ir::contraction_axis& a = renamed.axis[i];
    if (!a.window) {
      if (a.dim[r] >= 0) a.dim[r] = from[a.dim[r]];
      continue;
    }
    for (int w = 0; w < 3; ++w)
      if (a.who[w] == r) {
        if (from[a.dim[w]] < 0) return false;
        a.dim[w] = from[a.dim[w]];
      }
  }
  c = renamed;
  return true;
}

template <class Intern>
constexpr node_id contract(ir::graph& g, node n, ir::contraction c, tables& unique, Intern& intern) {
  for (int i = 0; i < 2; ++i) {
    const node a = g[n.in[i]];
    if (a.what == kind::view && in_range(g.views[a.aux], a.shape, g[a.in[0]].shape) &&
        rename(c, i == 0 ? ir::lhs : ir::rhs, g.views[a.aux], g[a.in[0]].shape.rank))
      n.in[i] = a.in[0];
  }
  n.aux = unique.intern(g, c);
  return intern(n);
}

/// contract(a, b * c) = contract(a, b) * c for a constant c that only moves the exponent: fewer multiplications where the result
/// has fewer elements. `alone`: the operands that nothing else needs.
template <class Intern>
constexpr node_id contract(ir::graph& g, node n, const ir::contraction& c, const bool (&alone)[2], tables& unique, Intern& intern) {
  double factor = 1;
  for (int r = 0; r < 2; ++r) {
    const node& a = g[n.in[r]];
    const bool moves = alone[r] && a.what == kind::map && a.op == opcode::mul && ir::is_float(a.type) && is_constant(g, a.in[1]) &&
                       is_power_of_two(g[a.in[1]].value) && n.shape.size() < a.shape.size();
    if (moves) factor *= g[a.in[1]].value, n.in[r] = a.in[0];
  }
  const node_id sum = contract(g, n, c, unique, intern);
  if (factor == 1) return sum;
  node k, m;
  k.what = kind::constant, m.what = kind::map;
  k.type = m.type = n.type;
  k.shape = m.shape = n.shape;
  k.value = factor;
  m.op = opcode::mul;
  m.in[0] = sum;
  m.in[1] = intern(k);
  return pointwise(g, m, intern);
}

}  // namespace intarsia::simplify
