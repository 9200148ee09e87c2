// SPDX-License-Identifier: Apache-2.0
// The slow oracle of graphs: evaluates a program node by node, in double, as its definitions read.
// Receives a graph without `gradient` nodes and the arguments' elements; returns the elements of every node.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include <intarsia/ir/graph.hpp>

namespace reference::graphs {

using intarsia::extents;
using intarsia::index;
using elements = std::vector<double>;

inline double apply(intarsia::ir::opcode op, double a, double b, double c) {
  using intarsia::ir::opcode;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  switch (op) {
    case opcode::neg: return -a;
    case opcode::abs: return std::fabs(a);
    case opcode::sqrt: return std::sqrt(a);
    case opcode::rsqrt: return 1 / std::sqrt(a);
    case opcode::exp: return std::exp(a);
    case opcode::log: return std::log(a);
    case opcode::log1p: return std::log1p(a);
    case opcode::expm1: return std::expm1(a);
    case opcode::sin: return std::sin(a);
    case opcode::cos: return std::cos(a);
    case opcode::tanh: return std::tanh(a);
    case opcode::sigmoid: return 1 / (1 + std::exp(-a));
    case opcode::erf: return std::erf(a);
    case opcode::relu: return a < 0 ? 0 : a;
    case opcode::logical_not: return a == 0;
    case opcode::is_nan: return std::isnan(a);
    case opcode::cast: return a;
    case opcode::add: return a + b;
    case opcode::sub: return a - b;
    case opcode::mul: return a * b;
    case opcode::div: return a / b;
    case opcode::min: return std::isnan(a) || std::isnan(b) ? nan : std::fmin(a, b);
    case opcode::max: return std::isnan(a) || std::isnan(b) ? nan : std::fmax(a, b);
    case opcode::less: return a < b;
    case opcode::less_equal: return a <= b;
    case opcode::equal: return a == b;
    case opcode::not_equal: return a != b;
    case opcode::logical_and: return a != 0 && b != 0;
    case opcode::logical_or: return a != 0 || b != 0;
    case opcode::select: return a != 0 ? b : c;
    default: return nan;
  }
}

/// Calls f(position, flat index) for every position of a shape, in row-major order.
template <class F>
void for_each_position(const extents& shape, F f) {
  index at[intarsia::max_rank + 8] = {};
  for (index flat = 0; flat < shape.size(); ++flat) {
    f(at, flat);
    for (int d = shape.rank - 1; d >= 0 && ++at[d] == shape[d]; --d) at[d] = 0;
  }
}
inline index flat_index(const extents& shape, const index* at) {
  index flat = 0;
  for (int d = 0; d < shape.rank; ++d) flat = flat * shape[d] + at[d];
  return flat;
}

inline elements view(const intarsia::ir::view_map& m, const elements& from, const extents& operand, const extents& shape) {
  elements result(static_cast<std::size_t>(shape.size()));
  for_each_position(shape, [&](const index* at, index flat) {
    index source[intarsia::max_rank] = {};
    bool exists = true;
    for (int d = 0; d < operand.rank; ++d) {
      const intarsia::ir::view_axis& a = m.axis[d];
      index v = a.offset + (a.axis0 >= 0 ? a.c0 * at[a.axis0] : 0) + (a.axis1 >= 0 ? a.c1 * at[a.axis1] : 0);
      if (a.den > 1) {
        exists = exists && v % a.den == 0;
        v /= a.den;
      }
      exists = exists && v >= 0 && v < operand[d];
      source[d] = v;
    }
    result[static_cast<std::size_t>(flat)] = exists ? from[static_cast<std::size_t>(flat_index(operand, source))] : m.fill;
  });
  return result;
}

/// Every loop of the form, one inside of the other, with the relations checked where they stand.
inline elements contract(const intarsia::ir::contraction& c, const elements (&operand)[2], const extents (&shape)[2], const extents& out) {
  elements result(static_cast<std::size_t>(out.size()), 0.0);
  index at[3][intarsia::max_rank] = {};
  auto loop = [&](int x, auto& self) -> void {
    if (x == c.count) {
      result[static_cast<std::size_t>(flat_index(out, at[0]))] +=
          operand[0][static_cast<std::size_t>(flat_index(shape[0], at[1]))] * operand[1][static_cast<std::size_t>(flat_index(shape[1], at[2]))];
      return;
    }
    const intarsia::ir::contraction_axis& a = c.axis[x];
    if (!a.window) {
      for (index i = 0; i < a.extent[0]; ++i) {
        for (int r = 0; r < 3; ++r)
          if (a.dim[r] >= 0) at[r][a.dim[r]] = i;
        self(x + 1, self);
      }
      return;
    }
    for (index o = 0; o < a.extent[1]; ++o)
      for (index k = 0; k < a.extent[2]; ++k) {
        const index i = a.stride * o + a.dilation * k - a.pad;
        if (i < 0 || i >= a.extent[0]) continue;
        at[a.who[0]][a.dim[0]] = i;
        at[a.who[1]][a.dim[1]] = o;
        at[a.who[2]][a.dim[2]] = k;
        self(x + 1, self);
      }
  };
  loop(0, loop);
  return result;
}

inline elements reduce(const intarsia::ir::node& n, const elements& from, const extents& full) {
  using intarsia::ir::opcode;
  const std::size_t size = static_cast<std::size_t>(n.shape.size());
  const bool arg = n.op == opcode::argmax || n.op == opcode::argmin, largest = n.op == opcode::max || n.op == opcode::argmax;
  elements best(size, n.op == opcode::add ? 0.0 : largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity());
  elements place(size, -1.0);
  for_each_position(full, [&](const index* at, index flat) {
    index kept[intarsia::max_rank] = {}, position = 0;
    int d_out = 0;
    for (int d = 0; d < full.rank; ++d)
      if (n.aux >> d & 1) position = position * full[d] + at[d];
      else kept[d_out++] = at[d];
    const std::size_t to = static_cast<std::size_t>(flat_index(n.shape, kept));
    const double v = from[static_cast<std::size_t>(flat)];
    if (n.op == opcode::add) best[to] += v;
    else if (place[to] < 0 || (!std::isnan(best[to]) && (std::isnan(v) || (largest ? v > best[to] : v < best[to])))) {
      best[to] = v;
      place[to] = static_cast<double>(position);
    }
  });
  return arg ? place : best;
}

inline std::vector<elements> interpret(const intarsia::ir::graph_view& g, const std::vector<elements>& arguments) {
  using intarsia::ir::kind;
  std::vector<elements> value(static_cast<std::size_t>(g.size()));
  for (int i = 0; i < g.size(); ++i) {
    const intarsia::ir::node& n = g[i];
    elements& v = value[static_cast<std::size_t>(i)];
    auto in = [&](int k) -> const elements& { return value[static_cast<std::size_t>(n.in[k])]; };
    const std::size_t size = static_cast<std::size_t>(n.shape.size());
    switch (n.what) {
      case kind::argument: v = arguments[static_cast<std::size_t>(n.aux)]; break;
      case kind::constant: v.assign(size, n.value); break;
      case kind::data: v.assign(g.values.begin() + n.aux, g.values.begin() + n.aux + n.shape.size()); break;
      case kind::iota:
        v.resize(size);
        for_each_position(n.shape, [&](const index* at, index flat) {
          index p = 0;
          for (int d = 0; d < n.shape.rank; ++d)
            if (n.aux >> d & 1) p = p * n.shape[d] + at[d];
          v[static_cast<std::size_t>(flat)] = static_cast<double>(p);
        });
        break;
      case kind::map:
        v.resize(size);
        for (std::size_t e = 0; e < size; ++e) v[e] = apply(n.op, in(0)[e], n.in[1] >= 0 ? in(1)[e] : 0, n.in[2] >= 0 ? in(2)[e] : 0);
        break;
      case kind::view: v = view(g.view_of(i), in(0), g[n.in[0]].shape, n.shape); break;
      case kind::reshape:
      case kind::copy:
      case kind::stop: v = in(0); break;
      case kind::reduce: v = reduce(n, in(0), g[n.in[0]].shape); break;
      case kind::contract: {
        const elements operand[2] = {in(0), in(1)};
        const extents shape[2] = {g[n.in[0]].shape, g[n.in[1]].shape};
        v = contract(g.contraction_of(i), operand, shape, n.shape);
        break;
      }
      case kind::concat: {
        v.resize(size);
        const index first = g[n.in[0]].shape[n.aux];
        for_each_position(n.shape, [&](index* at, index flat) {
          const bool second = at[n.aux] >= first;
          index from[intarsia::max_rank] = {};
          for (int d = 0; d < n.shape.rank; ++d) from[d] = at[d] - (d == n.aux && second ? first : 0);
          v[static_cast<std::size_t>(flat)] = in(second)[static_cast<std::size_t>(flat_index(g[n.in[second]].shape, from))];
        });
        break;
      }
      default: break;
    }
  }
  return value;
}

/// The elements of the outputs.
inline std::vector<elements> results(const intarsia::ir::graph_view& g, const std::vector<elements>& arguments) {
  const auto values = interpret(g, arguments);
  std::vector<elements> r;
  for (const intarsia::ir::output& o : g.outputs) r.push_back(values[static_cast<std::size_t>(o.node)]);
  return r;
}

}  // namespace reference::graphs
