// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <algorithm>
#include <cctype>

namespace intarsia::tool {

namespace {

std::string shortened(std::string s, std::size_t most) {
  if (s.size() > most) s = s.substr(0, most - 3) + "...";
  return s;
}

}  // namespace

std::string value_name(const ir::graph_view& g, ir::node_id i) {
  const ir::node& n = g[i];
  for (const ir::label& l : g.labels)
    if (l.node == i) return ir::text_at(g, l.name);
  if (n.what == ir::kind::argument) return g.arguments[n.aux].name >= 0 ? ir::text_at(g, g.arguments[n.aux].name) : "argument " + std::to_string(n.aux);
  // seen in another way, with a border, or in another order: still that value
  if (n.what == ir::kind::view || n.what == ir::kind::reshape || n.what == ir::kind::copy) return value_name(g, n.in[0]);
  return "%" + std::to_string(i);
}

std::string holder_of(const program& p, int buffer) {
  for (ir::node_id i = p.tiled.nodes.size() - 1; i >= 0; --i)
    if (p.memory.homes[i].buffer == buffer) return value_name(p.tiled, i);
  const plan::buffer& b = p.memory.buffers[buffer];
  return b.where == plan::space::output ? "result " + std::to_string(b.number) : "b" + std::to_string(buffer);
}

std::string purpose_of(const program& p, int kernel) {
  std::string s = plan::to_text(p.tiled, p.groups, kernel);
  s = s.substr(std::min(s.find(": ") + 2, s.size()));
  s = s.substr(0, s.find('\n'));
  const ir::node_id root = p.groups.groups[kernel].root;
  if (s.starts_with("->")) s = "copies " + value_name(p.tiled, root) + " " + s;
  return s + " " + std::string(ir::name_of(p.tiled[root].type)) + ir::to_text(p.tiled[root].shape);
}

std::string anonymous(const std::string& purpose) {
  std::string s;
  for (std::size_t i = 0; i < purpose.size(); ++i) {
    if (purpose[i] != '%') {
      s += purpose[i];
      continue;
    }
    while (i + 1 < purpose.size() && std::isdigit(static_cast<unsigned char>(purpose[i + 1]))) ++i;
    if (i + 1 < purpose.size() && purpose[i + 1] == ' ') ++i;
  }
  return s;
}

std::vector<std::string> formulas_of(const program& p, int number) {
  const plan::bound_nest& b = p.kernels[static_cast<std::size_t>(number)];
  const plan::nest& k = b.kernel;
  std::vector<std::string> all;
  auto of = [&](int i) { return i >= 0 && static_cast<std::size_t>(i) < all.size() ? all[static_cast<std::size_t>(i)] : std::string("?"); };
  for (int i = 0; i < k.instructions; ++i) {
    const plan::instruction& c = k.code[i];
    std::string s;
    switch (c.what) {
      case plan::step::load: s = holder_of(p, b.buffer[c.a]); break;
      case plan::step::constant: s = ir::to_text(c.value, c.type); break;
      case plan::step::position: s = "position"; break;
      case plan::step::within: s = "inside"; break;
      case plan::step::accumulator: s = k.reduction == ir::opcode::add || k.factor >= 0 ? "sum" : ir::facts_of(k.reduction).name; break;
      case plan::step::sink: s = "total " + std::to_string(c.a); break;
      case plan::step::map: {
        const ir::op_facts f = ir::facts_of(c.op);
        const char* sign = c.op == ir::opcode::add ? " + " : c.op == ir::opcode::sub ? " - " : c.op == ir::opcode::mul ? " * " : c.op == ir::opcode::div ? " / " : nullptr;
        if (sign != nullptr) s = "(" + of(c.a) + sign + of(c.b) + ")";
        else s = std::string(f.name) + "(" + of(c.a) + (f.arity > 1 ? ", " + of(c.b) : "") + (f.arity > 2 ? ", " + of(c.c) : "") + ")";
        break;
      }
      default: break;
    }
    all.push_back(shortened(std::move(s), 60));
  }
  return all;
}

}  // namespace intarsia::tool
