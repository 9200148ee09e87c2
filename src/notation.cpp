// SPDX-License-Identifier: Apache-2.0
#include "notation.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "reasons.hpp"

namespace intarsia::tool {

namespace {

using ir::kind;
using ir::node;
using ir::node_id;
using ir::opcode;

/// How tightly the outermost operation of a formula binds.
enum binding { loose, sums, products, tight };

class writer {
 public:
  explicit writer(const ir::graph_view& g) : g_(g), readers_(static_cast<std::size_t>(g.size())), named_(readers_.size()) {
    for (node_id i = 0; i < g.size(); ++i)
      for (const node_id operand : g[i].in)
        if (operand >= 0) ++readers_[static_cast<std::size_t>(operand)];
    for (const ir::output& o : g.outputs) ++readers_[static_cast<std::size_t>(o.node)];
    std::vector<int> depth(readers_.size());
    for (node_id i = 0; i < g.size(); ++i) {
      int& d = depth[static_cast<std::size_t>(i)];
      for (const node_id operand : g[i].in)
        if (operand >= 0 && !is_named(operand)) d = std::max(d, depth[static_cast<std::size_t>(operand)] + 1);
      named_[static_cast<std::size_t>(i)] = deserves_name(i) || d > deepest;
    }
  }

  std::string run() {
    std::string s = "\\begin{align*}\n";
    for (node_id i = 0; i < g_.size(); ++i)
      if (is_named(i) && g_[i].what != kind::argument && g_[i].what != kind::constant) s += name_of(i) + " &= " + formula(i, loose) + " \\\\\n";
    int results = 0;
    for (const ir::output& o : g_.outputs) {
      if (o.assigned < 0) s += "r_{" + std::to_string(results++) + "} &= ";
      else s += argument(o.assigned) + " &\\leftarrow ";
      s += (is_named(o.node) ? name_of(o.node) : formula(o.node, loose)) + " \\\\\n";
    }
    return s + "\\end{align*}\n";
  }

 private:
  static std::string escaped(std::string_view text) {
    std::string s;
    for (const char c : text) {
      if (std::string_view("_#$%&{}").find(c) != std::string_view::npos) s += '\\';
      if (c == '\\' || c == '^' || c == '~') continue;
      s += c;
    }
    return s;
  }
  static std::string word(std::string_view text) { return "\\mathrm{" + escaped(text) + "}"; }
  static std::string number(double v, ir::dtype type) {
    std::string s = ir::to_text(v, type);
    const auto e = s.find('e');
    if (e != std::string::npos) s = s.substr(0, e) + " \\cdot 10^{" + std::to_string(std::stoi(s.substr(e + 1))) + "}";
    return s == "inf" ? "\\infty" : s == "-inf" ? "-\\infty" : s;
  }
  std::string argument(int a) const { return g_.arguments[a].name >= 0 ? word(ir::text_at(g_, g_.arguments[a].name)) : "x_{" + std::to_string(a) + "}"; }
  std::string label(node_id i) const {
    for (const ir::label& l : g_.labels)
      if (l.node == i) return ir::text_at(g_, l.name);
    return "";
  }

  /// Longer formulas are cut.
  static constexpr int deepest = 8;
  /// Views and repetitions are read through, so they get no name of their own.
  bool is_named(node_id i) const { return named_[static_cast<std::size_t>(i)]; }
  bool deserves_name(node_id i) const {
    const kind k = g_[i].what;
    if (k == kind::argument) return true;
    if (k == kind::constant || k == kind::iota || k == kind::data) return false;
    if (!label(i).empty()) return true;
    return readers_[static_cast<std::size_t>(i)] > 1 && k != kind::view && k != kind::reshape && k != kind::stop;
  }
  std::string name_of(node_id i) const {
    if (g_[i].what == kind::argument) return argument(g_[i].aux);
    const std::string l = label(i);
    return l.empty() ? "t_{" + std::to_string(i) + "}" : word(l);
  }
  std::string use(node_id i, binding around) const { return is_named(i) ? name_of(i) : formula(i, around); }

