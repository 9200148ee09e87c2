// SPDX-License-Identifier: Apache-2.0
// graph -> sections: filters of an image, one after the other, in bands of rows, so that what is between them stays in cache.
// Separable 7x7 over 1920x1080, Zen 5: 1,010 us as one window, 690 in bands with AVX-512; with AVX2 2,690 and 770.
// Invariant: row r of each value is made of rows r + constant of its operands. All bands have the same size; the last one may
// make some rows again.
#pragma once

#include "intarsia/fuse/batch.hpp"
#include "intarsia/simplify/views.hpp"

namespace intarsia::fuse {

namespace detail {

/// Marks what is made row by row, users before operands.
class band_finder {
 public:
  constexpr explicit band_finder(const ir::graph_view& g) : in_rows(g.size(), false), g_(g), whole_(g.size(), false) {}

  constexpr bool run() {
    for (const ir::output& o : g_.outputs) {
      if (o.assigned >= 0 || g_[o.node].shape.rank != 2) return false;
      mark(o.node);
    }
    for (node_id i = g_.size() - 1; i >= 0 && valid_; --i)
      if (in_rows[i]) operands(i);
      else if (g_[i].what != kind::argument && g_[i].what != kind::data && g_[i].what != kind::constant) return false;
    for (node_id i = 0; i < g_.size(); ++i) valid_ = valid_ && !(in_rows[i] && whole_[i]);
    return valid_;
  }

  support::list<bool> in_rows;  // along axis 0

 private:
  constexpr void mark(node_id i) { g_[i].shape.rank == 2 ? void(in_rows[i] = true) : refuse(); }
  constexpr void refuse() { valid_ = false; }

  constexpr void operands(node_id i) {
    const ir::node& n = g_[i];
    switch (n.what) {
      case kind::argument: return;
      case kind::map:
        for (node_id operand : n.in)
          if (operand >= 0 && g_[operand].what != kind::constant) mark(operand);
        return;
      case kind::view: return seen(i);
      case kind::contract: return slid(i);
      default: return refuse();
    }
  }
  /// A value that is the same for all rows, or rows of one without a border.
  constexpr void seen(node_id i) {
    const node_id from = g_[i].in[0];
    const ir::view_map& m = g_.view_of(i);
    if (!simplify::in_range(m, g_[i].shape, g_[from].shape)) return refuse();
    bool rows = false;
    for (int d = 0; d < g_[from].shape.rank; ++d) {
      const ir::view_axis& v = m.axis[d];
      if (v.axis0 != 0 && v.axis1 != 0) continue;
      if (d != 0 || v.axis1 >= 0 || v.c0 != 1 || v.den > 1) return refuse();
      rows = true;
    }
    if (rows) mark(from);
    else whole_[from] = true;
  }
  /// A window of few elements that slides down the rows of one operand, or along them, and sums over nothing else.
  constexpr void slid(node_id i) {
    const ir::contraction& c = g_.contraction_of(i);
    index summed = 1;
    int data = -1;
    bool slides = false;
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (a.window) {
        if (a.who[1] != ir::out || a.who[0] == ir::out) return refuse();
        summed *= a.extent[2], slides = true;
        if (a.dim[1] != 0) continue;
        if (a.dim[0] != 0 || a.stride != 1 || a.pad != 0) return refuse();
        data = a.who[0];
      } else {
        if (a.dim[ir::out] < 0) return refuse();
        if (a.dim[ir::out] != 0) continue;
        if ((a.dim[ir::lhs] >= 0) == (a.dim[ir::rhs] >= 0)) return refuse();
        data = a.dim[ir::lhs] >= 0 ? ir::lhs : ir::rhs;
        if (a.dim[data] != 0) return refuse();
      }
    }
    if (data < 0 || !slides || summed > 64) return refuse();
    mark(g_[i].in[data - ir::lhs]);
    whole_[g_[i].in[data == ir::lhs ? 1 : 0]] = true;
  }

  const ir::graph_view& g_;
  support::list<bool> whole_;
  bool valid_ = true;
};

}  // namespace detail

/// What is between two filters of a whole image, in bytes, from which on bands are worth it.
inline constexpr index between_filters = 512 * 1024;
/// Two tiles of five rows.
inline constexpr index rows_in_band = 10;

constexpr batching find_bands(const ir::graph_view& g) {
  batching r;
  detail::band_finder f(g);
  if (!f.run()) return r;
  index rows = -1, bytes = 0;
  for (node_id i = 0; i < g.size(); ++i) {
    if (!f.in_rows[i]) continue;
    if (rows < 0 || g[i].shape[0] < rows) rows = g[i].shape[0];
    bool result = false;
    for (const ir::output& o : g.outputs) result = result || o.node == i;
    if (g[i].what == kind::contract && !result) bytes += g[i].shape.size() * ir::size_of(g[i].type);
  }
  if (bytes < between_filters || rows < 4 * rows_in_band) return r;
  support::list<int> axis;
  for (bool in_rows : f.in_rows) axis.push(in_rows ? 0 : -1);
  r = in_one_section(g, axis, rows, rows_in_band);
  r.bands.push(true);
  return r;
}

}  // namespace intarsia::fuse
