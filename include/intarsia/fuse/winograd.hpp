// SPDX-License-Identifier: Apache-2.0
// graph -> graph: a 3x3 convolution that asked for it as Winograd's, which makes 4 results with 16 products instead of
// 36 (tiles of 2x2), or 16 with 36 instead of 144 (tiles of 4x4).
//
//   Y = A' [ (G k G') * (B' x B) ] A     for each tile, the products summed over the input channels
//
// Each transform is two one-dimensional ones, along rows and along columns, with the channels on the lanes. The products
// are one batched matrix product: as many batches as points, tiles times channels. All are ordinary nodes: what depends on
// the kernel alone is prepared, bias and activation are fused as behind any other value.
#pragma once

#include <initializer_list>

#include "intarsia/fuse/readers.hpp"
#include "intarsia/simplify/simplify.hpp"

namespace intarsia::fuse {

/// A contraction that is a 3x3 convolution, by its tensors' axes.
struct square_convolution {
  struct window {
    index start = 0;  // of the data's index for result 0 and tap 0
    bool flipped = false;
    index extent = 0;  // of the result
    int result = -1, data = -1, kernel = -1;
  };
  struct channels {
    index extent = 0;
    int result = -1, data = -1, kernel = -1;
  };
  ir::role data = ir::nobody;
  ir::role kernel = ir::nobody;
  channels images, in, out;
  window space[2];

  /// Of the gradients of such a convolution, that to the data is one, that to the kernel is not.
  static constexpr square_convolution of(const ir::contraction& c) {
    square_convolution s;
    int windows = 0, others = 0;
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) continue;
      if (windows == 2 || a.who[2] == ir::out || a.extent[2] != 3 || a.stride != 1 || a.dilation != 1) return {};
      const bool flipped = a.who[0] == ir::out;  // o = i + pad - k
      s.kernel = static_cast<ir::role>(a.who[2]);
      s.data = s.kernel == ir::lhs ? ir::rhs : ir::lhs;
      s.space[windows++] = {flipped ? a.pad - 2 : -a.pad, flipped, a.extent[flipped ? 0 : 1], a.dim[flipped ? 0 : 1], a.dim[flipped ? 1 : 0], a.dim[2]};
    }
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (a.window) continue;
      const channels found{a.extent[0], a.dim[ir::out], a.dim[s.data], a.dim[s.kernel]};
      (found.kernel < 0 ? s.images : found.result < 0 ? s.in : s.out) = found;
      ++others;
    }
    const bool whole = windows == 2 && others == 3 && s.images.result >= 0 && s.images.data >= 0 && s.in.data >= 0 && s.in.kernel >= 0 && s.out.result >= 0 && s.out.kernel >= 0 && s.out.data < 0;
    return whole ? s : square_convolution{};
  }
  constexpr bool exists() const { return data != ir::nobody; }
};

/// Cycles of a convolution as Winograd's with tiles of this size; tile 1 is the plain one. Sixteen multiply-adds a cycle;
/// kernels beyond the third-level cache come at 4 bytes a cycle; each value that a transform writes takes 0.4 (measured on
/// Zen 4, where the ranking is the same for all targets).
constexpr index winograd_cost(const square_convolution& c, index tile, index element_size) {
  const index in = c.in.extent, out = c.out.extent, taps = tile == 1 ? 3 : tile + 2;
  index tiles = c.images.extent, area = c.images.extent;
  for (const square_convolution::window& w : c.space) {
    const index count = (w.extent + tile - 1) / tile;
    tiles *= count, area *= count * tile;
  }
  constexpr index cache = index{24} << 20;
  const index multiplying = taps * taps * tiles * in * out * element_size / 64, bytes = taps * taps * in * out * element_size;
  const index products = bytes > cache && bytes / 4 > multiplying ? bytes / 4 : multiplying;
  if (tile == 1) return products;
  // of the data: turned, by rows, by columns; of the results: by columns, by rows, turned
  const index quarters = tile == 2 ? in * (4 + 8 + 16) + out * (8 + 4 + 4) : in * (4 + 6 + 9) + out * (6 + 4 + 4);
  return products + area * quarters * element_size / 40;
}

/// The tile to use: the one asked for, or the cheapest; 1: none.
constexpr index winograd_tile(const square_convolution& c, int asked, index element_size) {
  if (asked != 1) return asked;
  index best = 1;
  for (index tile : {index{2}, index{4}})
    if (winograd_cost(c, tile, element_size) < winograd_cost(c, best, element_size)) best = tile;
  return best;
}

