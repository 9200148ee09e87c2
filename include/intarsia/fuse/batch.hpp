// SPDX-License-Identifier: Apache-2.0
// graph -> sections: finds the axis of each value that is the batch, so that a tile of the batch can run through all
// layers, forward and backward, while it is in cache, with the batch on the SIMD lanes.
// Invariant: a value with a batch axis depends on each batch element by itself; whatever joins them is a sum.
#pragma once

#include "intarsia/simplify/fold.hpp"

namespace intarsia::fuse {

using ir::kind;
using ir::node_id;

/// Tiles: of the batch, bands of rows (bands.hpp), slices of channels (slices.hpp). Sections run in the order of their times: even
/// ones once, odd ones once for every tile.
struct batching_view {
  support::slice<int> axis;    // the node's batch axis, or -1
  support::slice<int> time;    // section
  support::slice<bool> total;  // a sum over the batch: complete after its section
  support::slice<index> size;  // {batch, tile}; nothing where the batch is not tiled
  support::slice<bool> bands;  // the tiles are bands of an image's rows, or else slices of channels; nothing where they are of a batch
  support::slice<index> step;  // of each node's axis, for one of `size`; nothing where all are 1
  support::slice<bool> fixed;  // depends on parameters alone: computed by `prepare`; nothing where nothing is prepared
  constexpr bool is_fixed(node_id i) const { return !fixed.empty() && fixed[i]; }
  constexpr bool tiled() const { return size.size() == 2; }
  constexpr index tiles() const { return tiled() ? (size[0] + size[1] - 1) / size[1] : 1; }
  /// What of a tiled axis is not in the tile.
  constexpr index beside() const { return tiled() ? size[0] - size[1] : 0; }
  constexpr index step_of(node_id i) const { return step.empty() ? 1 : step[i]; }
  constexpr bool in_bands() const { return !bands.empty() && bands[0]; }
  /// Whether the last tile, of the same size as the others, makes again what the one before has made.
  constexpr bool repeats() const { return tiled() && beside() % size[1] != 0; }
  /// The axis of a value that lies on the lanes, or -1.
  constexpr int lane_axis(node_id i) const { return bands.empty() ? axis[i] : -1; }
};

struct batching {
  using view = batching_view;
  support::list<int> axis;
  support::list<int> time;
  support::list<bool> total;
  support::list<index> size;
  support::list<bool> bands;
  support::list<index> step;
  support::list<bool> fixed;
  constexpr auto lists() const { return std::tie(axis, time, total, size, bands, step, fixed); }
  constexpr operator batching_view() const { return {axis, time, total, size, bands, step, fixed}; }
};

namespace detail {

class batch_finder {
 public:
  constexpr batch_finder(const ir::graph_view& g, index batch) : axis(g.size(), -1), total(g.size(), false), g_(g), batch_(batch) {}

  constexpr bool run() {
    for (node_id i = 0; i < g_.size(); ++i)
      if (g_[i].what == kind::argument && g_.arguments[g_[i].aux].is == ir::part::input && g_[i].shape.rank > 0 && g_[i].shape[0] == batch_) axis[i] = 0;
    for (node_id i = 0; i < g_.size() && valid_; ++i) axis[i] = forward(i);
    for (node_id i = g_.size() - 1; i >= 0 && valid_; --i) backward(i);
    for (node_id i = 0; i < g_.size() && valid_; ++i) {
      const int again = forward(i);
      if (again != axis[i] && !(again == -1 && is_free(i))) valid_ = false;
    }
    return valid_;
  }

  support::list<int> axis;
  support::list<bool> total;

 private:
  constexpr bool is_free(node_id i) const {
    const kind k = g_[i].what;
    return k == kind::constant || k == kind::iota || k == kind::view || k == kind::argument;
  }
  constexpr int refuse() {
    valid_ = false;
    return -1;
  }

