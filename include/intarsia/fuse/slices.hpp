// SPDX-License-Identifier: Apache-2.0
// graph -> sections: several kernels that each make a value with the same channels, for a few channels at a time, so that what
// is between them stays in cache: the columns of a gradient before their sum. (Copies of weights are not cut: a slice would read
// single lines of pages, which nothing fetches ahead.)
// Invariant: a slice of a value is made of the same slice of its operands, or of all of them.
#pragma once

#include <numeric>

#include "intarsia/fuse/batch.hpp"

namespace intarsia::fuse {

namespace detail {

/// Follows one axis of the result to those of its operands, users before operands.
class slice_finder {
 public:
  constexpr explicit slice_finder(const ir::graph_view& g) : axis(g.size(), -1), g_(g), whole_(g.size(), false), planes_(g.size(), false) {}

  constexpr bool run(node_id result, int of_result) {
    channels_ = g_[result].shape[of_result];
    mark(result, of_result);
    for (node_id i = g_.size() - 1; i >= 0 && valid_; --i) operands(i);
    for (node_id i = 0; i < g_.size(); ++i) valid_ = valid_ && !(axis[i] >= 0 && whole_[i]);
    return valid_;
  }

  support::list<int> axis;

 private:
  constexpr void refuse() { valid_ = false; }
  constexpr void mark(node_id i, int a) {
    if (axis[i] >= 0 && axis[i] != a) return refuse();
    axis[i] = a;
  }

  constexpr void operands(node_id i) {
    const ir::node& n = g_[i];
    const int a = axis[i];
    if (a < 0) {
      for (node_id operand : n.in)
        if (operand >= 0 && whole_[i]) whole_[operand] = true;
      return;
    }
    switch (n.what) {
      case kind::argument:
      case kind::constant: return;
      case kind::map:
        for (node_id operand : n.in)
          if (operand >= 0) mark(operand, a);
        return;
      case kind::concat:
        if (n.aux == a && !planes_[i]) return refuse();
        for (int k = 0; k < 2; ++k) {
          mark(n.in[k], a);
          if (n.aux != a) continue;
          planes_[n.in[k]] = g_[n.in[k]].what == kind::concat;
          if (!planes_[n.in[k]] && g_[n.in[k]].shape[a] != channels_) return refuse();
        }
        return;
      case kind::view: return seen(i, a);
      case kind::reshape: return reshaped(i, a);
      case kind::reduce: return reduced(i, a);
      case kind::contract: return contracted(i, a);
      default: return refuse();
    }
  }
  constexpr void seen(node_id i, int a) {
    const node_id from = g_[i].in[0];
    int found = -1;
    for (int d = 0; d < g_[from].shape.rank; ++d) {
      const ir::view_axis& v = g_.view_of(i).axis[d];
      if (v.axis0 != a && v.axis1 != a) continue;
      if (found >= 0 || v.axis1 >= 0 || v.c0 != 1 || v.offset != 0 || v.den > 1 || g_[i].shape[a] != g_[from].shape[d]) return refuse();
      found = d;
    }
    if (found >= 0) mark(from, found);
    else whole_[from] = true;
  }
  /// The same axis, or, of planes of channels that are joined, the one they are joined along.
  constexpr void reshaped(node_id i, int a) {
    const node_id from = g_[i].in[0];
    const auto behind = [](const extents& e, int axis) {
      index elements = 1;
      for (int d = axis + 1; d < e.rank; ++d) elements *= e[d];
      return elements;
    };
    for (int b = 0; b < g_[from].shape.rank; ++b) {
      const index all = g_[from].shape[b];
      if (all == 1 || all % g_[i].shape[a] != 0 || behind(g_[from].shape, b) != behind(g_[i].shape, a)) continue;
      planes_[from] = all != g_[i].shape[a];
      const bool joined = g_[from].what == kind::concat && g_[from].aux == b && g_[i].shape[a] == channels_;
      return g_[from].what == kind::argument || (planes_[from] && !joined) ? refuse() : mark(from, b);
    }
    refuse();
  }
  constexpr void reduced(node_id i, int a) {
    for (int d = 0; d < g_[g_[i].in[0]].shape.rank; ++d) {
      if (g_[i].aux >> d & 1) continue;
      if (a-- == 0) return mark(g_[i].in[0], d);
    }
  }
  constexpr void contracted(node_id i, int a) {
    const ir::contraction& c = g_.contraction_of(i);
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& s = c.axis[x];
      if (s.window && ((s.who[0] == ir::out && s.dim[0] == a) || (s.who[1] == ir::out && s.dim[1] == a))) return refuse();
      if (s.window || s.dim[ir::out] != a) continue;
      for (int r = ir::lhs; r <= ir::rhs; ++r)
        if (s.dim[r] >= 0) mark(g_[i].in[r - ir::lhs], s.dim[r]);
        else whole_[g_[i].in[r - ir::lhs]] = true;
    }
  }

  const ir::graph_view& g_;
  support::list<bool> whole_;   // read as a whole
  support::list<bool> planes_;  // joined along the channels
  index channels_ = 0;
  bool valid_ = true;
};

}  // namespace detail

/// What is between the kernels, in bytes, from which on slices are worth it, and what of it a slice may hold.
inline constexpr index between_kernels = 1024 * 1024;
inline constexpr index in_slice = 256 * 1024;
/// A slice has a multiple of these: what it needs of all channels is read again for each. (3x3 s2, 128x56x56, Zen 4, AVX2: 2.57 ms
/// without slices, 2.70 in slices of 16, 2.43 of 32; AVX-512 2.28, 2.15, 2.18.)
inline constexpr index channels_together = 32;

constexpr batching find_slices(const ir::graph_view& g) {
  batching r;
  if (g.outputs.size() != 1 || g.outputs[0].assigned >= 0) return r;
  const node_id result = g.outputs[0].node;
  if (g[result].shape.rank != 4 || g[result].shape[0] != 1) return r;
  detail::slice_finder f(g);
  if (!f.run(result, 1)) return r;
  const index channels = g[result].shape[1];
  support::list<bool> kept(g.size(), false);  // sums of products that other kernels read at other places
  for (node_id i = 0; i < g.size(); ++i)
    if (f.axis[i] >= 0 && (g[i].what == kind::view || g[i].what == kind::concat))
      for (node_id operand : g[i].in)
        if (operand >= 0) kept[g[operand].what == kind::reshape ? g[operand].in[0] : operand] = true;
  index count = channels, bytes = 0;
  for (node_id i = 0; i < g.size(); ++i) {
    if (f.axis[i] < 0) continue;
    count = std::gcd(count, g[i].shape[f.axis[i]]);
    if (g[i].what == kind::contract && kept[i]) bytes += g[i].shape.size() * ir::size_of(g[i].type);
  }
  if (bytes < between_kernels) return r;
  index size = 0;
  for (index s = 1; s < count; ++s)
    if (count % s == 0 && channels / count * s % channels_together == 0 && (size == 0 || bytes / count * s <= in_slice)) size = s;
  if (size == 0) return r;
  r = in_one_section(g, f.axis, count, size);
  for (node_id i = 0; i < g.size(); ++i) r.step.push(f.axis[i] < 0 ? 1 : g[i].shape[f.axis[i]] / count);
  r.bands.push(false);
  return r;
}

}  // namespace intarsia::fuse
