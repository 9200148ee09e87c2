// SPDX-License-Identifier: Apache-2.0
// groups -> memory: a home for every value that is kept, and an offset in the one workspace for each buffer.
// Invariant: two buffers whose lifetimes (in groups) meet do not share a byte.
#pragma once

#include "intarsia/plan/layout.hpp"

namespace intarsia::plan {

enum class space : std::uint8_t { argument, output, data, workspace, prepared };

struct buffer {
  space where = space::workspace;
  int number = 0;        // of the argument or output; first element of data
  ir::dtype type = ir::dtype::f32;
  index elements = 0;
  index offset = 0;      // bytes from the start of the workspace
  int first = -1;        // group that writes first
  int last = -1;         // group that reads last
  bool zeroed = false;   // has a border, or gathers a sum over the batch: set to zero before the first write
  index tile_step = 0;   // bytes from one tile of the batch to the next
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

constexpr index bytes_in(const memory_view& m, space where) {
  index bytes = 0;
  for (const buffer& b : m.buffers)
    if (b.where == where && b.offset + bytes_of(b) > bytes) bytes = b.offset + bytes_of(b);
  return bytes;
}

/// For each argument the last group that reads it, at its own point or elsewhere.
struct argument_reads {
  support::list<int> at_point;
  support::list<int> elsewhere;

  constexpr argument_reads(const ir::graph_view& g, const fuse::batching_view& batch, const fuse::grouping_view& r)
      : at_point(g.arguments.size(), -1), elsewhere(g.arguments.size(), -1), batch_(batch), r_(r), axis_(g.arguments.size(), -1) {
    for (node_id i = 0; i < g.size(); ++i)
      if (g[i].what == kind::argument) axis_[g[i].aux] = batch.axis[i];
    for (node_id i = 0; i < g.size(); ++i)
      if (r.fates[i] == fate::computed)
        for (node_id operand : g[i].in)
          if (operand >= 0) walk(g, r, operand, r.group_of[i], g[i].what == kind::map);
    for (const fuse::store& s : r.stores) {
      if (s.home) continue;
      if (s.operand >= 0) walk(g, r, s.value, s.group, true);
      else walk(g, r, g[s.value].in[0], s.group, false);
    }
  }
  /// Whether the old value is still wanted after, or at other points than, the group that overwrites it with this value; also by
  /// the next tile, which comes by the groups before the writer again.
  constexpr bool late(int argument, int writer, node_id value) const {
    const int last = elsewhere[argument] > at_point[argument] ? elsewhere[argument] : at_point[argument];
    const int time = r_.groups[writer].time;
    const bool next_tile = time % 2 == 1 && last >= 0 && r_.groups[last].time == time && axis_[argument] != batch_.axis[value];
    return elsewhere[argument] >= writer || at_point[argument] > writer || next_tile;
  }

 private:
  const fuse::batching_view& batch_;
  const fuse::grouping_view& r_;
  support::list<int> axis_;  // along which the argument is in tiles, or -1

