// SPDX-License-Identifier: Apache-2.0
#include "loops.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace intarsia::tool {

namespace {

struct block {
  std::size_t first = 0, last = 0;  // instructions [first, last)
  std::vector<int> to, from;
};

class finder {
 public:
  explicit finder(const std::vector<instruction>& code) : code_(code) {
    make_blocks();
    order_blocks();
    find_dominators();
  }

  loop_nest run() {
    loop_nest n;
    n.of.assign(code_.size(), -1);
    std::map<int, std::vector<bool>> bodies;  // by header, all back edges together
    for (int b = 0; b < size(); ++b)
      for (const int h : blocks_[at(b)].to)
        if (place_[at(b)] >= 0 && dominates(h, b)) add_body(bodies.try_emplace(h, std::vector<bool>(blocks_.size())).first->second, h, b);
    for (const auto& [header, body] : bodies) {
      loop l;
      l.header = blocks_[at(header)].first;
      for (int b = 0; b < size(); ++b)
        if (body[at(b)])
          for (std::size_t k = blocks_[at(b)].first; k < blocks_[at(b)].last; ++k) l.members.push_back(k);
      n.loops.push_back(std::move(l));
    }
    // larger ones first: each loop comes after those that hold it
    std::sort(n.loops.begin(), n.loops.end(), [](const loop& a, const loop& b) { return std::pair(b.members.size(), a.header) < std::pair(a.members.size(), b.header); });
    for (std::size_t i = 0; i < n.loops.size(); ++i) {
      loop& l = n.loops[i];
      l.parent = n.of[l.header];
      if (l.parent >= 0) {
        l.depth = n.loops[at(l.parent)].depth + 1;
        n.loops[at(l.parent)].innermost = false;
      }
      for (const std::size_t k : l.members) n.of[k] = static_cast<int>(i);
    }
    choose_hot(n);
    return n;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int size() const { return static_cast<int>(blocks_.size()); }

  void make_blocks() {
    std::map<address, std::size_t> position;
    for (std::size_t k = 0; k < code_.size(); ++k) position[code_[k].at] = k;
    std::vector<bool> leads(code_.size() + 1);
    leads[0] = true;
    auto ends = [](const instruction& i) { return i.what == kind::branch || i.what == kind::ret; };
    for (std::size_t k = 0; k < code_.size(); ++k) {
      if (!ends(code_[k])) continue;
      leads[k + 1] = true;
      if (code_[k].target)
        if (const auto p = position.find(*code_[k].target); p != position.end()) leads[p->second] = true;
    }
    std::vector<int> block_at(code_.size());
    for (std::size_t k = 0; k < code_.size(); ++k) {
      if (leads[k]) blocks_.push_back({k, k, {}, {}});
      blocks_.back().last = k + 1;
      block_at[k] = size() - 1;
    }
    auto link = [&](int from, int to) {
      blocks_[at(from)].to.push_back(to);
      blocks_[at(to)].from.push_back(from);
    };
    for (int b = 0; b < size(); ++b) {
      const instruction& last = code_[blocks_[at(b)].last - 1];
      if (last.target)
        if (const auto p = position.find(*last.target); p != position.end()) link(b, block_at[p->second]);
      const bool goes_on = last.what != kind::ret && (last.what != kind::branch || last.conditional);
      if (goes_on && b + 1 < size()) link(b, b + 1);
    }
  }

  /// Reverse postorder, without recursion.
  void order_blocks() {
    place_.assign(blocks_.size(), -1);
    std::vector<std::pair<int, std::size_t>> path;
    std::vector<bool> seen(blocks_.size());
    if (!blocks_.empty()) path.emplace_back(0, 0), seen[0] = true;
    while (!path.empty()) {
      auto& [b, next] = path.back();
      if (next < blocks_[at(b)].to.size()) {
        const int to = blocks_[at(b)].to[next++];
        if (!seen[at(to)]) seen[at(to)] = true, path.emplace_back(to, 0);
      } else {
        order_.push_back(b);
        path.pop_back();
      }
    }
    std::reverse(order_.begin(), order_.end());
    for (std::size_t i = 0; i < order_.size(); ++i) place_[at(order_[i])] = static_cast<int>(i);
  }

  /// Cooper, Harvey and Kennedy: immediate dominators until nothing changes.
  void find_dominators() {
    above_.assign(blocks_.size(), -1);
    if (order_.empty()) return;
    above_[0] = 0;
    for (bool changes = true; changes;) {
      changes = false;
      for (std::size_t i = 1; i < order_.size(); ++i) {
        const int b = order_[i];
        int found = -1;
        for (const int p : blocks_[at(b)].from)
          if (place_[at(p)] >= 0 && above_[at(p)] >= 0) found = found < 0 ? p : common(found, p);
        if (found >= 0 && above_[at(b)] != found) above_[at(b)] = found, changes = true;
      }
    }
  }
  int common(int a, int b) const {
    while (a != b) {
      while (place_[at(a)] > place_[at(b)]) a = above_[at(a)];
      while (place_[at(b)] > place_[at(a)]) b = above_[at(b)];
    }
    return a;
  }
  bool dominates(int above, int b) const {
    while (place_[at(b)] > place_[at(above)]) b = above_[at(b)];
    return b == above;
  }

  /// The blocks from which the back edge's start is reached without its header.
  void add_body(std::vector<bool>& body, int header, int start) const {
    body[at(header)] = true;
    std::vector<int> open{start};
    while (!open.empty()) {
      const int b = open.back();
      open.pop_back();
      if (body[at(b)] || place_[at(b)] < 0) continue;
      body[at(b)] = true;
      for (const int p : blocks_[at(b)].from) open.push_back(p);
    }
  }

  void choose_hot(loop_nest& n) const {
    std::pair<int, int> best{0, 0};
    for (std::size_t i = 0; i < n.loops.size(); ++i) {
      loop& l = n.loops[i];
      int other = 0;
      for (const std::size_t k : l.members) (code_[k].what == kind::fma ? l.flops : other) += code_[k].flops;
      if (!l.innermost) continue;
      // where the machine has no fused ones, multiplications and additions are the work
      const std::pair work{l.flops, other};
      if (n.hot < 0 || work > best) best = work, n.hot = static_cast<int>(i);
    }
  }

  const std::vector<instruction>& code_;
  std::vector<block> blocks_;
  std::vector<int> order_, place_, above_;
};

}  // namespace

loop_nest loops_of(const machine_code& m) { return finder(m.code).run(); }

}  // namespace intarsia::tool
