// SPDX-License-Identifier: Apache-2.0
// graph -> groups: which nodes become one loop nest, which values exist in memory, which are computed where they are read.
// Invariant: a group reads only what earlier groups store, so the groups run in the order of their numbers.
#pragma once

#include "intarsia/fuse/readers.hpp"

namespace intarsia::fuse {

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
  bool home = false;  // the result itself is where the value is made: a sum over the batch, or what is gathered
};

struct grouping_view {
  support::slice<fate> fates;
  support::slice<int> group_of;     // the group that computes a node; for gathered ones the last that stores into it
  support::slice<bool> stored;      // has a home in memory
  support::slice<bool> contiguous;  // read as one sequence: row-major, but for axes of one element
  support::slice<bool> sunk;        // a small sum over all that its group makes, or made from such sums: when the loops are done
  support::slice<bool> through;     // a reshape that only joins axes, or a view like one, read at its reader's own point
  support::slice<group> groups;
  support::slice<store> stores;
};

struct grouping {
  using view = grouping_view;

  support::list<fate> fates;
  support::list<int> group_of;
  support::list<bool> stored;
  support::list<bool> contiguous;
  support::list<bool> sunk;
  support::list<bool> through;
  support::list<group> groups;
  support::list<store> stores;

  constexpr auto lists() const { return std::tie(fates, group_of, stored, contiguous, sunk, through, groups, stores); }
  constexpr operator grouping_view() const { return {fates, group_of, stored, contiguous, sunk, through, groups, stores}; }
};

/// Small sums that a group can gather while its loops run: at most this many running totals for each.
inline constexpr index max_totals = 4;

/// The operand of contraction n that a group with these loops makes, if n sums over just those loops and its result is
/// small; else 0. The other operand is then read at i = stride o + dilation k - pad.
template <class Own>
constexpr int summed_operand(const ir::graph_view& g, node_id n, const extents& domain, Own own) {
  const ir::contraction& c = g.contraction_of(n);
  if (g[n].shape.size() > max_totals) return 0;
  for (int r = ir::lhs; r <= ir::rhs; ++r) {
    const node_id operand = g[n].in[r - ir::lhs];
    if (!own(operand) || g[operand].shape != domain || (r == ir::lhs && own(g[n].in[1]))) continue;
    bool fits = true;
    for (int x = 0; x < c.count && fits; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) fits = (a.dim[ir::out] >= 0) != (a.dim[r] >= 0);
      else fits = a.who[0] == (r == ir::lhs ? ir::rhs : ir::lhs) && (a.who[1] == r || a.who[2] == r);
    }
    if (fits) return r;
  }
  return 0;
}

/// The parts that a gathered join is made of, each with its place; joins within it that nobody else reads are seen through.
template <class Fates, class Visit>
constexpr void for_each_part(const ir::graph_view& g, const Fates& fates, node_id join, extents place, Visit& visit) {
  const ir::node& n = g[join];
  for (int k = 0; k < 2; ++k) {
    if (k == 1) place[n.aux] += g[n.in[0]].shape[n.aux];
    if (g[n.in[k]].what == kind::concat && fates[n.in[k]] == fate::seen) for_each_part(g, fates, n.in[k], place, visit);
    else visit(n.in[k], place);
  }
}
template <class Fates, class Visit>
constexpr void for_each_part(const ir::graph_view& g, const Fates& fates, node_id join, Visit visit) {
  for_each_part(g, fates, join, extents{g[join].shape.rank, {}}, visit);
}

