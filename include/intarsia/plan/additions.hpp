// SPDX-License-Identifier: Apache-2.0
// Additions that cost no instruction: to a sum that begins with the other operand, to a product, of products to a running total.
#pragma once

#include "intarsia/plan/nest.hpp"

namespace intarsia::plan {

/// The addition of a loaded value (a bias, a residual, what an earlier kernel has added up) to the sum, or its subtraction, where
/// nothing else reads the sum; -1 if there is none. Sums over the lanes would begin with it once for each lane.
constexpr int find_beginning(const nest& k) {
  if (k.reduction != ir::opcode::add || k.lane >= k.outer || !ir::is_float(k.code[k.term].type)) return -1;
  for (int i = k.body; i < k.epilogue; ++i) {
    const instruction& c = k.code[i];
    if (c.what != step::map || (c.op != ir::opcode::add && c.op != ir::opcode::sub)) continue;
    const bool is_first = k.code[c.a].what == step::accumulator;
    const int sum = is_first ? c.a : c.b, other = is_first ? c.b : c.a;
    if (k.code[sum].what != step::accumulator || (c.op == ir::opcode::sub && !is_first)) continue;
    const instruction& value = k.code[other];
    if (value.what == step::load && other >= k.body && k.at[value.a].guards == 0 && is_read_once(k, sum)) return i;
  }
  return -1;
}

/// Which operand of an addition or subtraction is a product that nothing else reads, so that both are one multiply-add: 0, 1, or -1.
/// A difference of two products stays what it is: with one of them unrounded it would not be zero for equal ones.
constexpr int fused_product(const nest& k, int i) {
  const instruction& c = k.code[i];
  if (c.what != step::map || (c.op != ir::opcode::add && c.op != ir::opcode::sub) || !ir::is_float(c.type)) return -1;
  auto multiplies = [&](int j) { return k.code[j].what == step::map && k.code[j].op == ir::opcode::mul; };
  if (c.op == ir::opcode::sub && multiplies(c.a) && multiplies(c.b)) return -1;
  if (multiplies(c.b) && is_read_once(k, c.b)) return 1;
  return multiplies(c.a) && is_read_once(k, c.a) ? 0 : -1;
}

/// The running total of a product that nothing else reads takes its factors.
constexpr sink_of fused_sink(const nest& k, sink_of s) {
  const instruction& c = k.code[s.term];
  if (s.op == ir::opcode::add && s.factor < 0 && c.what == step::map && c.op == ir::opcode::mul && ir::is_float(c.type) && is_read_once(k, s.term)) s.term = c.a, s.factor = c.b;
  return s;
}

}  // namespace intarsia::plan
