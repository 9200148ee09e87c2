// SPDX-License-Identifier: Apache-2.0
// graph -> graph: algebra, constant folding, views through views, common subexpressions, dead code.
// One walk: each node's operands are simplified already, rules make it smaller, a hash table finds its twin.
#pragma once

#include "intarsia/simplify/algebra.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::simplify {

/// Nodes by content. Invariant: no two nodes in it are equal.
class twins {
 public:
  constexpr explicit twins(int expected) {
    int size = 64;
    while (size < 2 * expected) size *= 2;
    slots_ = support::list<ir::node_id>(size, -1);
  }
  /// The number of a node equal to n: an old one, or n added now.
  constexpr ir::node_id intern(ir::graph& g, const ir::node& n) {
    if (2 * g.nodes.size() > slots_.size()) grow(g);
    unsigned at = hash(n) & mask();
    while (slots_[static_cast<int>(at)] >= 0) {
      if (g[slots_[static_cast<int>(at)]] == n) return slots_[static_cast<int>(at)];
      at = (at + 1) & mask();
    }
    return slots_[static_cast<int>(at)] = g.add(n);
  }

 private:
  constexpr unsigned mask() const { return static_cast<unsigned>(slots_.size()) - 1; }
  static constexpr unsigned hash(const ir::node& n) {
    auto u = [](auto v) { return static_cast<unsigned>(v); };
    unsigned h = u(n.what) * 31u + u(n.op) * 1009u + u(n.type) * 7919u + u(n.in[0] + 1) * 2654435761u + u(n.in[1] + 1) * 2246822519u +
                 u(n.in[2] + 1) * 3266489917u + u(n.aux + 1) * 668265263u + u(n.shape.rank) + u(n.shape.of[0]) * 97u +
                 u(n.shape.of[1]) * 131u + u(n.shape.of[2]) * 257u + u(n.shape.of[3]) * 521u;
    std::uint64_t bits = std::bit_cast<std::uint64_t>(n.value);
    h ^= u(bits) * 374761393u + u(bits >> 32) * 3266489917u;
    return h ^ (h >> 15);
  }
  constexpr void grow(const ir::graph& g) {
    slots_ = support::list<ir::node_id>(slots_.size() * 2, -1);
    for (ir::node_id i = 0; i < g.nodes.size(); ++i) {
      unsigned at = hash(g[i]) & mask();
      while (slots_[static_cast<int>(at)] >= 0) at = (at + 1) & mask();
      slots_[static_cast<int>(at)] = i;
    }
  }
  support::list<ir::node_id> slots_;
};

/// Drops what no output needs. Order is kept.
constexpr ir::graph without_dead(const ir::graph_view& from) {
  support::list<bool> live(from.size(), false);
  for (const ir::output& o : from.outputs) live[o.node] = true;
  for (ir::node_id i = from.size() - 1; i >= 0; --i)
    if (live[i])
      for (ir::node_id operand : from[i].in)
        if (operand >= 0) live[operand] = true;
  ir::graph g;
  g.nodes.reserve(from.size());
  for (const double v : from.values) g.values.push(v);
  for (const ir::argument& a : from.arguments) g.arguments.push(a);
  for (const ir::check& c : from.checks) g.checks.push(c);
  for (const char c : from.text) g.text.push(c);
  support::list<ir::node_id> at(from.size(), -1);
  support::list<int> view_at(static_cast<int>(from.views.size()), -1), form_at(static_cast<int>(from.contractions.size()), -1);
  for (ir::node_id i = 0; i < from.size(); ++i) {
    if (!live[i]) continue;
    ir::node n = from[i];
    for (ir::node_id& operand : n.in)
      if (operand >= 0) operand = at[operand];
    if (n.what == ir::kind::view) {
      if (view_at[n.aux] < 0) view_at[n.aux] = g.views.push(from.view_of(i));
      n.aux = view_at[n.aux];
    } else if (n.what == ir::kind::contract) {
      if (form_at[n.aux] < 0) form_at[n.aux] = g.contractions.push(from.contraction_of(i));
      n.aux = form_at[n.aux];
    }
    at[i] = g.add(n);
  }
  for (const ir::output& o : from.outputs) g.outputs.push({at[o.node], o.assigned});
  for (const ir::label& l : from.labels)
    if (at[l.node] >= 0) g.labels.push({at[l.node], l.name});
  return g;
}

constexpr ir::graph run(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  g.views.clear();
  g.contractions.clear();
  twins seen(from.size());
  tables unique;
  auto intern = [&](const ir::node& n) { return seen.intern(g, n); };
  const support::list<int> uses = ir::count_uses(from);
  auto is_alone = [&](ir::node_id i) { return uses[i] == 1 && from[i].what == ir::kind::map; };
  ir::rewrite(g, from, [&](ir::node_id i, const ir::node& n) {
    switch (n.what) {
      case ir::kind::map: return pointwise(g, n, intern);
      case ir::kind::view: return view(g, n, from.view_of(i), unique, intern);
      case ir::kind::reshape: return reshape(g, n, unique, intern);
      case ir::kind::reduce: return reduce(g, n, intern);
      case ir::kind::contract:
        return contract(g, n, from.contraction_of(i), {is_alone(from[i].in[0]), is_alone(from[i].in[1])}, unique, intern);
      default: return intern(n);
    }
  });
  return without_dead(g);
}

}  // namespace intarsia::simplify
