// SPDX-License-Identifier: Apache-2.0
// groups -> memory: a home for every value that is kept, and an offset in the one workspace for each buffer.
// Invariant: two buffers whose lifetimes (in groups) meet do not share a byte.
#pragma once

#include "intarsia/fuse/fuse.hpp"

namespace intarsia::plan {

using fuse::fate;
using ir::kind;
using ir::node_id;

enum class space : std::uint8_t { argument, output, data, workspace };

struct buffer {
  space where = space::workspace;
  int number = 0;        // of the argument or output; first element of data
  ir::dtype type = ir::dtype::f32;
  index elements = 0;
  index offset = 0;      // bytes from the start of the workspace
  int first = -1;        // group that writes first
  int last = -1;         // group that reads last
  bool zeroed = false;   // has a border, set to zero before the first write
};

/// Where the element at an index is: buffer start + offset + sum of stride * index, in elements.
struct home {
  int buffer = -1;
  index offset = 0;
  index stride[max_rank] = {};
};

/// An update in place that had to wait until the old values were read.
struct late_copy {
  int from = -1;  // buffer
  int argument = -1;
};

struct memory_view {
  support::slice<buffer> buffers;
  support::slice<home> homes;        // of nodes
  support::slice<home> store_homes;  // of fuse::grouping::stores
  support::slice<late_copy> late;
};

struct memory {
  using view = memory_view;

  support::list<buffer> buffers;
  support::list<home> homes;
  support::list<home> store_homes;
  support::list<late_copy> late;

