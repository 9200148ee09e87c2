// SPDX-License-Identifier: Apache-2.0
// A nest as it is written: loops, guards, instructions, loads and stores, one after the other. Receives indices in terms of loops.
#pragma once

#include "intarsia/plan/plan.hpp"
#include "intarsia/plan/point.hpp"

namespace intarsia::plan {

class emitter {
 protected:
  constexpr int add(const instruction& i) {
    out_.kernel.code[out_.kernel.instructions] = i;
    return out_.kernel.instructions++;
  }

  constexpr int loop(index extent) {
    out_.kernel.extent[out_.kernel.loops] = extent;
    return out_.kernel.loops++;
  }

  constexpr int position(const affine& p, ir::dtype type) {
    instruction i;
    i.what = step::position;
    i.type = type;
    i.a = static_cast<std::int8_t>(guard_row(p, 0, 0));
    return add(i);
  }
  constexpr int guard_row(const affine& p, index extent, index stride) {
    guard& row = out_.kernel.rows[out_.kernel.guards];
    row.offset = p.offset;
    row.den = p.den;
    row.extent = extent;
    row.stride = stride;
    for (int l = 0; l < max_loops; ++l) row.coef[l] = p.coef[l];
    return out_.kernel.guards++;
  }

  constexpr bool inside(const affine& a, index extent) const {
    if (a.den > 1) return false;
    index low = a.offset, high = a.offset;
    for (int l = 0; l < out_.kernel.loops; ++l) (a.coef[l] < 0 ? low : high) += a.coef[l] * (out_.kernel.extent[l] - 1);
    return low >= 0 && high < extent;
  }

  /// Loads from a home at a point; `guarded` where an index may be outside of the shape.
  constexpr int load(ir::dtype type, const point& p, const extents& shape, const home& h, double fill, bool guarded) {
    nest& k = out_.kernel;
    const int number = k.accesses++;
    access& a = k.at[number];
    a.type = type;
    a.fill = fill;
    out_.buffer[number] = h.buffer;
    out_.offset[number] = h.offset;
    a.guard_first = k.guards;
    for (int d = 0; d < shape.rank; ++d) {
      const affine& x = p.at[d];
      const bool check = guarded && !inside(x, shape[d]);
      if (check) {
        guard_row(x, shape[d], x.den > 1 ? h.stride[d] : 0);
        ++a.guards;
      }
      if (x.den > 1) continue;
      out_.offset[number] += h.stride[d] * x.offset;
      for (int l = 0; l < k.loops; ++l) a.stride[l] += h.stride[d] * x.coef[l];
    }
    instruction i;
    i.what = step::load;
    i.type = type;
    i.a = static_cast<std::int8_t>(number);
    return add(i);
  }

  /// Instruction v goes to a home, in each outer iteration or at the end of all.
  constexpr void store(int v, const home& h, ir::dtype type, const extents& shape, const point& p, bool at_end) {
    nest& k = out_.kernel;
    const int number = k.accesses++;
    access& a = k.at[number];
    a.type = type;
    out_.buffer[number] = h.buffer;
    out_.offset[number] = h.offset;
    for (int d = 0; d < shape.rank; ++d) {
      out_.offset[number] += h.stride[d] * p.at[d].offset;
      for (int l = 0; l < k.outer; ++l) a.stride[l] += h.stride[d] * p.at[d].coef[l];
    }
    const store_to made{static_cast<std::int8_t>(number), static_cast<std::int8_t>(v)};
    if (!at_end) k.store[k.stores++] = made;
    else k.store[k.stores + last_stores_++] = made;
  }

  bound_nest out_{};
  int last_stores_ = 0;
};

}  // namespace intarsia::plan