/// The one-dimensional transforms for tiles of 2 and of 4 results: what comes out, in terms of values and factors.
class winograd_transforms {
 public:
  constexpr winograd_transforms(ir::graph& g, index tile) : g_(g), small_(tile == 2) {}

  /// B' x: of tile + 2 neighbouring values.
  constexpr support::list<ir::node_id> data(const support::list<ir::node_id>& x) {
    if (small_) return list({sub(x[0], x[2]), add(x[1], x[2]), sub(x[2], x[1]), sub(x[1], x[3])});
    const ir::node_id even = sub(x[4], times(x[2], 4)), odd = sub(x[3], times(x[1], 4));
    const ir::node_id even2 = sub(x[4], x[2]), odd2 = times(sub(x[3], x[1]), 2);
    return list({add(sub(times(x[0], 4), times(x[2], 5)), x[4]), add(even, odd), sub(even, odd), add(even2, odd2), sub(even2, odd2),
                 add(sub(times(x[1], 4), times(x[3], 5)), x[5])});
  }
  /// G k: of three taps.
  constexpr support::list<ir::node_id> kernel(const support::list<ir::node_id>& k) {
    if (small_) {
      const ir::node_id ends = times(add(k[0], k[2]), 0.5), middle = times(k[1], 0.5);
      return list({k[0], add(ends, middle), sub(ends, middle), k[2]});
    }
    const ir::node_id ends = times(add(k[0], k[2]), -1.0 / 6), middle = times(k[1], 1.0 / 6);
    const ir::node_id ends2 = times(add(k[0], times(k[2], 4)), 1.0 / 24), middle2 = times(k[1], 1.0 / 12);
    return list({times(k[0], 0.25), sub(ends, middle), add(ends, middle), add(ends2, middle2), sub(ends2, middle2), k[2]});
  }
  /// A' m: of the sums of products.
  constexpr support::list<ir::node_id> result(const support::list<ir::node_id>& m) {
    const ir::node_id plus = add(m[1], m[2]), minus = sub(m[1], m[2]);
    if (small_) return list({add(m[0], plus), sub(minus, m[3])});
    const ir::node_id plus2 = add(m[3], m[4]), minus2 = sub(m[3], m[4]);
    return list({add(add(m[0], plus), plus2), add(minus, times(minus2, 2)), add(plus, times(plus2, 4)), add(add(minus, times(minus2, 8)), m[5])});
  }

 private:
  static constexpr support::list<ir::node_id> list(std::initializer_list<ir::node_id> from) {
    support::list<ir::node_id> l;
    for (ir::node_id i : from) l.push(i);
    return l;
  }
  constexpr ir::node_id add(ir::node_id a, ir::node_id b) { return ir::map(g_, ir::opcode::add, a, b); }
  constexpr ir::node_id sub(ir::node_id a, ir::node_id b) { return ir::map(g_, ir::opcode::sub, a, b); }
  constexpr ir::node_id times(ir::node_id a, double factor) {
    const ir::node n = g_[a];
    return ir::map(g_, ir::opcode::mul, a, ir::constant(g_, n.type, n.shape, factor));
  }

  ir::graph& g_;
  bool small_;
};

/// One convolution, rewritten.
class winograd_rewrite {
 public:
  constexpr winograd_rewrite(ir::graph& g, const square_convolution& c, index tile, index lanes)
      : g_(g), transform_(g, tile), c_(c), tile_(tile), points_(tile + 2), rows_((c.space[0].extent + tile - 1) / tile), columns_((c.space[1].extent + tile - 1) / tile),
        panel_(c.out.extent % (2 * lanes) == 0 ? 2 * lanes : c.out.extent % lanes == 0 ? lanes : c.out.extent) {}

  constexpr ir::node_id run(const ir::node& n) {
    const ir::node_id kernel = panels(n.in[c_.kernel - ir::lhs]), image = bordered(n.in[c_.data - ir::lhs]);
    return ordered(results(products(points(image), kernel)), n.shape);
  }

 private:
  using values = support::list<ir::node_id>;