  constexpr auto lists() const { return std::tie(buffers, homes, store_homes, late); }
  constexpr operator memory_view() const { return {buffers, homes, store_homes, late}; }
};

constexpr index bytes_of(const buffer& b) { return (b.elements * ir::size_of(b.type) + 63) / 64 * 64; }

constexpr index workspace_bytes(const memory_view& m) {
  index bytes = 0;
  for (const buffer& b : m.buffers)
    if (b.where == space::workspace && b.offset + bytes_of(b) > bytes) bytes = b.offset + bytes_of(b);
  return bytes;
}

constexpr home row_major(int buffer, const extents& shape) {
  home h;
  h.buffer = buffer;
  index stride = 1;
  for (int d = shape.rank - 1; d >= 0; --d) {
    h.stride[d] = stride;
    stride *= shape[d];
  }
  return h;
}

namespace detail {

/// Where operand k of a gathered node lies in the node's own home.
constexpr home part_of(const ir::graph_view& g, node_id into, int k, const home& whole) {
  home h = whole;
  const ir::node& n = g[into];
  if (k < 0) return h;
  if (n.what == kind::reshape) return row_major(whole.buffer, g[n.in[0]].shape);
  if (n.what == kind::concat) {
    if (k == 1) h.offset += h.stride[n.aux] * g[n.in[0]].shape[n.aux];
    return h;
  }
  const ir::view_map& m = g.view_of(into);
  for (int d = 0; d < n.shape.rank; ++d) h.offset -= h.stride[d] * m.axis[d].offset;
  return h;
}

/// Groups that read an argument after, or at other points than, the group that overwrites it.
constexpr bool is_read_late(const ir::graph_view& g, const fuse::grouping_view& r, int argument, int writer) {
  auto reads = [&](node_id root, bool at_point, auto& self) -> bool {
    const ir::node& n = g[root];
    if (n.what == kind::argument) return n.aux == argument && !at_point;
    if (r.fates[root] != fate::inlined && r.fates[root] != fate::seen) return false;
    for (node_id operand : n.in)
      if (operand >= 0 && self(operand, at_point && n.what == kind::map, self)) return true;
    return false;
  };
  auto late = [&](node_id i, int group, bool of_operands, bool at_point) {
    if (group < writer) return false;
    const bool safe = group == writer && at_point;
    if (!of_operands) return reads(i, safe, reads);
    for (node_id operand : g[i].in)
      if (operand >= 0 && reads(operand, safe, reads)) return true;
    return false;
  };
  for (node_id i = 0; i < g.size(); ++i)
    if (r.fates[i] == fate::computed && late(i, r.group_of[i], true, g[i].what == kind::map)) return true;
  for (const fuse::store& s : r.stores)
    if (s.operand < 0 ? late(g[s.value].in[0], s.group, false, false) : late(s.value, s.group, false, true)) return true;
  return false;
}

/// First fit among the buffers that are alive, which are kept in the order of their offsets.
constexpr void place(memory& m, int groups) {
  support::list<int> alive;
  for (int at = 0; at < groups; ++at) {
    int kept = 0;
    for (int i = 0; i < alive.size(); ++i)
      if (m.buffers[alive[i]].last >= at) alive[kept++] = alive[i];
    while (alive.size() > kept) alive.pop();
    for (int b = 0; b < m.buffers.size(); ++b) {
      buffer& fresh = m.buffers[b];
      if (fresh.first != at || fresh.where != space::workspace) continue;
      const index bytes = bytes_of(fresh);
      index offset = 0;
      int slot = 0;
      for (; slot < alive.size(); ++slot) {
        const buffer& other = m.buffers[alive[slot]];
        if (other.offset - offset >= bytes) break;
        offset = other.offset + bytes_of(other);
      }
      fresh.offset = offset;
      alive.push(b);
      for (int i = alive.size() - 1; i > slot; --i) alive[i] = alive[i - 1];
      alive[slot] = b;
    }
  }
}

}  // namespace detail

constexpr memory run(const ir::graph_view& g, const fuse::grouping_view& r) {
  memory m;
  m.homes = support::list<home>(g.size());
  m.store_homes = support::list<home>(r.stores.size());

  // results of the program
  for (int s = 0; s < r.stores.size(); ++s) {
    const fuse::store& st = r.stores[s];
    if (st.output < 0) continue;
    const ir::output& o = g.outputs[st.output];
    const ir::node& n = g[st.value];
    buffer b{space::output, st.output, n.type, n.shape.size(), 0, st.group, st.group, false};
    if (o.assigned >= 0) {
      b.where = space::argument;
      b.number = o.assigned;
      if (detail::is_read_late(g, r, o.assigned, st.group)) {
        b.where = space::workspace;
        m.late.push({m.buffers.size(), o.assigned});
        b.last = r.groups.size();
      }
    }
    m.store_homes[s] = row_major(m.buffers.push(b), n.shape);
    // the result's memory serves as the home, but not that of an argument, whose old value others may read
    if (r.fates[st.value] == fate::computed && o.assigned < 0 && m.homes[st.value].buffer < 0) m.homes[st.value] = m.store_homes[s];
  }
  for (node_id i = g.size() - 1; i >= 0; --i) {
    const ir::node& n = g[i];
    if (n.what == kind::argument || n.what == kind::data) {
      const bool argument = n.what == kind::argument;
      m.homes[i] = row_major(m.buffers.push({argument ? space::argument : space::data, n.aux, n.type, n.shape.size()}), n.shape);
      continue;
    }
    if (!r.stored[i] && r.fates[i] != fate::gathered) continue;
    if (m.homes[i].buffer < 0) {
      buffer b;
      b.type = n.type;
      b.elements = n.shape.size();
      b.first = r.group_of[i];
      b.zeroed = r.fates[i] == fate::gathered && n.what == kind::view && fuse::is_pad(g, i);
      m.homes[i] = row_major(m.buffers.push(b), n.shape);
    }
    // operands of a gathered value live inside of it, where nobody asks for them as a plain sequence
    if (r.fates[i] == fate::gathered)
      for (int k = 0; k < 2; ++k) {
        const node_id operand = n.in[k];
        if (operand < 0 || r.fates[operand] != fate::computed || r.contiguous[operand] || m.homes[operand].buffer >= 0) continue;
        if (n.what == kind::view && !fuse::is_pad(g, i)) continue;
        m.homes[operand] = detail::part_of(g, i, k, m.homes[i]);
      }
  }
  for (int s = 0; s < r.stores.size(); ++s) {
    const fuse::store& st = r.stores[s];
    if (st.into >= 0) m.store_homes[s] = detail::part_of(g, st.into, st.operand, m.homes[st.into]);
    buffer& b = m.buffers[m.store_homes[s].buffer];
    if (b.first < 0 || st.group < b.first) b.first = st.group;
    if (st.group > b.last) b.last = st.group;
  }
  // lifetimes: to the last group that reads
  auto read = [&](node_id b, int at) {
    if (m.homes[b].buffer < 0) return;
    buffer& held = m.buffers[m.homes[b].buffer];
    if (r.group_of[b] >= 0 && (held.first < 0 || r.group_of[b] < held.first)) held.first = r.group_of[b];
    if (at > held.last) held.last = at;
  };
  for (node_id i = 0; i < g.size(); ++i) {
    if (r.fates[i] != fate::computed) continue;
    read(i, r.group_of[i]);
    auto meet = [&](node_id b, bool) { read(b, r.group_of[i]); };
    for (node_id operand : g[i].in)
      if (operand >= 0) fuse::detail::walk(g, r, operand, true, meet);
  }
  for (const fuse::store& s : r.stores) {
    auto meet = [&](node_id b, bool) { read(b, s.group); };
    if (s.operand >= 0) fuse::detail::walk(g, r, s.value, true, meet);
    else fuse::detail::walk(g, r, g[s.value].in[0], false, meet);
  }
  detail::place(m, r.groups.size());
  return m;
}

}  // namespace intarsia::plan