  constexpr void walk(const ir::graph_view& g, const fuse::grouping_view& r, node_id i, int group, bool pointwise) {
    const ir::node& n = g[i];
    if (n.what == kind::argument) {
      int& last = pointwise ? at_point[n.aux] : elsewhere[n.aux];
      if (group > last) last = group;
      return;
    }
    if (r.fates[i] != fate::inlined && r.fates[i] != fate::seen) return;
    for (node_id operand : n.in)
      if (operand >= 0) walk(g, r, operand, group, pointwise && (n.what == kind::map || r.through[i]));
  }
};

namespace detail {

/// Where operand k of a gathered node lies in the node's own home.
constexpr home part_of(const ir::graph_view& g, const fuse::batching_view& batch, const fuse::grouping_view& r, node_id into, int k, const home& whole) {
  home h = whole;
  const ir::node& n = g[into];
  if (k < 0) return h;
  if (n.what == kind::reshape) return dense(whole.buffer, g[n.in[0]].shape, batch.lane_axis(n.in[0]));
  if (n.what == kind::concat) {
    int part = 0;
    fuse::for_each_part(g, r.fates, into, [&](node_id, const extents& place) {
      if (part++ == k)
        for (int d = 0; d < n.shape.rank; ++d) h.offset += h.stride[d] * place[d];
    });
    return h;
  }
  const ir::view_map& m = g.view_of(into);
  for (int d = 0; d < n.shape.rank; ++d) h.offset -= h.stride[d] * m.axis[d].offset;
  return h;
}

}  // namespace detail

/// What the whole call sees of a value: the tiled axis has its full extent again.
constexpr extents full_shape(const ir::graph_view& g, const fuse::batching_view& batch, node_id i) {
  extents e = g[i].shape;
  if (batch.axis[i] >= 0) e[batch.axis[i]] += batch.beside() * batch.step_of(i);
  return e;
}

/// A value in the caller's memory: row-major over the whole batch, one tile further on for each.
constexpr home outside(memory& m, buffer b, const ir::graph_view& g, const fuse::batching_view& batch, node_id i) {
  const extents shape = full_shape(g, batch, i);
  home h = row_major(m.buffers.size(), shape);
  b.type = g[i].type;
  b.elements = shape.size();
  if (batch.tiled() && batch.axis[i] >= 0) b.tile_step = h.stride[batch.axis[i]] * batch.size[1] * batch.step_of(i) * ir::size_of(b.type);
  m.buffers.push(b);
  return h;
}

/// The buffers with their lifetimes, and where each value lies in its buffer; they have no offsets yet.
constexpr memory lifetimes(const ir::graph_view& g, const fuse::batching_view& batch, const fuse::grouping_view& r) {
  memory m;
  m.homes = support::list<home>(g.size());
  m.store_homes = support::list<home>(r.stores.size());
  auto time_of = [&](int group) { return r.groups[group].time; };

  // results of the program
  const argument_reads reads(g, batch, r);
  for (int s = 0; s < r.stores.size(); ++s) {
    const fuse::store& st = r.stores[s];
    if (st.output < 0) continue;
    const ir::output& o = g.outputs[st.output];
    buffer b;
    b.where = space::output;
    b.number = st.output;
    b.first = b.last = st.group;
    const bool gathered = r.fates[st.value] == fate::gathered;
    b.zeroed = st.home && (!gathered || fuse::is_pad(g, st.value));
    if (o.assigned >= 0) {
      b.where = space::argument;
      b.number = o.assigned;
      if (reads.late(o.assigned, st.group, st.value)) {
        b.where = space::workspace;
        m.late.push({m.buffers.size(), o.assigned});
        b.last = r.groups.size();
      }
    }
    m.store_homes[s] = outside(m, b, g, batch, st.value);
    // the result's memory serves as the home, but not that of an argument, whose old value others may read
    const bool on_lanes = batch.lane_axis(st.value) >= 0;
    if ((r.fates[st.value] == fate::computed || (gathered && st.home)) && o.assigned < 0 && !on_lanes && (st.home || !batch.total[st.value]) && m.homes[st.value].buffer < 0)
      m.homes[st.value] = m.store_homes[s];
  }
  const support::list<int> innermost = innermost_axes(g, batch, r);
  for (node_id i = g.size() - 1; i >= 0; --i) {
    const ir::node& n = g[i];
    if (n.what == kind::argument || n.what == kind::data) {
      buffer b;
      b.where = n.what == kind::argument ? space::argument : space::data;
      b.number = n.aux;
      m.homes[i] = outside(m, b, g, batch, i);
      continue;
    }
    if (!r.stored[i] && r.fates[i] != fate::gathered) continue;
    if (m.homes[i].buffer < 0) {
      buffer b;
      b.type = n.type;
      b.elements = n.shape.size();
      b.first = r.group_of[i];
      b.zeroed = batch.total[i] || (r.fates[i] == fate::gathered && n.what == kind::view && fuse::is_pad(g, i));
      m.homes[i] = dense(m.buffers.push(b), n.shape, innermost[i]);
    }
    // operands of a gathered value live inside of it, where nobody asks for them as a plain sequence
    if (r.fates[i] != fate::gathered || n.what == kind::copy || (n.what == kind::view && !fuse::is_pad(g, i))) continue;
    int parts = 0;
    auto settle = [&](node_id operand, const extents& = {}) {
      const int part = parts++;
      if (r.fates[operand] != fate::computed || r.contiguous[operand] || m.homes[operand].buffer >= 0) return;
      if (batch.total[operand] || batch.time[operand] != batch.time[i]) return;
      m.homes[operand] = detail::part_of(g, batch, r, i, part, m.homes[i]);
    };
    if (n.what == kind::concat) fuse::for_each_part(g, r.fates, i, settle);
    else settle(n.in[0]);
  }
  for (int s = 0; s < r.stores.size(); ++s) {
    const fuse::store& st = r.stores[s];
    if (st.into >= 0) m.store_homes[s] = detail::part_of(g, batch, r, st.into, st.operand, m.homes[st.into]);
    buffer& b = m.buffers[m.store_homes[s].buffer];
    if (b.first < 0 || st.group < b.first) b.first = st.group;
    if (st.group > b.last) b.last = st.group;
  }

  // lifetimes: to the last group that reads. A tile of the batch comes by again and again: what comes from outside of
  // its section, or leaves it, lives through the whole section.
  support::list<int> section_first, section_last;
  for (int at = 0; at < r.groups.size(); ++at) {
    while (section_first.size() <= time_of(at)) section_first.push(-1), section_last.push(-1);
    if (section_first[time_of(at)] < 0) section_first[time_of(at)] = at;
    section_last[time_of(at)] = at;
  }
  auto in_tiles = [&](int group) { return time_of(group) % 2 == 1; };
  auto read = [&](node_id b, int at) {
    if (m.homes[b].buffer < 0) return;
    buffer& held = m.buffers[m.homes[b].buffer];
    const int writer = r.group_of[b];
    if (writer >= 0 && (held.first < 0 || writer < held.first)) held.first = writer;
    int last = at;
    if (writer >= 0 && time_of(writer) != time_of(at)) {
      if (in_tiles(at)) last = section_last[time_of(at)];
      if (in_tiles(writer)) {
        held.first = section_first[time_of(writer)] < held.first ? section_first[time_of(writer)] : held.first;
        // a value of each tile, kept for all of them
        if (batch.axis[b] >= 0 && held.where == space::workspace && held.tile_step == 0) {
          held.tile_step = held.elements * ir::size_of(held.type);
          held.elements *= batch.tiles();
        }
      }
    }
    if (last > held.last) held.last = last;
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
  for (buffer& b : m.buffers)
    if (b.zeroed && b.first >= 0 && in_tiles(b.first)) {
      const int t = time_of(b.first);
      b.first = section_first[t];
      if (section_last[t] > b.last) b.last = section_last[t];
    }
  index kept = 0;
  if (!batch.fixed.empty())
    for (buffer& b : m.buffers)
      if (b.where == space::workspace && b.first >= 0 && time_of(b.first) == 0) {
        b.where = space::prepared;
        b.offset = kept;
        kept += bytes_of(b);
      }
  return m;
}

/// First fit among the buffers that are alive, which are kept in the order of their offsets.
constexpr memory place(const memory_view& living, int groups) {
  memory m;
  for (const buffer& b : living.buffers) m.buffers.push(b);
  for (const home& h : living.homes) m.homes.push(h);
  for (const home& h : living.store_homes) m.store_homes.push(h);
  for (const late_copy& c : living.late) m.late.push(c);
  // buffers in the order of their first group
  support::list<int> begin(groups + 1, 0), order(m.buffers.size(), 0);
  auto placed = [&m](int b) { return m.buffers[b].where == space::workspace && m.buffers[b].first >= 0; };
  for (int b = 0; b < m.buffers.size(); ++b)
    if (placed(b)) ++begin[m.buffers[b].first + 1];
  for (int at = 0; at < groups; ++at) begin[at + 1] += begin[at];
  support::list<int> next = begin;
  for (int b = 0; b < m.buffers.size(); ++b)
    if (placed(b)) order[next[m.buffers[b].first]++] = b;

  struct taken {
    index from, to;
    int last;
  };
  support::list<taken> alive;
  for (int at = 0; at < groups; ++at) {
    if (begin[at] == begin[at + 1]) continue;
    int kept = 0;
    for (const taken& t : alive)
      if (t.last >= at) alive[kept++] = t;
    while (alive.size() > kept) alive.pop();
    for (int o = begin[at]; o < begin[at + 1]; ++o) {
      buffer& fresh = m.buffers[order[o]];
      const index bytes = bytes_of(fresh);
      index offset = 0;
      int slot = 0;
      for (const taken& t : alive) {
        if (t.from - offset >= bytes) break;
        offset = t.to;
        ++slot;
      }
      fresh.offset = offset;
      alive.push({});
      for (int i = alive.size() - 1; i > slot; --i) alive[i] = alive[i - 1];
      alive[slot] = {offset, offset + bytes, fresh.last};
    }
  }
  return m;
}

}  // namespace intarsia::plan
