// SPDX-License-Identifier: Apache-2.0
// Who reads a value: which ones must exist in memory, which are computed where they are read.
#pragma once

#include "intarsia/fuse/batch.hpp"
#include "intarsia/fuse/capacity.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::fuse {

using ir::kind;
using ir::node_id;

/// A view that may ask for what its operand does not have.
constexpr bool is_guarded(const ir::graph_view& g, node_id i) {
  return g[i].what == kind::view && !simplify::in_range(g.view_of(i), g[i].shape, g[g[i].in[0]].shape);
}

/// A view that only puts zeros around its operand: the operand is stored into its middle.
constexpr bool is_pad(const ir::graph_view& g, node_id i) {
  const ir::node& n = g[i];
  if (n.what != kind::view) return false;
  const extents& from = g[n.in[0]].shape;
  const ir::view_map& m = g.view_of(i);
  if (n.shape.rank != from.rank || m.fill != 0) return false;
  for (int d = 0; d < from.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    const bool whole = a.axis0 == d && a.c0 == 1 && a.den <= 1 && a.axis1 < 0 && a.offset <= 0 && n.shape[d] + a.offset >= from[d];
    if (!whole && !(from[d] == 1 && n.shape[d] == 1)) return false;
  }
  return true;
}

/// Indices with a division cannot be followed through a further view.
constexpr bool divides(const ir::graph_view& g, node_id i) {
  if (g[i].what != kind::view) return false;
  const ir::view_map& m = g.view_of(i);
  for (int d = 0; d < g[g[i].in[0]].shape.rank; ++d)
    if (m.axis[d].den > 1) return true;
  return false;
}

/// A view that leaves out axes of one element and nothing else.
constexpr bool drops_ones(const ir::graph_view& g, node_id i) {
  const ir::node& n = g[i];
  if (n.what != kind::view) return false;
  const extents& from = g[n.in[0]].shape;
  const ir::view_map& m = g.view_of(i);
  int next = 0;
  for (int d = 0; d < from.rank; ++d) {
    const ir::view_axis& a = m.axis[d];
    if (a.axis0 < 0 && a.axis1 < 0 && a.offset == 0 && from[d] == 1) continue;
    if (a.axis0 != next || a.c0 != 1 || a.axis1 >= 0 || a.offset != 0 || a.den > 1 || n.shape[next++] != from[d]) return false;
  }
  return next == n.shape.rank;
}

/// A sum whose last two terms are products, added one after the other.
constexpr bool adds_products(const ir::graph_view& g, node_id i) {
  auto adds = [&](node_id n) { return g[n].what == kind::map && g[n].op == ir::opcode::add && g[g[n].in[1]].what == kind::contract; };
  return adds(i) && adds(g[i].in[0]);
}

/// The node behind the views that are read through.
constexpr node_id base_of(const ir::graph_view& g, node_id i) {
  while (g[i].what == kind::view && !is_guarded(g, i)) i = g[i].in[0];
  return i;
}

/// What `fuse::run` needs to know of the readers.
struct readers_view {
  support::slice<bool> material;
  support::slice<bool> contiguous;
  support::slice<bool> through;
  support::slice<weight> tree;
  support::slice<extents> domain;
};

/// For each value: must it be in memory, and if not, which one computation reads it.
struct readers {
  using view = readers_view;

  support::list<bool> material;
  support::list<node_id> owner;   // -1 nobody yet, -2 several
  support::list<bool> straight;   // the owner reads it at its own point
  support::list<bool> repeated;   // more than once for each element
  support::list<bool> contiguous;
  support::list<bool> through;
  support::list<weight> tree;     // what the nest that computes a value holds for it
  support::list<extents> domain;  // of a root whose reader of a joining reshape needs finer loops than its shape

  constexpr explicit readers(int n)
      : material(n, false), owner(n, -1), straight(n, true), repeated(n, false), contiguous(n, false), through(n, false), domain(n) {}

  constexpr auto lists() const { return std::tie(material, contiguous, through, tree, domain); }
  constexpr operator readers_view() const { return {material, contiguous, through, tree, domain}; }

  constexpr void read(node_id i, node_id by, bool at_point) {
    if (owner[i] == -1) {
      owner[i] = by;
      straight[i] = at_point;
    } else if (owner[i] != by || !straight[i] || !at_point) owner[i] = -2;
  }
  constexpr void need(const ir::graph_view& g, node_id i) {
    const node_id b = base_of(g, i);
    material[b] = true;  // of a view: it is gathered
    if (g[b].what == kind::reshape) need_sequence(g, b);
  }
  /// A result of the program, or part of a join, that is a joining reshape, or a view like one: its operand's group writes it.
  constexpr void deliver(const ir::graph_view& g, node_id i) {
    if ((g[i].what == kind::reshape || drops_ones(g, i)) && refine(g[g[i].in[0]].shape, g[i].shape).exists && g[g[i].in[0]].what != kind::view) {
      through[i] = true;
      material[base_of(g, g[i].in[0])] = true;
    } else need(g, i);
  }
  /// Whether reshape i can be read at its reader's own point, the reader's loops being those of the operand.
  constexpr bool joins(const ir::graph_view& g, node_id i) {
    const node_id root = owner[i];
    if (root < 0 || !straight[i] || g[root].what != kind::map || !material[root]) return false;
    const extents& fine = g[g[i].in[0]].shape;
    if (!refine(fine, g[i].shape).exists || (domain[root].rank > 0 && domain[root] != fine)) return false;
    domain[root] = fine;
    return true;
  }
  constexpr void need_sequence(const ir::graph_view& g, node_id reshape) {
    const node_id operand = g[reshape].in[0];
    // zeros between elements are made where the reshape is, zeros around a whole where its producer writes
    const bool spread = is_guarded(g, operand) && !is_pad(g, operand);
    material[base_of(g, spread ? g[operand].in[0] : operand)] = true;
    if (g[operand].what != kind::view) contiguous[operand] = true;
  }
};

