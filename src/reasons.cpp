// SPDX-License-Identifier: Apache-2.0
#include "reasons.hpp"

#include <algorithm>
#include <tuple>

namespace intarsia::tool {

namespace {

using fuse::fate;
using ir::kind;
using ir::node_id;

class finder {
 public:
  explicit finder(const program& p) : g_(p.tiled), batch_(p.batch), r_(p.groups) {}

  std::vector<reason> run() {
    for (node_id i = 0; i < g_.size(); ++i)
      if (r_.fates[i] == fate::computed)
        for (const node_id operand : g_[i].in)
          if (operand >= 0) walk(operand, r_.group_of[i], g_[i].what, g_[i].what == kind::map);
    for (const fuse::store& s : r_.stores)
      if (!s.home) walk(s.operand >= 0 ? s.value : g_[s.value].in[0], s.group, kind::map, s.operand >= 0);
    std::vector<int> latest(static_cast<std::size_t>(r_.groups.size()), -1);
    for (const reason& r : found_) latest[static_cast<std::size_t>(r.to)] = std::max(latest[static_cast<std::size_t>(r.to)], r.from);
    for (reason& r : found_)
      if (const int last = latest[static_cast<std::size_t>(r.to)]; r.why.empty())
        r.why = r.from < last ? "kernel " + std::to_string(r.to) + " waits for kernel " + std::to_string(last) + " in any case"
                              : "a nest has room for " + std::to_string(fuse::max_instructions) + " instructions and " + std::to_string(fuse::max_accesses) + " places in memory";
    auto key = [](const reason& a) { return std::tuple(a.to, a.from, a.value); };
    std::sort(found_.begin(), found_.end(), [&](const reason& a, const reason& b) { return key(a) < key(b); });
    found_.erase(std::unique(found_.begin(), found_.end(), [&](const reason& a, const reason& b) { return key(a) == key(b); }), found_.end());
    return found_;
  }

 private:
  /// From a reader down to the values in memory that it needs.
  void walk(node_id i, int reader, kind by, bool at_point) {
    if (r_.fates[i] == fate::leaf) return;
    if (r_.fates[i] == fate::computed || r_.fates[i] == fate::gathered) {
      if (r_.group_of[i] != reader) found_.push_back({i, r_.group_of[i], reader, why(i, reader, by, at_point)});
      return;
    }
    for (const node_id operand : g_[i].in)
      if (operand >= 0) walk(operand, reader, by, at_point && (g_[i].what == kind::map || r_.through[i]));
  }

  std::string why(node_id v, int reader, kind by, bool at_point) const {
    const fuse::group &from = r_.groups[r_.group_of[v]], &to = r_.groups[reader];
    if (batch_.total[v]) return "a sum over the batch, complete when all tiles have run";
    if (from.time != to.time) {
      if (!batch_.fixed.empty() && from.time == 0) return "it depends on parameters alone, and is prepared";
      return "one of them runs for each tile, the other once";
    }
    if (r_.fates[v] == fate::gathered) {
      if (g_[v].what == kind::concat) return "its parts come from several places";
      if (g_[v].what == kind::copy) return "it is put in the order in which it is read";
      return "it has a border, which is memory";
    }
    if (by == kind::contract) return "a product reads each element many times";
    if (by == kind::reduce) return "it is reduced over, by loops of its own";
    if (r_.sunk[v]) return "a total, complete when the loops are done";
    if (!at_point && g_[v].shape.size() < to.domain.size()) return "each of its elements is used for many, and has to be complete";
    if (!at_point) return "it is read at other places than the one that is being made";
    if (from.domain != to.domain) return "the loops differ: " + ir::to_text(from.domain) + " and " + ir::to_text(to.domain);
    return "";
  }

  ir::graph_view g_;
  fuse::batching_view batch_;
  fuse::grouping_view r_;
  std::vector<reason> found_;
};

}  // namespace

std::vector<reason> reasons_of(const program& p) { return finder(p).run(); }

std::string reasons_text(const program& p) {
  std::string s;
  for (const reason& r : reasons_of(p))
    s += "%" + std::to_string(r.value) + " from kernel " + std::to_string(r.from) + " to " + std::to_string(r.to) + ": " + r.why + "\n";
  return s;
}

std::vector<bool> forward_nodes(const program& p) {
  auto size = [](const ir::graph& g) { return static_cast<std::size_t>(g.nodes.size()); };
  std::vector<bool> derived(size(p.traced)), forward(size(p.tiled));
  for (node_id i = 0; i < p.traced.nodes.size(); ++i) {
    derived[static_cast<std::size_t>(i)] = p.traced[i].what == kind::gradient;
    for (const node_id operand : p.traced[i].in)
      if (operand >= 0 && derived[static_cast<std::size_t>(operand)]) derived[static_cast<std::size_t>(i)] = true;
  }
  // passes keep the order of results
  for (int o = 0; o < p.tiled.outputs.size() && o < p.traced.outputs.size(); ++o)
    if (!derived[static_cast<std::size_t>(p.traced.outputs[o].node)]) forward[static_cast<std::size_t>(p.tiled.outputs[o].node)] = true;
  for (node_id i = p.tiled.nodes.size() - 1; i >= 0; --i)
    if (forward[static_cast<std::size_t>(i)])
      for (const node_id operand : p.tiled[i].in)
        if (operand >= 0) forward[static_cast<std::size_t>(operand)] = true;
  return forward;
}

}  // namespace intarsia::tool
