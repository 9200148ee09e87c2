// SPDX-License-Identifier: Apache-2.0
// A graph as text: one line a node, for people, golden tests and `ia::explain`.
//   %4 f32[6,7] = sub %3 %2
#pragma once

#include <charconv>
#include <string>

#include "intarsia/support/text.hpp"

#include "intarsia/ir/graph.hpp"

namespace intarsia::ir {

/// As short as tells it apart from others of its type.
inline std::string to_text(double v, dtype type) {
  char buffer[32];
  const char* end = type == dtype::f32 ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(v)).ptr : std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  return std::string(static_cast<const char*>(buffer), end);
}

inline std::string to_text(const extents& e) {
  std::string s = "[";
  for (int d = 0; d < e.rank; ++d) s += support::join({d > 0 ? "," : "", std::to_string(e[d])});
  return s + "]";
}

/// "2*a+b-1" over loop letters, divided where the axis divides.
inline std::string to_text(const view_axis& a) {
  std::string s;
  auto term = [&s](index c, int axis) {
    if (axis < 0) return;
    if (c < 0) s += "-";
    else if (!s.empty()) s += "+";
    if (c != 1 && c != -1) s += std::to_string(c < 0 ? -c : c) + "*";
    s += static_cast<char>('a' + axis);
  };
  term(a.c0, a.axis0);
  term(a.c1, a.axis1);
  if (a.offset != 0 || s.empty()) s += support::join({a.offset >= 0 && !s.empty() ? "+" : "", std::to_string(a.offset)});
  if (a.den > 1) s = support::join({"(", s, ")/", std::to_string(a.den)});
  return s;
}

inline std::string to_text(const contraction& c) {
  static constexpr const char* roles[] = {"out", "lhs", "rhs"};
  std::string s;
  for (int i = 0; i < c.count; ++i) {
    const contraction_axis& a = c.axis[i];
    if (i > 0) s += ", ";
    if (!a.window) {
      for (int r = 0; r < 3; ++r)
        if (a.dim[r] >= 0) s += support::join({roles[r], std::to_string(a.dim[r]), " "});
      s += support::join({": ", std::to_string(a.extent[0])});
    } else {
      auto at = [&](int w) { return support::join({roles[a.who[w]], std::to_string(a.dim[w])}); };
      auto times = [](index factor) { return factor > 1 ? support::join({std::to_string(factor), " "}) : std::string(); };
      s += support::join({at(0), " = ", times(a.stride), at(1), " + ", times(a.dilation), at(2)});
      if (a.pad != 0) s += support::join({a.pad > 0 ? " - " : " + ", std::to_string(a.pad > 0 ? a.pad : -a.pad)});
    }
  }
  return s;
}

inline std::string text_at(const graph_view& g, int at) { return at < 0 ? std::string() : std::string(g.text.data() + at); }

inline std::string to_text(const graph_view& g, node_id i) {
  const node& n = g[i];
  std::string s = support::join({"%", std::to_string(i), " ", name_of(n.type), to_text(n.shape), " = "});
  auto operands = [&] {
    std::string o;
    for (node_id operand : n.in)
      if (operand >= 0) o += support::join({" %", std::to_string(operand)});
    return o;
  };
  auto axes = [](int mask) {
    std::string a;
    for (int d = 0; d < max_rank; ++d)
      if (mask >> d & 1) a += support::join({a.empty() ? "" : ",", std::to_string(d)});
    return a;
  };
  switch (n.what) {
    case kind::argument: {
      const argument& a = g.arguments[n.aux];
      s += a.name >= 0 ? text_at(g, a.name) : support::join({"argument ", std::to_string(n.aux)});
      break;
    }
    case kind::constant: s += to_text(n.value, n.type); break;
    case kind::data: s += "data"; break;
    case kind::iota: s += support::join({"iota over ", axes(n.aux)}); break;
    case kind::map: s += support::join({facts_of(n.op).name, operands()}); break;
    case kind::view: {
      const view_map& m = g.view_of(i);
      s += support::join({"view", operands(), " at ("});
      for (int d = 0; d < g[n.in[0]].shape.rank; ++d) s += support::join({d > 0 ? ", " : "", to_text(m.axis[d])});
      s += ")";
      if (m.fill != 0) s += support::join({" else ", to_text(m.fill, n.type)});
      break;
    }
    case kind::reshape: s += support::join({"reshape", operands()}); break;
    case kind::reduce: s += support::join({n.op == opcode::add ? "sum" : facts_of(n.op).name, operands(), " over ", axes(n.aux)}); break;
    case kind::contract: s += support::join({"contract", operands(), " {", to_text(g.contraction_of(i)), "}"}); break;
    case kind::concat: s += support::join({"concat", operands(), " along ", std::to_string(n.aux)}); break;
    case kind::copy: s += support::join({"copy", operands()}); break;
    case kind::stop: s += support::join({"stop", operands()}); break;
    case kind::gradient: s += support::join({"gradient of %", std::to_string(n.in[0]), " to %", std::to_string(n.in[1])}); break;
  }
  for (const label& l : g.labels)
    if (l.node == i) s += support::join({"  # ", text_at(g, l.name)});
  return s;
}

inline std::string to_text(const graph_view& g) {
  std::string s;
  for (node_id i = 0; i < g.size(); ++i) s += support::join({to_text(g, i), "\n"});
  for (const output& o : g.outputs)
    s += support::join({o.assigned >= 0 ? support::join({"assign argument ", std::to_string(o.assigned), " = "}) : "return ", "%", std::to_string(o.node), "\n"});
  return s;
}

}  // namespace intarsia::ir
