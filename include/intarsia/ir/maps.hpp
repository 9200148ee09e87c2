// SPDX-License-Identifier: Apache-2.0
// How nodes read their operands: `view_map` for one operand, `contraction` for two.
// Both are closed under differentiation; that is why the IR has so few kinds of nodes.
#pragma once

#include "intarsia/support/shape.hpp"

namespace intarsia::ir {

/// One axis of a viewed operand: index = (offset + c0 * out[axis0] + c1 * out[axis1]) / den; den 0: no division.
/// Where the division leaves a rest, or the index is outside of the operand, the view reads its fill value.
struct view_axis {
  index offset = 0;
  index den = 0;  // not 1: g++ 12 loses other defaults than 0 of elements of arrays in constant evaluation
  int axis0 = -1;
  index c0 = 0;
  int axis1 = -1;
  index c1 = 0;
  friend constexpr bool operator==(const view_axis&, const view_axis&) = default;
};

constexpr index divisor(index den) { return den > 1 ? den : 1; }

struct view_map {
  view_axis axis[max_rank] = {};  // one for each axis of the operand
  double fill = 0;

  // said again: g++ 12 loses defaults of elements of arrays in constant evaluation
  constexpr view_map() {
    for (view_axis& a : axis) a.axis0 = a.axis1 = -1;
  }
  friend constexpr bool operator==(const view_map&, const view_map&) = default;
};

/// The three tensors of a contraction.
enum role : int { out = 0, lhs = 1, rhs = 2, nobody = -1 };

/// One axis of a contraction. Two kinds:
///   shared: one loop; `dim[r]` is the axis that tensor r has for it, or -1;
///   window: two free loops under one relation  i = stride * o + dilation * k - pad;
///           tensor who[0] has i, who[1] has o, who[2] has k, on their axes dim[0..2].
/// Terms whose i, o or k is out of range are zero.
struct contraction_axis {
  bool window = false;
  int who[3] = {nobody, nobody, nobody};
  int dim[3] = {-1, -1, -1};
  index stride = 1;
  index dilation = 1;
  index pad = 0;
  index extent[3] = {0, 0, 0};  // shared: extent[0]; window: of i, o, k
  friend constexpr bool operator==(const contraction_axis&, const contraction_axis&) = default;
};

inline constexpr int max_contraction_axes = 8;

/// out[...] = sum over all loops that out does not have: lhs[...] * rhs[...].
/// A trilinear form with one of its three tensors as the result: its derivative to an operand is the same form with
/// that operand and the result changing places.
struct contraction {
  int count = 0;
  int winograd = 0;  // 2, 4: may be computed as Winograd's with tiles of 2x2 or 4x4 results, 1: with the cheaper ones, or not
  contraction_axis axis[max_contraction_axes] = {};

  constexpr contraction() {  // as for view_map
    for (contraction_axis& a : axis) {
      a.stride = a.dilation = 1;
      for (int i = 0; i < 3; ++i) a.who[i] = nobody, a.dim[i] = -1;
    }
  }

  constexpr void share(int dim_out, int dim_lhs, int dim_rhs, index extent) {
    contraction_axis& a = axis[count++];
    a.dim[out] = dim_out;
    a.dim[lhs] = dim_lhs;
    a.dim[rhs] = dim_rhs;
    a.extent[0] = extent;
  }
  friend constexpr bool operator==(const contraction&, const contraction&) = default;
};

/// The form in which tensors r and s have changed places.
constexpr contraction exchange(contraction c, role r, role s) {
  for (int i = 0; i < c.count; ++i) {
    contraction_axis& a = c.axis[i];
    if (!a.window) {
      int d = a.dim[r];
      a.dim[r] = a.dim[s];
      a.dim[s] = d;
    } else {
      for (int& w : a.who) w = w == r ? s : w == s ? r : w;
    }
  }
  return c;
}

/// Multiply-adds of a contraction.
constexpr index products_of(const ir::contraction& c) {
  index n = 1;
  for (int x = 0; x < c.count; ++x) n *= c.axis[x].window ? c.axis[x].extent[1] * c.axis[x].extent[2] : c.axis[x].extent[0];
  return n;
}

}  // namespace intarsia::ir