  static std::string in_brackets(std::string s, binding own, binding around) { return own < around ? "\\left(" + s + "\\right)" : s; }
  static std::string axes(int mask) {
    std::string s;
    for (int d = 0; d < max_rank; ++d)
      if ((mask >> d & 1) != 0) s += (s.empty() ? "" : ",") + std::to_string(d);
    return s;
  }

  std::string formula(node_id i, binding around) const {
    const node& n = g_[i];
    auto operand = [&](int k, binding b) { return use(n.in[k], b); };
    switch (n.what) {
      case kind::argument: return argument(n.aux);
      case kind::constant: return n.value < 0 ? in_brackets(number(n.value, n.type), loose, around) : number(n.value, n.type);
      case kind::data: return "c_{" + std::to_string(i) + "}";
      case kind::iota: return "\\iota_{" + axes(n.aux) + "}";
      case kind::map: return map(n, around);
      case kind::view: return view(i, around);
      case kind::reshape:
      case kind::copy: return operand(0, around);
      case kind::stop: return "\\overline{" + operand(0, loose) + "}";
      case kind::reduce: {
        if (n.op == opcode::add) return in_brackets("\\sum_{" + axes(n.aux) + "} " + operand(0, products), sums, around);
        const std::string name = n.op == opcode::argmax ? "\\operatorname{argmax}" : n.op == opcode::argmin ? "\\operatorname{argmin}" : n.op == opcode::max ? "\\max" : "\\min";
        return name + "_{" + axes(n.aux) + "}\\left(" + operand(0, loose) + "\\right)";
      }
      case kind::contract: {
        bool window = false;
        for (int x = 0; x < g_.contraction_of(i).count; ++x) window = window || g_.contraction_of(i).axis[x].window;
        return in_brackets(operand(0, tight) + (window ? " \\star " : " \\cdot ") + operand(1, tight), products, around);
      }
      case kind::concat: return "\\left[" + operand(0, loose) + " \\,|\\, " + operand(1, loose) + "\\right]";
      case kind::gradient: return "\\frac{\\partial " + operand(0, tight) + "}{\\partial " + operand(1, tight) + "}";
    }
    return "?";
  }

  std::string map(const node& n, binding around) const {
    auto operand = [&](int k, binding b) { return use(n.in[k], b); };
    auto call = [&](const std::string& name) { return name + "\\left(" + operand(0, loose) + "\\right)"; };
    switch (n.op) {
      case opcode::add: return in_brackets(operand(0, sums) + " + " + operand(1, sums), sums, around);
      case opcode::sub: return in_brackets(operand(0, sums) + " - " + operand(1, products), sums, around);
      case opcode::mul:
        if (n.in[0] == n.in[1]) return operand(0, tight) + "^2";
        return in_brackets(operand(0, products) + " \\odot " + operand(1, products), products, around);
      case opcode::div: return "\\frac{" + operand(0, loose) + "}{" + operand(1, loose) + "}";
      case opcode::neg: return in_brackets("-" + operand(0, products), sums, around);
      case opcode::abs: return "\\left|" + operand(0, loose) + "\\right|";
      case opcode::sqrt: return "\\sqrt{" + operand(0, loose) + "}";
      case opcode::rsqrt: return "\\frac{1}{\\sqrt{" + operand(0, loose) + "}}";
      case opcode::exp: return "e^{" + operand(0, loose) + "}";
      case opcode::log: return call("\\log");
      case opcode::sin: return call("\\sin");
      case opcode::cos: return call("\\cos");
      case opcode::tanh: return call("\\tanh");
      case opcode::sigmoid: return call("\\sigma");
      case opcode::cast: return operand(0, around);
      case opcode::min:
      case opcode::max: return (n.op == opcode::min ? "\\min" : "\\max") + std::string("\\left(") + operand(0, loose) + ", " + operand(1, loose) + "\\right)";
      case opcode::less: return in_brackets(operand(0, sums) + " < " + operand(1, sums), loose, around);
      case opcode::less_equal: return in_brackets(operand(0, sums) + " \\le " + operand(1, sums), loose, around);
      case opcode::equal: return in_brackets(operand(0, sums) + " = " + operand(1, sums), loose, around);
      case opcode::not_equal: return in_brackets(operand(0, sums) + " \\ne " + operand(1, sums), loose, around);
      case opcode::select: return "\\begin{cases}" + operand(1, loose) + " & " + operand(0, loose) + " \\\\ " + operand(2, loose) + " & \\text{else}\\end{cases}";
      default: {
        std::string s = "\\operatorname{" + escaped(ir::facts_of(n.op).name) + "}\\left(" + operand(0, loose);
        for (int k = 1; k < ir::facts_of(n.op).arity; ++k) s += ", " + operand(k, loose);
        return s + "\\right)";
      }
    }
  }