constexpr int recompute_cost(const ir::graph_view& g, const readers& r, node_id i) {
  const ir::node& n = g[i];
  if (n.what == kind::view) return recompute_cost(g, r, n.in[0]);
  if (n.what != kind::map || r.material[i]) return 0;
  int cost = ir::facts_of(n.op).cost;
  for (node_id operand : n.in)
    if (operand >= 0 && cost < 8) cost += recompute_cost(g, r, operand);
  return cost;
}

/// What node i asks of the nest that computes it, given what reading each operand asks.
constexpr weight tree_of(const ir::graph_view& g, const support::list<weight>& read, node_id i) {
  const ir::node& n = g[i];
  if (n.what == kind::iota) return {1, 0, 1};
  if (is_guarded(g, i)) return {4, 1, g[n.in[0]].shape.rank};
  weight w{1, 0, 0};
  for (node_id operand : n.in)
    if (operand >= 0) w += read[operand];
  return w;
}
constexpr weight read_of(const ir::graph_view& g, const readers& r, const weight& tree, node_id i) {
  switch (g[i].what) {
    case kind::constant: return {1, 0, 0};
    case kind::iota: return tree;
    case kind::map:
    case kind::view:
    case kind::reshape: return r.material[i] ? weight{1, 1, 0} : tree;
    default: return {1, 1, 0};
  }
}

/// Trees of maps that are too large for one nest are cut: their heaviest parts get a place in memory.
constexpr void cut_large(const ir::graph_view& g, readers& r) {
  support::list<weight> read(g.size());
  for (node_id i = 0; i < g.size(); ++i) {
    weight tree = tree_of(g, read, i);
    for (int cuts = 0; cuts < 3 && !tree.fits(half_nest) && !is_guarded(g, i); ++cuts) {
      node_id heaviest = -1;
      for (node_id operand : g[i].in)
        if (operand >= 0 && (heaviest < 0 || read[operand].instructions > read[heaviest].instructions)) heaviest = operand;
      r.need(g, heaviest);
      const node_id b = base_of(g, heaviest);
      for (node_id v = heaviest; v != b; v = g[v].in[0]) read[v] = {4, 1, 0};
      read[b] = {1, 1, 0};
      tree = tree_of(g, read, i);
    }
    read[i] = read_of(g, r, tree, i);
  }
}

/// Users before operands.
constexpr readers find_readers(const ir::graph_view& g, const batching_view& batch) {
  readers r(g.size());
  support::list<int> reads(g.size(), 0);
  for (const ir::node& n : g.nodes)
    for (node_id operand : n.in)
      if (operand >= 0) ++reads[operand];
  for (node_id i = 0; i < g.size(); ++i)
    if (reads[i] > 1 && is_pad(g, i) && is_guarded(g, i)) r.need(g, i);  // asking for the border again and again costs more than making it
  cut_large(g, r);
  for (const ir::output& o : g.outputs) {
    r.deliver(g, o.node);
    if (is_guarded(g, o.node)) r.need(g, g[o.node].in[0]);
  }
  for (node_id i = g.size() - 1; i >= 0; --i) {
    const ir::node& n = g[i];
    if (n.what == kind::map && !r.material[i] && (r.owner[i] == -2 || r.repeated[i]) && recompute_cost(g, r, i) > 2) r.material[i] = true;
    // products in parts collect from kernel to kernel, not all of them in the last one; those that collect from tile to tile of the
    // batch are in a section of their own
    if (adds_products(g, i) && !batch.total[g[i].in[1]]) r.material[n.in[0]] = true;
    const bool is_map = n.what == kind::map;
    const bool root = n.what == kind::reduce || n.what == kind::contract || (is_map && r.material[i]);
    for (node_id operand : n.in) {
      if (operand < 0) continue;
      if (n.what == kind::concat && reads[operand] == 1) r.deliver(g, operand);
      else if (n.what == kind::contract || n.what == kind::concat || n.what == kind::copy || is_guarded(g, i)) r.need(g, operand);
      if (n.what == kind::reshape) {
        if (r.joins(g, i)) r.through[i] = true;
        else if (!r.through[i] || r.owner[i] != -1) {
          r.through[i] = false;
          r.need_sequence(g, i);
        }
      }
      if (n.what == kind::view && r.through[i] && r.owner[i] != -1) {
        r.through[i] = false;
        r.need(g, i);
      }
      if (divides(g, i)) r.material[operand] = true;
      if (batch.is_fixed(operand) && !batch.is_fixed(i)) r.need(g, operand);  // kept by `prepare`
      r.repeated[operand] = r.repeated[operand] || (r.repeated[i] && !root) || (n.what == kind::view && n.shape.size() > g[operand].shape.size());
      // a join is made in memory: whoever reads it does not read its parts
      if (n.what != kind::concat || reads[operand] > 1) r.read(operand, root ? i : r.owner[i], root || ((is_map || r.through[i]) && r.straight[i]));
    }
  }
  support::list<weight> read(g.size());
  for (node_id i = 0; i < g.size(); ++i) {
    r.tree.push(tree_of(g, read, i));
    read[i] = read_of(g, r, r.tree[i], i);
  }
  return r;
}

}  // namespace intarsia::fuse
