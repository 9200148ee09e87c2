// SPDX-License-Identifier: Apache-2.0
// graph -> graph: the derivative of a convolution to its kernel, where that is larger than the image, as a matrix product with
// the image's windows written out (im2col).
//
//   dw[b, c, k] = sum over o of dy[b, o] * X[o, c, k],    X[o, c, k] = x[c, stride o + dilation k - pad]
//
// With (c, k) on the lanes, results are stored as they lie in memory. With c alone they are `taps` elements apart, and few
// products do not hide as many scalar stores. Receives a graph whose operands have their borders.
#pragma once

#include "intarsia/fuse/pack.hpp"

namespace intarsia::fuse {

/// The form of such a derivative, by its operands and axes.
struct kernel_gradient {
  ir::role image = ir::nobody;
  ir::role other = ir::nobody;
  int channels = -1;  // axis that the result and the image have
  int windows = 0;
  index columns = 1;  // elements of X
  index taps = 1;

  constexpr explicit kernel_gradient(const ir::contraction& c) {
    int in = 0, out = 0;
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) continue;
      if (a.who[2] != ir::out || (image != ir::nobody && a.who[0] != image)) return;
      image = static_cast<ir::role>(a.who[0]), other = static_cast<ir::role>(a.who[1]);
      columns *= a.extent[1] * a.extent[2], taps *= a.extent[2];
      ++windows;
    }
    for (int x = 0; x < c.count && image != ir::nobody; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (a.window) continue;
      if (a.dim[image] >= 0) columns *= a.extent[0];
      if (a.dim[ir::out] < 0) continue;
      if (a.dim[image] >= 0) channels = x, ++in;
      if (a.dim[other] >= 0) ++out;
    }
    if (in != 1 || out != 1 || c.axis[channels].dim[other] >= 0) channels = -1;
  }
  constexpr bool exists() const { return channels >= 0; }
};

/// X, [groups of as many channels as lanes, .., places.., channels of a group, taps..], and the product with it.
constexpr ir::node_id windows_written_out(ir::graph& g, ir::node n, const ir::contraction& c, const kernel_gradient& k, index lanes) {
  const ir::node_id image = n.in[k.image - ir::lhs];
  const ir::contraction_axis& channels = c.axis[k.channels];
  extents wide, shape;
  ir::view_map m;
  ir::contraction product;
  auto share = [&](int out, int in_image, int in_other, index extent) {
    product.share(out, k.image == ir::lhs ? in_image : in_other, k.image == ir::lhs ? in_other : in_image, extent);
  };
  auto put = [](extents& to, index extent) {
    to.push(extent);
    return to.rank - 1;
  };
  const int groups = put(wide, channels.extent[0] / lanes);
  for (int x = 0; x < c.count; ++x)
    if (!c.axis[x].window && c.axis[x].dim[ir::out] < 0) {
      const int at = c.axis[x].dim[k.image] >= 0 ? put(wide, c.axis[x].extent[0]) : -1;
      if (at >= 0) m.axis[c.axis[x].dim[k.image]] = {0, 0, at, 1, -1, 0};
      share(-1, at, c.axis[x].dim[k.other], c.axis[x].extent[0]);
    }
  int place[ir::max_contraction_axes] = {};
  for (int x = 0; x < c.count; ++x)
    if (c.axis[x].window) {
      place[x] = put(wide, c.axis[x].extent[1]);
      share(-1, place[x], c.axis[x].dim[1], c.axis[x].extent[1]);
    }
  const int member = put(wide, lanes);
  m.axis[channels.dim[k.image]] = {0, 0, groups, lanes, member, 1};
  for (int d = 0; d < n.shape.rank; ++d)
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (a.window && a.dim[2] == d) {
        const int tap = put(wide, a.extent[2]);
        m.axis[a.dim[0]] = {-a.pad, 0, place[x], a.stride, tap, a.dilation};
        share(put(shape, a.extent[2]), tap, -1, a.extent[2]);
      } else if (!a.window && a.dim[ir::out] == d && x == k.channels) {
        share(put(shape, wide[groups]), groups, -1, wide[groups]);
        share(put(shape, lanes), member, -1, lanes);
      } else if (!a.window && a.dim[ir::out] == d) {
        share(put(shape, a.extent[0]), a.dim[k.image], a.dim[k.other], a.extent[0]);
      }
    }
  const extents whole = n.shape;
  n.in[k.image - ir::lhs] = ir::unary(g, ir::kind::copy, ir::view(g, image, wide, m));
  n.shape = shape;
  n.aux = g.contractions.push(product);
  return ir::reshape(g, g.add(n), whole);
}

constexpr index lanes_for(ir::dtype type, index lanes) { return type == ir::dtype::f64 ? lanes / 2 : lanes; }

/// Whether the channels fill vectors.
constexpr bool can_im2col(const ir::graph_view& g, const ir::node& n, index lanes) {
  if (n.what != ir::kind::contract || !ir::is_float(n.type)) return false;
  const ir::contraction& c = g.contractions[n.aux];
  const kernel_gradient k(c);
  if (!k.exists() || c.count + k.windows + 1 > ir::max_contraction_axes || g[n.in[k.image - ir::lhs]].shape.rank + k.windows + 1 > max_rank) return false;
  return n.shape.rank < max_rank && c.axis[k.channels].extent[0] % lanes_for(n.type, lanes) == 0;
}
/// Whether the windows are also fewer than the results. (3x3, 512x7x7, Zen 5, AVX-512: 1.46 to 1.2 ms.)
constexpr bool prefers_im2col(const ir::graph_view& g, const ir::node& n, index lanes) {
  if (!can_im2col(g, n, lanes)) return false;
  const ir::contraction& c = g.contractions[n.aux];
  const kernel_gradient k(c);
  return k.taps > 1 && ir::products_of(c) >= worth_a_copy && k.columns <= n.shape.size();
}

constexpr bool has_im2col(const ir::graph_view& g, index lanes) {
  for (const ir::node& n : g.nodes)
    if (prefers_im2col(g, n, lanes)) return true;
  return false;
}

constexpr ir::graph with_im2col(const ir::graph_view& from, index lanes, bool wherever_possible = false) {
  ir::graph g = ir::with_tables_of(from);
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    if (!(wherever_possible ? can_im2col(from, from[i], lanes) : prefers_im2col(from, from[i], lanes))) return g.add(n);
    const ir::contraction& c = from.contraction_of(i);
    return windows_written_out(g, n, c, kernel_gradient(c), lanes_for(n.type, lanes));
  });
  return g;
}

}  // namespace intarsia::fuse
