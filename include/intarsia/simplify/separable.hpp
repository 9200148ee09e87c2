// SPDX-License-Identifier: Apache-2.0
// graph -> graph: a window whose constant kernel is a product of a column and a row slides along one axis, then along the
// other: h + w products for h * w. (7x7 over 512x512: 219 to 98 us.)
#pragma once

#include "intarsia/ir/build.hpp"

namespace intarsia::simplify {

/// kernel[i][j] = column[i] * row[j], to the precision of a float.
struct outer_product {
  bool exists = false;
  support::list<double> column, row;
};

/// Of whole numbers up to 2^24; of others the first.
constexpr double common_divisor(double a, double b) {
  auto whole = [](double v) { return v > -16777216 && v < 16777216 && static_cast<double>(static_cast<std::int64_t>(v)) == v; };
  if (!whole(a) || !whole(b)) return a;
  auto x = static_cast<std::int64_t>(a), y = static_cast<std::int64_t>(b);
  while (y != 0) {
    const std::int64_t rest = x % y;
    x = y, y = rest;
  }
  return static_cast<double>(x);
}

constexpr outer_product factors(const ir::graph_view& g, ir::node_id kernel) {
  outer_product f;
  const index h = g[kernel].shape[0], w = g[kernel].shape[1];
  auto at = [&](index i, index j) { return g.values[g[kernel].aux + static_cast<int>(i * w + j)]; };
  auto size = [](double v) { return v < 0 ? -v : v; };
  index p = 0, q = 0;  // the largest element: the factors are exact on its row and its column
  for (index i = 0; i < h; ++i)
    for (index j = 0; j < w; ++j)
      if (size(at(i, j)) > size(at(p, q))) p = i, q = j;
  const double most = at(p, q);
  if (!(size(most) > 0)) return f;
  // the row in whole numbers, if it is of such: the products are exact then
  double unit = most;
  for (index j = 0; j < w; ++j) unit = common_divisor(unit, at(p, j));
  for (index j = 0; j < w; ++j) f.row.push(at(p, j) / unit);
  for (index i = 0; i < h; ++i) f.column.push(at(i, q) / (most / unit));
  constexpr double ulp = 1.0 / (1 << 23);
  f.exists = true;
  for (index i = 0; i < h; ++i)
    for (index j = 0; j < w; ++j)
      if (!(size(f.column[static_cast<int>(i)] * f.row[static_cast<int>(j)] - at(i, j)) <= ulp * size(most))) f.exists = false;
  return f;
}

/// The kernel of contraction c, if it is constant and both of its axes are windows that other tensors run along; -1 if not.
/// Two passes take the time of some ten products more.
constexpr int constant_kernel(const ir::graph_view& g, const ir::node& n, const ir::contraction& c) {
  for (int r = ir::lhs; r <= ir::rhs; ++r) {
    const ir::node_id k = n.in[r - ir::lhs];
    if (g[k].what != ir::kind::data || g[k].shape.rank != 2 || !ir::is_float(g[k].type)) continue;
    if (g[k].shape[0] * g[k].shape[1] < 2 * (g[k].shape[0] + g[k].shape[1])) continue;
    int windows = 0;
    bool apart = true;
    for (int x = 0; x < c.count; ++x) {
      if (c.axis[x].window) windows += c.axis[x].who[2] == r;
      else apart = apart && c.axis[x].dim[r] < 0 && c.axis[x].dim[ir::out] >= 0;
    }
    if (windows == 2 && apart) return r;
  }
  return -1;
}

constexpr ir::node_id constant_row(ir::graph& g, ir::dtype type, const support::list<double>& values) {
  ir::node n;
  n.what = ir::kind::data;
  n.type = type;
  n.shape.push(values.size());
  n.aux = g.values.size();
  for (double v : values) g.values.push(v);
  return g.add(n);
}

/// Only the windows along axis `d` of the kernel; along the other one, and all the rest, the result runs with the operand.
constexpr ir::node_id slide(ir::graph& g, const ir::node& n, const ir::contraction& c, ir::role kernel, int d, ir::node_id operand, ir::node_id taps,
                            bool first) {
  const ir::role data = kernel == ir::lhs ? ir::rhs : ir::lhs;
  ir::node made = n;
  ir::contraction form = c;
  for (int x = 0; x < form.count; ++x) {
    ir::contraction_axis& a = form.axis[x];
    if (!a.window) {
      if (!first) a.dim[data] = a.dim[ir::out];
      continue;
    }
    const int i = a.who[0] == data ? 0 : 1, o = 1 - i;  // which index the operand has, and the result
    const bool slides = a.dim[2] == d;
    if (slides) {
      if (!first) a.dim[i] = a.dim[o];
      a.dim[2] = 0;
      continue;
    }
    const int from = first ? a.dim[i] : a.dim[o], to = a.dim[o];
    const index extent = first ? a.extent[i] : a.extent[o];
    a = ir::contraction_axis{};
    a.dim[ir::out] = to;
    a.dim[data] = from;
    a.extent[0] = extent;
    if (first) made.shape[to] = extent;
  }
  made.in[data - ir::lhs] = operand;
  made.in[kernel - ir::lhs] = taps;
  made.aux = g.contractions.push(form);
  return g.add(made);
}

/// Without constants the pass has nothing to do (and clang counts the steps of copying a graph).
constexpr bool has_data(const ir::graph_view& g) {
  for (const ir::node& n : g.nodes)
    if (n.what == ir::kind::data) return true;
  return false;
}

constexpr ir::graph separated(const ir::graph_view& from) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    const int kernel = n.what == ir::kind::contract ? constant_kernel(from, from[i], from.contraction_of(i)) : -1;
    outer_product f;
    if (kernel >= 0) f = factors(from, from[i].in[kernel - ir::lhs]);
    if (!f.exists) return g.add(n);
    const ir::role r = static_cast<ir::role>(kernel);
    const ir::node_id columns = slide(g, n, from.contraction_of(i), r, 0, n.in[r == ir::lhs ? 1 : 0], constant_row(g, n.type, f.column), true);
    return slide(g, n, from.contraction_of(i), r, 1, columns, constant_row(g, n.type, f.row), false);
  });
  return g;
}

}  // namespace intarsia::simplify