  /// Repetition is left to the reader, as in mathematics; of other views the indices are told.
  std::string view(node_id i, binding around) const {
    const node& n = g_[i];
    const ir::view_map& m = g_.view_of(i);
    const extents& from = g_[n.in[0]].shape;
    bool repeats = true, turned = from.rank == 2 && n.shape.rank == 2;
    for (int d = 0; d < from.rank; ++d) {
      const ir::view_axis& a = m.axis[d];
      const bool whole = a.axis0 >= 0 && a.c0 == 1 && a.offset == 0 && a.axis1 < 0 && a.den <= 1;
      repeats = repeats && ((whole && n.shape[a.axis0] == from[d] && a.axis0 >= d) || (from[d] == 1 && a.axis0 < 0));
      turned = turned && whole && a.axis0 == 1 - d;
    }
    if (turned) return use(n.in[0], tight) + "^{\\top}";
    if (repeats) return use(n.in[0], around);
    std::string s = use(n.in[0], tight) + "_{[";
    for (int d = 0; d < from.rank; ++d) s += (d > 0 ? ",\\," : "") + ir::to_text(m.axis[d]);
    return s + "]}";
  }

  ir::graph_view g_;
  std::vector<int> readers_;
  std::vector<bool> named_;
};

std::string quoted(std::string_view text) {
  std::string s = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') s += '\\';
    if (c == '\n') s += "\\n";
    else s += c;
  }
  return s + "\"";
}

}  // namespace

std::string latex(const ir::graph_view& g) { return writer(g).run(); }

std::string graphviz(const program& p, const std::string& name) {
  const ir::graph_view g = p.tiled;
  const auto forward = forward_nodes(p);
  std::string s = "digraph " + quoted(name) + " {\n  rankdir=TB;\n  node [shape=box, fontname=\"monospace\", style=rounded];\n";
  auto id = [](node_id i) { return "n" + std::to_string(i); };
  auto draw = [&](node_id i, const char* indent) {
    std::string text = ir::to_text(g, i);
    const auto equals = text.find(" = ");
    return std::string(indent) + id(i) + " [label=" + quoted(text.substr(equals + 3) + "\n" + text.substr(0, equals)) + (forward[static_cast<std::size_t>(i)] ? "" : ", style=\"rounded,dashed\"") + "];\n";
  };
  const fuse::grouping_view groups = p.groups;
  for (int k = 0; k < groups.groups.size(); ++k) {
    s += "  subgraph cluster_" + std::to_string(k) + " {\n    label=\"kernel " + std::to_string(k) + "\";\n";
    for (node_id i = 0; i < g.size(); ++i)
      if (groups.fates[i] == fuse::fate::computed && groups.group_of[i] == k) s += draw(i, "    ");
    s += "  }\n";
  }
  for (node_id i = 0; i < g.size(); ++i) {
    if (groups.fates[i] != fuse::fate::computed) s += draw(i, "  ");
    for (const node_id operand : g[i].in)
      if (operand >= 0) s += "  " + id(operand) + " -> " + id(i) + ";\n";
  }
  for (int o = 0; o < g.outputs.size(); ++o) {
    const std::string result = "r" + std::to_string(o);
    s += "  " + result + " [shape=plaintext, label=" + quoted(g.outputs[o].assigned >= 0 ? "update of argument " + std::to_string(g.outputs[o].assigned) : "result " + std::to_string(o)) + "];\n";
    s += "  " + id(g.outputs[o].node) + " -> " + result + ";\n";
  }
  return s + "}\n";
}

}  // namespace intarsia::tool