  /// The axis of view i on which axis a of its operand is seen whole; -1 where it is not.
  constexpr int seen_on(node_id i, int a) const {
    const ir::view_axis& v = g_.view_of(i).axis[a];
    const extents& from = g_[g_[i].in[0]].shape;
    if (v.axis0 < 0 || v.axis1 >= 0 || v.c0 != 1 || v.offset != 0 || v.den > 1 || g_[i].shape[v.axis0] != from[a]) return -1;
    return uses_of(i, v.axis0) == 1 ? v.axis0 : -1;
  }
  constexpr int uses_of(node_id i, int out_axis) const {
    int uses = 0;
    for (int d = 0; d < g_[g_[i].in[0]].shape.rank; ++d) {
      const ir::view_axis& v = g_.view_of(i).axis[d];
      uses += (v.axis0 == out_axis) + (v.axis1 == out_axis);
    }
    return uses;
  }
  /// The contraction axis that is axis a of an operand, if it is a shared one.
  /// Which axis of the contraction is dimension a of operand r without a window; -1 if none is. (A number, no pointer:
  /// under sanitizers g++ takes no address of a static member for a constant.)
  constexpr int shared_axis(node_id i, ir::role r, int a) const {
    const ir::contraction& c = g_.contraction_of(i);
    for (int x = 0; x < c.count; ++x)
      if (!c.axis[x].window && c.axis[x].dim[r] == a) return x;
    return -1;
  }

  constexpr int forward(node_id i) {
    const ir::node& n = g_[i];
    const int a = n.in[0] >= 0 ? axis[n.in[0]] : -1, b = n.in[1] >= 0 ? axis[n.in[1]] : -1;
    switch (n.what) {
      case kind::argument: return axis[i];
      case kind::map: {
        const int c = n.in[2] >= 0 ? axis[n.in[2]] : -1;
        const int any = a >= 0 ? a : b >= 0 ? b : c;
        if ((a >= 0 && a != any) || (b >= 0 && b != any) || (c >= 0 && c != any)) return refuse();
        return any;
      }
      case kind::view: {
        if (a < 0) return -1;
        const int out = seen_on(i, a);
        return out >= 0 ? out : refuse();
      }
      case kind::reshape: return a < 0 ? -1 : a == 0 && n.shape[0] == batch_ ? 0 : refuse();
      case kind::reduce: {
        if (a < 0) return -1;
        if (n.aux >> a & 1) {
          if (n.op != ir::opcode::add) return refuse();
          total[i] = true;
          return -1;
        }
        int out = a;
        for (int d = 0; d < a; ++d) out -= n.aux >> d & 1;
        return out;
      }
      case kind::contract: {
        if (a < 0 && b < 0) return -1;
        const int x = a >= 0 ? shared_axis(i, ir::lhs, a) : -1;
        const int y = b >= 0 ? shared_axis(i, ir::rhs, b) : -1;
        if ((a >= 0 && x < 0) || (b >= 0 && y < 0) || (x >= 0 && y >= 0 && x != y)) return refuse();
        const int out = g_.contraction_of(i).axis[x >= 0 ? x : y].dim[ir::out];
        if (out > 0 && n.shape[out] == batch_) return refuse();  // a channel that happens to come first in a kernel
        if (out == 0 && n.shape[0] == batch_) return 0;
        total[i] = true;  // also where the lanes are kept apart, see with_copies
        return -1;
      }
      case kind::copy: return a;
      case kind::concat: return a == n.aux || b == n.aux || (a >= 0 && b >= 0 && a != b) ? ((a >= 0 || b >= 0) ? refuse() : -1) : a >= 0 ? a : b;
      default: return axis[i];
    }
  }

