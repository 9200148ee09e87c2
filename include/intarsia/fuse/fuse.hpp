// SPDX-License-Identifier: Apache-2.0
// graph -> groups: which nodes become one loop nest, which values exist in memory, which are computed where they are read.
// Invariant: a group reads only what earlier groups store, so the groups run in the order of their numbers.
#pragma once

#include "intarsia/fuse/batch.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::fuse {

using ir::kind;
using ir::node_id;

enum class fate : std::uint8_t {
  leaf,      // argument, constant, data, iota: there already
  inlined,   // computed by its reader, in registers
  computed,  // by its group, and kept in memory if another group reads it
  seen,      // a view or reshape that readers see through
  gathered   // a view or join that exists in memory: its operands are stored into it
};

struct group {
  node_id root = -1;  // the contraction, the reduction, the first of the maps, or the value that is copied
  extents domain{};   // of the loops that are not summed over; may be finer than the shapes of the group's values
  int time = 0;       // section
};

/// A value written to where it is not at home: a result of the program (into < 0), or a part of a gathered node.
struct store {
  int group = -1;
  node_id value = -1;
  node_id into = -1;
  int output = -1;
  int operand = 0;  // which operand of `into` the value is; -1: the value is `into` itself
  bool home = false;  // a sum over the batch that accumulates in the result itself
};

struct grouping_view {
  support::slice<fate> fates;
  support::slice<int> group_of;     // the group that computes a node; for gathered ones the last that stores into it
  support::slice<bool> stored;      // has a home in memory
  support::slice<bool> contiguous;  // the home is a plain row-major sequence
  support::slice<bool> through;     // a reshape that only joins axes, read at its reader's own point
  support::slice<group> groups;
  support::slice<store> stores;
};

struct grouping {
  using view = grouping_view;

  support::list<fate> fates;
  support::list<int> group_of;
  support::list<bool> stored;
  support::list<bool> contiguous;
  support::list<bool> through;
  support::list<group> groups;
  support::list<store> stores;

  constexpr auto lists() const { return std::tie(fates, group_of, stored, contiguous, through, groups, stores); }
  constexpr operator grouping_view() const { return {fates, group_of, stored, contiguous, through, groups, stores}; }
};

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

/// The node behind the views that are read through.
constexpr node_id base_of(const ir::graph_view& g, node_id i) {
  while (g[i].what == kind::view && !is_guarded(g, i)) i = g[i].in[0];
  return i;
}

namespace detail {

/// For each value: must it be in memory, and if not, which one computation reads it.
struct readers {
  support::list<bool> material;
  support::list<node_id> owner;   // -1 nobody yet, -2 several
  support::list<bool> straight;   // the owner reads it at its own point
  support::list<bool> repeated;   // more than once for each element
  support::list<bool> contiguous;
  support::list<bool> through;
  support::list<extents> domain;  // of a root whose reader of a joining reshape needs finer loops than its shape

