// SPDX-License-Identifier: Apache-2.0
// Random programs from a seed: constexpr, so that the same program can be interpreted, transformed, and compiled.
// Values stay small integers: multiplications take factors from -1 to 1, so that float32 is exact.
#pragma once

#include <intarsia/language/corr2d.hpp>
#include <intarsia/language/pool.hpp>
#include <intarsia/ir/build.hpp>

namespace reference {

struct random_graph {
  std::uint64_t state;
  intarsia::ir::graph g{};
  bool smooth = false;  // only what central differences can follow

  constexpr explicit random_graph(std::uint64_t seed) : state(seed * 0x9e3779b97f4a7c15u + 1) {}

  constexpr int below(int n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(n));
  }
  constexpr int argument(const intarsia::extents& shape) {
    intarsia::ir::node n;
    n.what = intarsia::ir::kind::argument;
    n.shape = shape;
    n.aux = g.arguments.push({n.type, shape, intarsia::ir::part::input, -1});
    return g.add(n);
  }
  constexpr int pick(int first_rank, int last_rank) {
    for (int tries = 0; tries < 40; ++tries) {
      const int i = below(g.nodes.size());
      if (g[i].type == intarsia::ir::dtype::f32 && g[i].shape.rank >= first_rank && g[i].shape.rank <= last_rank && g[i].shape.size() <= 400) return i;
    }
    return 0;
  }
  /// An element-wise factor of -1, 0 or 1 keeps integers small.
  constexpr int bounded(int i) {
    using namespace intarsia::ir;
    const int lo = constant(g, g[i].type, g[i].shape, -1), hi = constant(g, g[i].type, g[i].shape, 1);
    const int below_one = map(g, opcode::min, i, hi);
    return map(g, opcode::max, below_one, lo);
  }