  constexpr ir::node_id stack(const values& parts, int axis) {
    ir::node_id all = parts[0];
    for (int i = 1; i < parts.size(); ++i) all = ir::join(g_, all, parts[i], axis);
    return all;
  }
  /// The same view at `count` places, a step further on along the operand's axis for each.
  constexpr values views(ir::node_id a, const extents& shape, ir::view_map m, int axis, index count, index step = 1) {
    values v;
    for (index i = 0; i < count; ++i) {
      v.push(ir::view(g_, a, shape, m));
      m.axis[axis].offset += step;
    }
    return v;
  }

  /// G k G' in panels of output channels: [points * points, panels, channels, panel].
  constexpr ir::node_id panels(ir::node_id k) {
    const index in = c_.in.extent, out = c_.out.extent;
    ir::view_map m;
    m.axis[c_.out.kernel] = {0, 0, 1, 1, -1, 0};
    m.axis[c_.in.kernel] = {0, 0, 2, 1, -1, 0};
    auto taps = [](const square_convolution::window& w, int axis) { return ir::view_axis{w.flipped ? 2 : 0, 0, axis, w.flipped ? -1 : 1, -1, 0}; };
    m.axis[c_.space[1].kernel] = taps(c_.space[1], 3);
    m.axis[c_.space[0].kernel] = taps(c_.space[0], -1);
    const values rows = views(k, {4, {1, out, in, 3}}, m, c_.space[0].kernel, 3, c_.space[0].flipped ? -1 : 1);
    const ir::node_id half = stack(transform_.kernel(rows), 0);
    ir::view_map n;
    n.axis[0] = {0, 0, 0, 1, -1, 0};
    n.axis[1] = {0, 0, 2, panel_, 4, 1};
    n.axis[2] = {0, 0, 3, 1, -1, 0};
    const values columns = views(half, {5, {points_, 1, out / panel_, in, panel_}}, n, 3, 3);
    return ir::reshape(g_, stack(transform_.kernel(columns), 1), {4, {points_ * points_, out / panel_, in, panel_}});
  }

  /// The data with the channels innermost, and a border that completes the last tiles: [images, rows, columns, channels].
  constexpr ir::node_id bordered(ir::node_id x) {
    index low[2] = {-c_.space[0].start, -c_.space[1].start};
    if (is_pad(g_, x)) {
      for (int d = 0; d < 2; ++d) low[d] -= g_.views[g_[x].aux].axis[c_.space[d].data].offset;
      x = g_[x].in[0];
    }
    const extents from = g_[x].shape;
    const index tiles[2] = {rows_, columns_};
    extents inner{4, {c_.images.extent, 0, 0, c_.in.extent}}, whole = inner;
    ir::view_map permuted, border = ir::identity_view(4);
    permuted.axis[c_.images.data] = {0, 0, 0, 1, -1, 0};
    permuted.axis[c_.in.data] = {0, 0, 3, 1, -1, 0};
    for (int d = 0; d < 2; ++d) {
      const index extent = from[c_.space[d].data], wanted = tiles[d] * tile_ + 2;
      const index skipped = low[d] < 0 ? -low[d] : 0, before = low[d] > 0 ? low[d] : 0;
      const index kept = extent - skipped < wanted - before ? extent - skipped : wanted - before;
      permuted.axis[c_.space[d].data] = {skipped, 0, 1 + d, 1, -1, 0};
      border.axis[1 + d].offset = -before;
      inner[1 + d] = kept, whole[1 + d] = wanted;
    }
    const ir::node_id turned = ir::view(g_, x, inner, permuted);
    return whole == inner ? ir::unary(g_, ir::kind::copy, turned) : ir::view(g_, turned, whole, border);
  }

  /// B' x B: [points * points, tiles, channels].
  constexpr ir::node_id points(ir::node_id image) {
    const index images = c_.images.extent, in = c_.in.extent, width = columns_ * tile_ + 2;
    ir::view_map m;
    m.axis[0] = {0, 0, 1, 1, -1, 0};
    m.axis[1] = {0, 0, 2, tile_, -1, 0};
    m.axis[2] = {0, 0, 3, 1, -1, 0};
    m.axis[3] = {0, 0, 4, 1, -1, 0};
    const ir::node_id half = stack(transform_.data(views(image, {5, {1, images, rows_, width, in}}, m, 1, points_)), 0);
    ir::view_map n;
    n.axis[0] = {0, 0, 0, 1, -1, 0};
    n.axis[1] = {0, 0, 2, 1, -1, 0};
    n.axis[2] = {0, 0, 3, 1, -1, 0};
    n.axis[3] = {0, 0, 4, tile_, -1, 0};
    n.axis[4] = {0, 0, 5, 1, -1, 0};
    const ir::node_id all = stack(transform_.data(views(half, {6, {points_, 1, images, rows_, columns_, in}}, n, 3, points_)), 1);
    return ir::reshape(g_, all, {3, {points_ * points_, images * rows_ * columns_, in}});
  }