  /// Operands without an axis of their own take the one that their user needs.
  constexpr void backward(node_id i) {
    const ir::node& n = g_[i];
    if (n.what == kind::contract) {
      for (int k = 0; k < 2; ++k) {
        const int other = axis[n.in[1 - k]];
        if (axis[n.in[k]] >= 0 || other < 0) continue;
        const int x = shared_axis(i, k == 0 ? ir::rhs : ir::lhs, other);
        const int own = x >= 0 ? g_.contraction_of(i).axis[x].dim[ir::lhs + k] : -1;
        if (own >= 0) mark(n.in[k], own);
      }
      return;
    }
    if (axis[i] < 0) return;
    if (n.what == kind::map || n.what == kind::concat)
      for (node_id operand : n.in)
        if (operand >= 0 && axis[operand] < 0) mark(operand, axis[i]);
  }
  constexpr void mark(node_id i, int a) {
    const ir::node& n = g_[i];
    if (axis[i] == a) return;
    if (axis[i] >= 0 || total[i]) return void(refuse());
    axis[i] = a;
    switch (n.what) {
      case kind::constant: return;
      case kind::argument: return void(n.shape[a] == batch_ ? 0 : refuse());
      case kind::iota: return void(n.aux >> a & 1 ? refuse() : 0);
      case kind::map:
        for (node_id operand : n.in)
          if (operand >= 0) mark(operand, a);
        return;
      case kind::view:
        if (uses_of(i, a) == 0) return;
        for (int d = 0; d < g_[n.in[0]].shape.rank; ++d)
          if (g_.view_of(i).axis[d].axis0 == a) return void(seen_on(i, d) == a ? (mark(n.in[0], d), 0) : refuse());
        refuse();
        return;
      default: refuse();
    }
  }

  const ir::graph_view& g_;
  index batch_;
  bool valid_ = true;
};

}  // namespace detail

/// A tile of the batch must leave the values of its widest layer in the second-level cache.
inline constexpr index tile_limit = 512 * 1024;

/// `lanes`: of the target's vectors, for 4-byte elements. `prepared`: section 0 holds what parameters decide, the rest
/// begins with section 2.
constexpr batching find_batch(const ir::graph_view& g, index lanes, bool prepared) {
  batching r;
  r.time = support::list<int>(g.size(), 0);
  if (prepared) {
    r.fixed = simplify::find_fixed(g);
    for (node_id i = 0; i < g.size(); ++i)
      if (!r.fixed[i]) r.time[i] = 2;
  }
  r.axis = support::list<int>(g.size(), -1);
  r.total = support::list<bool>(g.size(), false);
  index batch = 0;
  int contractions = 0;
  index widest = 1;
  for (node_id i = 0; i < g.size(); ++i) {
    const ir::node& n = g[i];
    contractions += n.what == kind::contract;
    if (n.what == kind::argument && g.arguments[n.aux].is == ir::part::input && n.shape.rank > 1 && n.shape[0] > batch) batch = n.shape[0];
  }
  // one product alone has better axes for the lanes than its rows
  if (contractions < 2 || lanes < 2 || batch < 2 * lanes || batch % lanes != 0) return r;
  detail::batch_finder f(g, batch);
  if (!f.run()) return r;
  bool has_batch = false;  // not only sums over it, which are sums like any other
  for (node_id i = 0; i < g.size(); ++i) has_batch = has_batch || (g[i].what == kind::contract && f.axis[i] >= 0);
  if (!has_batch) return r;
  for (node_id i = 0; i < g.size(); ++i)
    if (f.axis[i] >= 0 && (g[i].what == kind::contract || g[i].what == kind::reduce) && g[i].shape.size() / batch > widest) widest = g[i].shape.size() / batch;
  if (widest * lanes * 4 > tile_limit) return r;
  r.axis = f.axis;
  r.total = f.total;
  r.size.push(batch);
  r.size.push(lanes);
  for (node_id i = 0; i < g.size(); ++i) {
    int t = r.time[i];
    for (node_id operand : g[i].in)
      if (operand >= 0) {
        const int ready = r.time[operand] + (r.total[operand] ? 1 : 0);
        if (ready > t) t = ready;
      }
    const bool in_tiles = r.axis[i] >= 0 || r.total[i];
    if (g[i].what != kind::constant && g[i].what != kind::argument && (t % 2 == 1) != in_tiles) ++t;
    r.time[i] = t;
  }
  return r;
}

/// What has one of these axes in one section of tiles, `tile` of `whole` steps along it each; the rest before it, once.
constexpr batching in_one_section(const ir::graph_view& g, const support::list<int>& axis, index whole, index tile) {
  batching r;
  r.axis = axis;
  r.time = support::list<int>(g.size(), 0);
  r.total = support::list<bool>(g.size(), false);
  for (node_id i = 0; i < g.size(); ++i)
    if (axis[i] >= 0 && g[i].what != kind::argument) r.time[i] = 1;
  r.size.push(whole);
  r.size.push(tile);
  return r;
}

/// Gradients of weights are sums over the batch, which lies on the lanes: adding up the lanes for every element and tile
/// would cost more than the products.
/// Sums over other loops as well (convolutions) keep their lanes apart: the result has the tile's lanes as a last axis
/// until all tiles are done. Sums over the batch alone (linear layers) have another axis for the lanes: one operand is
/// copied with that axis innermost.
constexpr ir::graph with_copies(const ir::graph_view& from, const batching& b) {
  const index lanes = b.size[1];
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](node_id i, ir::node n) {
    if (n.what == kind::contract && b.total[i]) {
      const ir::contraction& c = from.contraction_of(i);
      index summed = 1, extent[2] = {1, 1};
      bool windows = false;
      for (int x = 0; x < c.count; ++x) {
        const ir::contraction_axis& a = c.axis[x];
        windows = windows || a.window;
        if (a.dim[ir::out] < 0 && a.dim[ir::lhs] != b.axis[from[i].in[0]]) summed *= a.extent[0];
        for (int r = 0; r < 2; ++r)
          if (a.dim[ir::out] >= 0 && a.dim[ir::lhs + r] >= 0 && a.dim[ir::lhs + r] == from[from[i].in[r]].shape.rank - 1) extent[r] = a.extent[0];
      }
      const int wide = extent[1] > extent[0] ? 1 : 0;
      if (!windows && summed == 1 && extent[wide] >= lanes) {
        ir::node copy = g[n.in[wide]];
        copy.what = kind::copy;
        copy.op = ir::opcode::none;
        copy.in[0] = n.in[wide];
        copy.in[1] = copy.in[2] = copy.aux = -1;
        n.in[wide] = g.add(copy);
      } else if (summed > 1 || windows) {
        ir::contraction kept = c;
        for (int x = 0; x < c.count; ++x)
          if (!c.axis[x].window && c.axis[x].dim[ir::out] < 0 && b.axis[from[i].in[0]] >= 0 && c.axis[x].dim[ir::lhs] == b.axis[from[i].in[0]]) {
            kept.axis[x].dim[ir::out] = n.shape.rank;
            n.shape.push(lanes);
            n.aux = g.contractions.push(kept);
            return ir::reduce(g, ir::opcode::add, g.add(n), 1 << (n.shape.rank - 1));
          }
      }
    }
    return g.add(n);
  });
  return g;
}