  constexpr explicit readers(int n)
      : material(n, false), owner(n, -1), straight(n, true), repeated(n, false), contiguous(n, false), through(n, false), domain(n) {}

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
  /// A result of the program that is a joining reshape: its operand's group writes it.
  constexpr void deliver(const ir::graph_view& g, node_id i) {
    if (g[i].what == kind::reshape && refine(g[g[i].in[0]].shape, g[i].shape).exists && g[g[i].in[0]].what != kind::view) {
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
    material[base_of(g, operand)] = true;
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

/// Users before operands.
constexpr readers find_readers(const ir::graph_view& g, const batching_view& batch) {
  readers r(g.size());
  for (const ir::output& o : g.outputs) {
    r.deliver(g, o.node);
    if (is_guarded(g, o.node)) r.need(g, g[o.node].in[0]);
  }
  for (node_id i = g.size() - 1; i >= 0; --i) {
    const ir::node& n = g[i];
    if (n.what == kind::map && !r.material[i] && (r.owner[i] == -2 || r.repeated[i]) && recompute_cost(g, r, i) > 2) r.material[i] = true;
    const bool is_map = n.what == kind::map;
    const bool root = n.what == kind::reduce || n.what == kind::contract || (is_map && r.material[i]);
    for (node_id operand : n.in) {
      if (operand < 0) continue;
      if (n.what == kind::contract || n.what == kind::concat || n.what == kind::copy || is_guarded(g, i)) r.need(g, operand);
      if (n.what == kind::reshape) {
        if (r.joins(g, i)) r.through[i] = true;
        else if (!r.through[i] || r.owner[i] != -1) {
          r.through[i] = false;
          r.need_sequence(g, i);
        }
      }
      if (divides(g, i)) r.material[operand] = true;
      if (batch.is_fixed(operand) && !batch.is_fixed(i)) r.need(g, operand);  // kept by `prepare`
      r.repeated[operand] = r.repeated[operand] || (r.repeated[i] && !root) || (n.what == kind::view && n.shape.size() > g[operand].shape.size());
      r.read(operand, root ? i : r.owner[i], root || ((is_map || r.through[i]) && r.straight[i]));
    }
  }
  return r;
}

/// The latest group that a computation reads from, and whether it reads that one only at its own point.
struct frontier {
  int latest = -1;
  bool pointwise = true;
};

template <class Grouping, class Meet>
constexpr void walk(const ir::graph_view& g, const Grouping& r, node_id i, bool at_point, Meet& meet) {
  switch (r.fates[i]) {
    case fate::leaf: return;
    case fate::computed:
    case fate::gathered: meet(i, at_point); return;
    default:
      for (node_id operand : g[i].in)
        if (operand >= 0) walk(g, r, operand, at_point && (g[i].what == kind::map || r.through[i]), meet);
  }
}

}  // namespace detail

constexpr grouping run(const ir::graph_view& g, const batching_view& batch) {
  detail::readers who = detail::find_readers(g, batch);
  grouping r;
  r.fates = support::list<fate>(g.size(), fate::leaf);
  r.group_of = support::list<int>(g.size(), -1);
  r.stored = support::list<bool>(g.size(), false);
  r.contiguous = who.contiguous;
  r.through = who.through;

  auto open = [&](node_id root, int time) { return r.groups.push({root, who.domain[root].rank > 0 ? who.domain[root] : g[root].shape, time}); };
  // the group that writes a value to a second place: the one that computes it, or one that copies it
  auto storing = [&](node_id value, int time) {
    if (r.fates[value] == fate::seen && r.through[value]) {
      const node_id made = g[value].in[0];
      if (r.fates[made] == fate::computed && batch.time[made] == time && !batch.total[made] && r.groups[r.group_of[made]].domain == g[made].shape)
        return r.group_of[made];
    }
    return r.fates[value] == fate::computed && batch.time[value] == time && !batch.total[value] ? r.group_of[value] : open(value, time);
  };
  auto gather = [&](node_id i) {
    if (g[i].what == kind::copy || (g[i].what == kind::view && !is_pad(g, i))) {  // evaluated at its own points
      const int at = open(i, batch.time[i]);
      r.fates[i] = fate::gathered;
      r.stores.push({at, i, i, -1, -1});
      r.group_of[i] = at;
      return;
    }
    r.fates[i] = fate::gathered;
    for (int k = 0; k < 2; ++k)
      if (g[i].in[k] >= 0) {
        int at = storing(g[i].in[k], batch.time[i]);
        r.stores.push({at, g[i].in[k], i, -1, k});
        if (at > r.group_of[i]) r.group_of[i] = at;
      }
  };
  auto assign = [&](node_id i) {
    const ir::node& n = g[i];
    switch (n.what) {
      case kind::contract:
      case kind::reduce:
        r.fates[i] = fate::computed;
        r.group_of[i] = open(i, batch.time[i]);
        break;
      case kind::map:
        if (!who.material[i]) r.fates[i] = fate::inlined;
        else {
          r.fates[i] = fate::inlined;  // while its own operands are looked at
          detail::frontier f;
          auto meet = [&](node_id b, bool at_point) {
            if (r.group_of[b] > f.latest) f = {r.group_of[b], at_point};
            else if (r.group_of[b] == f.latest) f.pointwise = f.pointwise && at_point;
          };
          detail::walk(g, r, i, true, meet);
          r.fates[i] = fate::computed;
          // what was gathered is complete only when its last group has run
          const bool joins = f.latest >= 0 && f.pointwise && (who.domain[i].rank > 0 ? r.groups[f.latest].domain == who.domain[i] : refine(r.groups[f.latest].domain, n.shape).exists) && r.groups[f.latest].time == batch.time[i];
          r.group_of[i] = joins ? f.latest : open(i, batch.time[i]);
        }
        break;
      case kind::view:
        r.fates[i] = fate::seen;
        if (who.material[i]) gather(i);
        break;
      case kind::reshape:
        r.fates[i] = fate::seen;
        if (g[n.in[0]].what == kind::view && !r.through[i]) gather(i);
        break;
      case kind::concat:
      case kind::copy: gather(i); break;
      default: break;
    }
  };
  auto deliver = [&](int time) {
    for (int k = 0; k < g.outputs.size(); ++k) {
      const node_id v = g.outputs[k].node;
      const bool total = batch.total[v], returned = g.outputs[k].assigned < 0;
      int ready = batch.time[v] + (total ? 1 : 0);
      if (batch.is_fixed(v)) ready = 2;  // a result is written by every call
      if (ready != time) continue;
      bool first = true;
      for (const store& s : r.stores) first = first && !(s.value == v && s.home);
      if (total && returned && first && r.fates[v] == fate::computed) {
        r.stores.push({r.group_of[v], v, -1, k, 0, true});
        r.stored[v] = true;
      } else r.stores.push({storing(v, time), v, -1, k, 0, false});
    }
  };
  int sections = batch.fixed.empty() ? 1 : 3;
  for (node_id i = 0; i < g.size(); ++i)
    if (batch.time[i] + 2 > sections) sections = batch.time[i] + 2;
  for (int t = 0; t < sections; ++t) {
    for (node_id i = 0; i < g.size(); ++i)
      if (batch.time[i] == t) assign(i);
    deliver(t);
  }
  // in memory: what a group reads that another group computed
  auto keep_read = [&](node_id root, int at) {
    auto meet = [&](node_id b, bool) {
      if (r.fates[b] == fate::gathered || r.group_of[b] != at || batch.total[b]) r.stored[b] = true;
    };
    for (node_id operand : g[root].in)
      if (operand >= 0) detail::walk(g, r, operand, true, meet);
  };
  for (node_id i = 0; i < g.size(); ++i)
    if (r.fates[i] == fate::computed) keep_read(i, r.group_of[i]);
  for (const store& s : r.stores) {
    if (s.home) continue;
    auto meet = [&](node_id b, bool) {
      if (r.fates[b] == fate::gathered || r.group_of[b] != s.group || batch.total[b]) r.stored[b] = true;
    };
    if (s.operand >= 0) detail::walk(g, r, s.value, true, meet);
    else detail::walk(g, r, g[s.value].in[0], false, meet);
  }
  return r;
}

}  // namespace intarsia::fuse