  constexpr void grow() {
    using namespace intarsia;
    using namespace intarsia::ir;
    const int a = pick(0, 4);
    const extents shape = g[a].shape;
    switch (below(12)) {
      // (draws and nodes stand in statements of their own: compilers evaluate arguments in different orders)
      case 0: {
        const int b = broadcast(g, same_or_scalar(a), shape);
        map(g, opcode::add, a, b);
        break;
      }
      case 1: {
        const int b = broadcast(g, same_or_scalar(a), shape);
        map(g, opcode::sub, a, b);
        break;
      }
      case 2: {
        const int b = bounded(broadcast(g, same_or_scalar(a), shape));
        map(g, opcode::mul, a, b);
        break;
      }
      case 3: map(g, below(2) ? opcode::relu : opcode::neg, a); break;
      case 4: {
        const int limit = constant(g, dtype::f32, shape, below(5) - 2);
        const int mask = map(g, opcode::less, a, limit);
        const int other = constant(g, dtype::f32, shape, below(3));
        map(g, opcode::select, mask, a, other);
        break;
      }
      case 5: {  // permuted axes
        if (shape.rank < 2) break;
        const int i = below(shape.rank), j = below(shape.rank);
        extents turned = shape;
        turned[i] = shape[j], turned[j] = shape[i];
        view_map m = identity_view(shape.rank);
        m.axis[i].axis0 = j, m.axis[j].axis0 = i;
        ir::view(g, a, turned, m);
        break;
      }
      case 6: {  // zeros around, or a part with a step
        if (shape.rank == 0) break;
        const int d = below(shape.rank);
        extents to = shape;
        view_map m = identity_view(shape.rank);
        if (below(2)) {
          m.axis[d].offset = -below(3);
          const int after = below(3);
          to[d] += -m.axis[d].offset + after;
        } else {
          m.axis[d].c0 = 1 + below(2);
          m.axis[d].offset = below(static_cast<int>(shape[d]));
          to[d] = (shape[d] - 1 - m.axis[d].offset) / m.axis[d].c0 + 1;
        }
        ir::view(g, a, to, m);
        break;
      }
      case 7: {  // fewer axes
        if (shape.rank == 0) break;
        const int mask = 1 + below((1 << shape.rank) - 1);
        const int r = reduce(g, below(3) ? opcode::add : opcode::max, a, mask);
        if (below(2)) {
          const int kept = insert_axes(g, r, mask, shape.rank);
          const int repeated = broadcast(g, kept, shape);
          map(g, opcode::sub, a, repeated);
        }
        break;
      }
      case 8: {  // a flat sequence, or two axes joined
        if (shape.rank < 2) break;
        extents to;
        to.push(shape[0] * shape[1]);
        for (int d = 2; d < shape.rank; ++d) to.push(shape[d]);
        reshape(g, a, to);
        break;
      }
      case 9: {  // windows
        if (shape.rank < 2 || shape[shape.rank - 1] < 3) break;
        const int k = 2 + below(2), s = 1 + below(2);
        extents to = shape;
        const int d = shape.rank - 1;
        if (shape[d] < k) break;
        to[d] = (shape[d] - k) / s + 1;
        view_map m = identity_view(shape.rank);
        m.axis[d] = {0, 0, d, s, shape.rank, 1};
        to.push(k);
        const opcode op = below(2) ? opcode::max : opcode::add;
        const int windows = ir::view(g, a, to, m);
        reduce(g, op, windows, 1 << shape.rank);
        break;
      }
      case 10: {  // correlation with a kernel of -1, 0, 1
        const int x = pick(2, 2);
        if (g[x].shape.rank != 2) break;
        extents kernel;
        kernel.push(1 + below(3));
        kernel.push(1 + below(3));
        const int k = bounded(argument(kernel));
        support::window_options w;
        for (int d = 0; d < 2; ++d) w.lo[d] = below(3), w.hi[d] = below(3), w.stride[d] = 1 + below(2), w.dilation[d] = 1 + below(2);
        const support::verdict v = support::correlation_rule(g[x].shape, kernel, 2, w);
        if (!v.ok()) break;
        contraction c;
        for (int d = 0; d < 2; ++d) support::add_window(c, w, d, lhs, d, g[x].shape[d], out, d, v.shape[d], rhs, d, kernel[d]);
        contract(g, x, k, v.shape, c);
        break;
      }
      default: {  // product with a matrix, or two values one after the other
        if (shape.rank != 2) break;
        if (below(2)) {
          extents b;
          b.push(shape[1]);
          b.push(1 + below(6));
          contraction c;
          c.share(0, 0, -1, shape[0]);
          c.share(1, -1, 1, b[1]);
          c.share(-1, 1, 0, shape[1]);
          const int m = bounded(argument(b));
          extents to;
          to.push(shape[0]), to.push(b[1]);
          contract(g, a, m, to, c);
        } else {
          node n;
          n.what = kind::concat;
          n.aux = below(2);
          n.shape = shape;
          n.shape[n.aux] *= 2;
          n.in[0] = a;
          n.in[1] = map(g, opcode::neg, a);
          g.add(n);
        }
      }
    }
  }
  constexpr int same_or_scalar(int a) {
    for (int tries = 0; tries < 12; ++tries) {
      const int i = below(g.nodes.size());
      if (g[i].type == intarsia::ir::dtype::f32 && (g[i].shape == g[a].shape || g[i].shape.rank == 0)) return i;
    }
    return a;
  }

  /// `size` nodes or a few more; three of the last values are results.
  static constexpr intarsia::ir::graph make(std::uint64_t seed, int size, bool with_gradient) {
    random_graph r(seed);
    intarsia::extents e;
    e.push(3 + r.below(6)), e.push(3 + r.below(14));
    r.argument(e);
    if (r.below(2)) {
      intarsia::extents f;
      f.push(2), f.push(1 + r.below(4)), f.push(4 + r.below(6));
      r.argument(f);
    }
    while (r.g.nodes.size() < size) r.grow();
    int outputs = 0;
    for (int i = r.g.nodes.size() - 1; i >= 0 && outputs < 3; i -= 1 + r.below(3)) {
      if (r.g[i].type != intarsia::ir::dtype::f32) continue;
      r.g.outputs.push({i, -1});
      ++outputs;
    }
    if (with_gradient) {
      using namespace intarsia::ir;
      const int last = r.g.outputs[0].node;
      const int loss = reduce(r.g, opcode::add, last, (1 << r.g[last].shape.rank) - 1);
      const int arguments = r.g.arguments.size();
      for (int i = 0; i < loss && outputs < 6; ++i)
        if (r.g[i].what == kind::argument && r.g[i].aux < arguments) {
          node n;
          n.what = kind::gradient;
          n.shape = r.g[i].shape;
          n.in[0] = loss;
          n.in[1] = i;
          r.g.outputs.push({r.g.add(n), -1});
          ++outputs;
        }
    }
    return r.g;
  }
};

}  // namespace reference