namespace detail {

/// The only reader of each value: -1 where there is none, -2 where there are several, or the caller is one.
constexpr support::list<node_id> only_readers(const ir::graph_view& g) {
  support::list<node_id> r(g.size(), -1);
  for (node_id i = 0; i < g.size(); ++i)
    for (node_id operand : g[i].in)
      if (operand >= 0) r[operand] = r[operand] == -1 ? i : -2;
  for (const ir::output& o : g.outputs) r[o.node] = -2;
  return r;
}

/// The latest group that a computation reads from, and whether it reads that one only at its own point.
struct frontier {
  int latest = -1;
  bool pointwise = true;
  bool totals = true;  // all that it reads of that group are running totals, at its own point
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

constexpr grouping run(const ir::graph_view& g, const batching_view& batch, const readers_view& who) {
  grouping r;
  r.fates = support::list<fate>(g.size(), fate::leaf);
  r.group_of = support::list<int>(g.size(), -1);
  r.stored = support::list<bool>(g.size(), false);
  r.sunk = support::list<bool>(g.size(), false);
  for (bool b : who.contiguous) r.contiguous.push(b);
  for (bool b : who.through) r.through.push(b);

  support::list<weight> held;  // by each group; its maker adds what it stores
  support::list<int> totals;
  auto open = [&](node_id root, int time) {
    held.push(who.tree[root]);
    totals.push(0);
    return r.groups.push({root, who.domain[root].rank > 0 ? who.domain[root] : g[root].shape, time});
  };
  constexpr weight one_store{0, 1, 0, 1};
  auto has_room = [&](int group, const weight& more) { return (held[group] + more + one_store).fits(whole_nest); };
  auto frontier_of = [&](node_id i) {
    detail::frontier f;
    auto meet = [&](node_id b, bool at_point) {
      if (r.group_of[b] < f.latest) return;
      if (r.group_of[b] > f.latest) f = {r.group_of[b], true, true};
      f.pointwise = f.pointwise && at_point && !r.sunk[b] && r.fates[b] != fate::gathered;  // gathered: complete when the group has run
      f.totals = f.totals && at_point && r.sunk[b];
    };
    detail::walk(g, r, i, true, meet);
    return f;
  };
  const support::list<node_id> reader = detail::only_readers(g);
  // what only a join reads is stored in its place there, a join within a join too
  auto is_part = [&](node_id i) { return reader[i] >= 0 && g[reader[i]].what == kind::concat && batch.time[reader[i]] == batch.time[i]; };
  auto whole_of = [&](node_id i) {
    while (is_part(i)) i = reader[i];
    return i;
  };
  support::list<int> parts_by(g.size(), -1);  // of each join the latest group that makes a part
  auto own = [&](int group) { return [&r, group](node_id i) { return r.fates[i] == fate::computed && r.group_of[i] == group && !r.sunk[i]; }; };
  // the group whose loops can gather a sum while they run, -1 if there is none
  auto gathering = [&](node_id i) {
    const ir::node& n = g[i];
    if (batch.total[i] || n.shape.size() > max_totals) return -1;
    int at = -1;
    if (n.what == kind::reduce) {
      const detail::frontier f = frontier_of(n.in[0]);
      const bool runs = n.op == ir::opcode::add || n.op == ir::opcode::max || n.op == ir::opcode::min;
      if (runs && n.shape.size() == 1 && f.latest >= 0 && f.pointwise && r.groups[f.latest].domain == g[n.in[0]].shape) at = f.latest;
    } else {
      for (int k = 0; k < 2; ++k)
        if (r.fates[n.in[k]] == fate::computed && r.group_of[n.in[k]] > at) at = r.group_of[n.in[k]];
      const int summed = at >= 0 ? summed_operand(g, i, r.groups[at].domain, own(at)) : 0;
      if (summed == 0 || frontier_of(n.in[summed == ir::lhs ? 1 : 0]).latest >= at) return -1;
    }
    const int count = static_cast<int>(n.shape.size());
    if (at < 0 || r.groups[at].time != batch.time[i] || totals[at] + count > max_sinks) return -1;
    return has_room(at, who.tree[i].times(count) + one_store.times(count)) ? at : -1;
  };
  auto joins_to = [&](const extents& domain, node_id made, node_id value) { return refine(domain, g[made].shape).exists && refine(domain, g[value].shape).exists; };
  // the group that writes a value to a second place: the one that computes it, or one that copies it
  auto find_storing = [&](node_id value, int time) {
    if (r.fates[value] == fate::seen && r.through[value]) {
      const node_id made = g[value].in[0];
      if (r.fates[made] == fate::computed && !r.sunk[made] && batch.time[made] == time && !batch.total[made] && joins_to(r.groups[r.group_of[made]].domain, made, value))
        return r.group_of[made];
    }
    return r.fates[value] == fate::computed && batch.time[value] == time && !batch.total[value] ? r.group_of[value] : open(value, time);
  };
  auto storing = [&](node_id value, int time) {
    int at = find_storing(value, time);
    const weight stores = one_store.times(r.sunk[value] ? static_cast<int>(g[value].shape.size()) : 1);
    if (!(held[at] + stores).fits(whole_nest)) at = open(value, time);
    held[at] += stores;
    return at;
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
    int parts = 0;
    auto part = [&](node_id value, const extents& = {}) {
      const int at = storing(value, batch.time[i]);
      r.stores.push({at, value, i, -1, parts++});
      if (at > r.group_of[i]) r.group_of[i] = at;
    };
    if (g[i].what == kind::concat) for_each_part(g, r.fates, i, part);
    else part(g[i].in[0]);
  };
  auto assign = [&](node_id i) {
    const ir::node& n = g[i];
    switch (n.what) {
      case kind::contract:
      case kind::reduce: {
        const int at = gathering(i);
        const int count = at >= 0 ? static_cast<int>(n.shape.size()) : 1;
        r.fates[i] = fate::computed;
        r.sunk[i] = at >= 0;
        r.group_of[i] = at >= 0 ? at : open(i, batch.time[i]);
        held[r.group_of[i]] += one_store.times(count);
        if (at >= 0) {
          held[at] += who.tree[i].times(count);
          totals[at] += count;
        }
        break;
      }
      case kind::map: {
        r.fates[i] = fate::inlined;
        if (!who.material[i]) break;
        const detail::frontier f = frontier_of(i);
        r.fates[i] = fate::computed;
        const int at = f.latest;
        const bool there = at >= 0 && r.groups[at].time == batch.time[i];
        const int count = static_cast<int>(n.shape.size() > max_totals ? 1 : n.shape.size());
        const bool fine = who.domain[i].rank > 0;
        const bool joins = there && f.pointwise && (fine ? r.groups[at].domain == who.domain[i] : refine(r.groups[at].domain, n.shape).exists) && has_room(at, who.tree[i]);
        r.sunk[i] = there && f.totals && !fine && n.shape.size() <= max_totals && has_room(at, who.tree[i].times(count) + one_store.times(count));
        // parts of one join over the same loops are made side by side, mostly of the same values
        const node_id whole = !joins && !r.sunk[i] && !fine && is_part(i) ? whole_of(i) : -1;
        const int beside = whole >= 0 ? parts_by[whole] : -1;
        const bool fits = beside > at && r.groups[beside].time == batch.time[i] && r.groups[beside].domain == n.shape && has_room(beside, who.tree[i]);
        r.group_of[i] = joins || r.sunk[i] ? at : fits ? beside : open(i, batch.time[i]);
        if (joins || r.sunk[i] || fits) held[r.group_of[i]] += who.tree[i].times(r.sunk[i] ? count : 1);
        if (whole < 0) held[r.group_of[i]] += one_store.times(r.sunk[i] ? count : 1);
        if (whole >= 0) parts_by[whole] = r.group_of[i];
        break;
      }
      case kind::view:
        r.fates[i] = fate::seen;
        if (who.material[i]) gather(i);
        break;
      case kind::reshape:
        r.fates[i] = fate::seen;
        if (g[n.in[0]].what == kind::view && !r.through[i]) gather(i);
        break;
      case kind::concat:
        if (is_part(i)) r.fates[i] = fate::seen;
        else gather(i);
        break;
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
      if (batch.axis[v] >= 0 && !total && ready % 2 == 0) ++ready;  // an argument as it is, tile by tile
      if (ready != time) continue;
      auto first = [&] {
        for (const store& s : r.stores)
          if (s.value == v && s.home) return false;
        return true;
      };
      if (total && returned && r.fates[v] == fate::computed && first()) {
        r.stores.push({r.group_of[v], v, -1, k, 0, true});
        r.stored[v] = true;
      } else if (returned && r.fates[v] == fate::gathered && batch.lane_axis(v) < 0 && first()) r.stores.push({r.group_of[v], v, -1, k, 0, true});  // gathered there
      else r.stores.push({storing(v, time), v, -1, k, 0, false});
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