  /// [points * points, panels, tiles, panel].
  constexpr ir::node_id products(ir::node_id data, ir::node_id kernel) {
    const extents from = g_[data].shape, k = g_[kernel].shape;
    ir::contraction c;
    c.share(0, 0, 0, from[0]);
    c.share(1, -1, 1, k[1]);
    c.share(2, 1, -1, from[1]);
    c.share(-1, 2, 2, from[2]);
    c.share(3, -1, 3, k[3]);
    return ir::contract(g_, data, kernel, {4, {from[0], k[1], from[1], k[3]}}, c);
  }

  /// A' m A: [images, rows of tiles, tile, columns, channels].
  constexpr ir::node_id results(ir::node_id products) {
    const index images = c_.images.extent, blocks = c_.out.extent / panel_;
    const ir::node_id by_point = ir::reshape(g_, products, {7, {points_, points_, blocks, images, rows_, columns_, panel_}});
    ir::view_map m;
    m.axis[0] = {0, 0, 0, 1, -1, 0};
    m.axis[2] = {0, 0, 5, 1, -1, 0};
    m.axis[3] = {0, 0, 1, 1, -1, 0};
    m.axis[4] = {0, 0, 2, 1, -1, 0};
    m.axis[5] = {0, 0, 3, 1, -1, 0};
    m.axis[6] = {0, 0, 6, 1, -1, 0};
    const ir::node_id half = stack(transform_.result(views(by_point, {7, {points_, images, rows_, columns_, 1, blocks, panel_}}, m, 1, points_)), 4);
    const ir::node_id columns = ir::reshape(g_, half, {5, {points_, images, rows_, columns_ * tile_, c_.out.extent}});
    ir::view_map n;
    n.axis[1] = {0, 0, 0, 1, -1, 0};
    n.axis[2] = {0, 0, 1, 1, -1, 0};
    n.axis[3] = {0, 0, 3, 1, -1, 0};
    n.axis[4] = {0, 0, 4, 1, -1, 0};
    return stack(transform_.result(views(columns, {5, {images, rows_, 1, columns_ * tile_, c_.out.extent}}, n, 0, points_)), 2);
  }

  /// The axes as the convolution has them, without what completed the last tiles.
  constexpr ir::node_id ordered(ir::node_id all, const extents& shape) {
    const ir::node_id whole = ir::reshape(g_, all, {4, {c_.images.extent, rows_ * tile_, columns_ * tile_, c_.out.extent}});
    ir::view_map m;
    m.axis[0] = {0, 0, c_.images.result, 1, -1, 0};
    m.axis[1] = {0, 0, c_.space[0].result, 1, -1, 0};
    m.axis[2] = {0, 0, c_.space[1].result, 1, -1, 0};
    m.axis[3] = {0, 0, c_.out.result, 1, -1, 0};
    return ir::view(g_, whole, shape, m);
  }

  ir::graph& g_;
  winograd_transforms transform_;
  square_convolution c_;
  index tile_, points_, rows_, columns_, panel_;
};

constexpr bool has_winograd(const ir::graph_view& g) {
  for (const ir::contraction& c : g.contractions)
    if (c.winograd != 0) return true;
  return false;
}

constexpr ir::graph with_winograd(const ir::graph_view& from, index lanes) {
  ir::graph g = ir::with_tables_of(from);
  bool changed = false;
  ir::rewrite(g, from, [&](ir::node_id i, ir::node n) {
    const int asked = n.what == ir::kind::contract ? from.contraction_of(i).winograd : 0;
    const square_convolution c = asked > 0 ? square_convolution::of(from.contraction_of(i)) : square_convolution{};
    const index tile = c.exists() ? winograd_tile(c, asked, ir::size_of(n.type)) : 1;
    changed = changed || tile > 1;
    return tile > 1 ? winograd_rewrite(g, c, tile, n.type == ir::dtype::f64 ? lanes / 2 : lanes).run(n) : g.add(n);
  });
  if (changed) return simplify::without_dead(g);
  return g;
}

}  // namespace intarsia::fuse