/// Axis x of a contraction in one tile; its operands are tiled along these axes.
constexpr void tile_axis(ir::contraction_axis& x, int lhs, int rhs, index beside) {
  auto is_tiled = [&](int role, int dim) { return dim >= 0 && dim == (role == ir::lhs ? lhs : rhs); };
  if (!x.window && (is_tiled(ir::lhs, x.dim[ir::lhs]) || is_tiled(ir::rhs, x.dim[ir::rhs]))) x.extent[0] -= beside;
  if (x.window && x.who[0] != ir::out && is_tiled(x.who[0], x.dim[0])) x.extent[0] -= beside, x.extent[1] -= beside;
}

/// The graph of one tile: the tiled axis has the tile's extent. Node numbers stay.
constexpr ir::graph one_tile(const ir::graph_view& from, const batching_view& b) {
  ir::graph g = ir::with_tables_of(from);
  for (node_id i = 0; i < from.size(); ++i) {
    ir::node n = from[i];
    if (b.tiled()) {
      const index beside = b.beside() * b.step_of(i);
      if (b.axis[i] >= 0) n.shape[b.axis[i]] -= beside;
      if (n.what == kind::contract) {
        ir::contraction c = from.contraction_of(i);
        for (int x = 0; x < c.count; ++x) tile_axis(c.axis[x], b.axis[n.in[0]], b.axis[n.in[1]], beside);
        n.aux = g.contractions.push(c);
      }
    }
    g.add(n);
  }
  for (const ir::output& o : from.outputs) g.outputs.push(o);
  for (const ir::label& l : from.labels) g.labels.push(l);
  return g;
}

}  // namespace intarsia::fuse
