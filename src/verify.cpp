// SPDX-License-Identifier: Apache-2.0
// A graph that came in a file may say anything. Passes trust a graph, so here each node is held against the rules that
// tracing keeps by construction.
#include <algorithm>
#include <limits>

#include "description.hpp"

namespace intarsia::tool {

namespace {

using ir::kind;
using ir::node;
using ir::node_id;
using ir::opcode;

constexpr int most_nodes = 20'000;
constexpr index most_elements = index{1} << 40;
constexpr index most_products = index{1} << 56;

class verifier {
 public:
  explicit verifier(const ir::graph& g) : g_(g) {}

  std::string run() {
    if (g_.nodes.size() > most_nodes || g_.outputs.size() > most_nodes) return "its graph is too large";
    if (!g_.text.empty() && g_.text[g_.text.size() - 1] != 0) return "its names do not end";
    for (const char c : g_.text)
      if (static_cast<unsigned char>(c) < ' ' && c != 0) return "its names are no text";
    std::vector<int> made(static_cast<std::size_t>(g_.arguments.size()));
    for (node_id i = 0; i < g_.nodes.size(); ++i) {
      if (!good(i)) return "node %" + std::to_string(i) + " of its graph is wrong";
      if (g_[i].what == kind::argument) ++made[static_cast<std::size_t>(g_[i].aux)];
    }
    for (int i = 0; i < g_.arguments.size(); ++i) {
      const ir::argument& a = g_.arguments[i];
      if (made[static_cast<std::size_t>(i)] != 1 || a.is > ir::part::buffer || !is_name(a.name)) return "argument " + std::to_string(i) + " of its graph is wrong";
    }
    for (const ir::output& o : g_.outputs) {
      if (!is_node(o.node)) return "a result of its graph is wrong";
      if (o.assigned < 0) continue;
      if (o.assigned >= g_.arguments.size() || g_.arguments[o.assigned].shape != g_[o.node].shape || g_.arguments[o.assigned].type != g_[o.node].type)
        return "an update of its graph is wrong";
      if (std::count_if(g_.outputs.begin(), g_.outputs.end(), [&](const ir::output& other) { return other.assigned == o.assigned; }) > 1) return "its graph updates an argument twice";
    }
    for (const ir::label& l : g_.labels)
      if (!is_node(l.node) || l.name < 0 || !is_name(l.name)) return "a name in its graph is wrong";
    for (const ir::check& c : g_.checks)
      if (c.argument < 0 || c.argument >= g_.arguments.size() || ir::is_float(g_.arguments[c.argument].type)) return "a check in its graph is wrong";
    return g_.outputs.empty() ? "its graph has no result" : "";
  }

 private:
  bool is_node(node_id i) const { return i >= 0 && i < g_.nodes.size(); }
  bool is_name(int at) const { return at >= -1 && at < g_.text.size(); }
  static bool is_type(ir::dtype t) { return t > ir::dtype::none && t <= ir::dtype::f64; }
  static bool moderate(index v) { return v > -(index{1} << 31) && v < (index{1} << 31); }

  static bool is_shape(const extents& e) {
    index product = 1;
    for (int d = 0; d < e.rank; ++d) {
      if (e[d] < 1 || e[d] > most_elements / product) return false;
      product *= e[d];
    }
    return true;
  }

  bool good(node_id i) const {
    const node& n = g_[i];
    if (n.what > kind::gradient || n.op > opcode::argmin || !is_type(n.type) || !is_shape(n.shape)) return false;
    const int operands = operands_of(n);
    for (int k = 0; k < 3; ++k)
      if (k < operands ? n.in[k] < 0 || n.in[k] >= i : n.in[k] != -1) return false;
    switch (n.what) {
      case kind::argument: return n.aux >= 0 && n.aux < g_.arguments.size() && g_.arguments[n.aux].type == n.type && g_.arguments[n.aux].shape == n.shape;
      case kind::constant: return true;
      case kind::data: return n.aux >= 0 && n.aux <= g_.values.size() && n.shape.size() <= g_.values.size() - n.aux;
      case kind::iota: return n.aux >= 0 && n.aux < 1 << n.shape.rank;
      case kind::map: return good_map(n);
      case kind::view: return same_type(n) && n.aux >= 0 && n.aux < g_.views.size() && good_view(n, g_.views[n.aux]);
      case kind::reshape: return same_type(n) && g_[n.in[0]].shape.size() == n.shape.size();
      case kind::reduce: return good_reduction(n);
      case kind::contract: return same_type(n) && g_[n.in[1]].type == n.type && n.aux >= 0 && n.aux < g_.contractions.size() && good_contraction(n, g_.contractions[n.aux]);
      case kind::concat: return good_join(n);
      case kind::copy:
      case kind::stop: return same_type(n) && g_[n.in[0]].shape == n.shape;
      case kind::gradient:
        return ir::is_float(n.type) && g_[n.in[0]].shape.rank == 0 && ir::is_float(g_[n.in[0]].type) && g_[n.in[1]].shape == n.shape && g_[n.in[1]].type == n.type;
    }
    return false;
  }

  static int operands_of(const node& n) {
    switch (n.what) {
      case kind::argument: case kind::constant: case kind::data: case kind::iota: return 0;
      case kind::map: return ir::facts_of(n.op).arity;
      case kind::contract: case kind::concat: case kind::gradient: return 2;
      default: return 1;
    }
  }
  bool same_type(const node& n) const { return g_[n.in[0]].type == n.type; }

  bool good_map(const node& n) const {
    if (n.op == opcode::none || n.op >= opcode::argmax) return false;
    const int operands = operands_of(n), first = n.op == opcode::select ? 1 : 0;
    for (int k = 0; k < operands; ++k)
      if (g_[n.in[k]].shape != n.shape) return false;
    if (n.op == opcode::cast) return true;
    if (n.op == opcode::select && g_[n.in[0]].type != ir::dtype::boolean) return false;
    const ir::dtype type = g_[n.in[first]].type;
    for (int k = first; k < operands; ++k)
      if (g_[n.in[k]].type != type) return false;
    const bool logical = n.op == opcode::logical_and || n.op == opcode::logical_or || n.op == opcode::logical_not;
    return n.type == ir::result_type(n.op, type) && (!ir::needs_float(n.op) || ir::is_float(type)) && (!logical || type == ir::dtype::boolean);
  }

  bool good_view(const node& n, const ir::view_map& m) const {
    for (int d = 0; d < max_rank; ++d) {
      const ir::view_axis& a = m.axis[d];
      if (d >= g_[n.in[0]].shape.rank) {
        if (a != ir::view_map().axis[d]) return false;
        continue;
      }
      if (a.axis0 < -1 || a.axis0 >= n.shape.rank || a.axis1 < -1 || a.axis1 >= n.shape.rank || a.den < 0) return false;
      if (!moderate(a.offset) || !moderate(a.den) || !moderate(a.c0) || !moderate(a.c1)) return false;
    }
    return true;
  }

  bool good_reduction(const node& n) const {
    const node& from = g_[n.in[0]];
    const bool place = n.op == opcode::argmax || n.op == opcode::argmin;
    if (!place && n.op != opcode::add && n.op != opcode::max && n.op != opcode::min) return false;
    if (n.aux < 1 || n.aux >= 1 << from.shape.rank || n.type != ir::result_type(n.op, from.type)) return false;
    extents rest;
    for (int d = 0; d < from.shape.rank; ++d)
      if ((n.aux >> d & 1) == 0) rest.push(from.shape[d]);
    return rest == n.shape;
  }

  /// Every axis of the three tensors has one place in the form, with its extent; one of a single element may have none.
  bool good_contraction(const node& n, const ir::contraction& c) const {
    const extents* shapes[3] = {&n.shape, &g_[n.in[0]].shape, &g_[n.in[1]].shape};
    if (c.winograd != 0 && c.winograd != 1 && c.winograd != 2 && c.winograd != 4) return false;
    unsigned seen[3] = {};
    index products = 1;
    auto take = [&](int tensor, int dim, index extent) {
      if (dim < 0 || dim >= shapes[tensor]->rank || (*shapes[tensor])[dim] != extent || (seen[tensor] >> dim & 1) != 0) return false;
      seen[tensor] |= 1u << dim;
      return true;
    };
    auto times = [&](index extent) {
      if (extent < 1 || extent > most_products / products) return false;
      products *= extent;
      return true;
    };
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) {
        if (!times(a.extent[0])) return false;
        bool used = false;
        for (int r = 0; r < 3; ++r)
          if (a.dim[r] != -1) {
            if (!take(r, a.dim[r], a.extent[0])) return false;
            used = true;
          }
        if (!used) return false;
        continue;
      }
      if (!times(a.extent[1]) || !times(a.extent[2]) || a.stride < 1 || a.dilation < 1) return false;
      if (!moderate(a.stride) || !moderate(a.dilation) || !moderate(a.pad)) return false;
      bool is[3] = {};
      for (int w = 0; w < 3; ++w) {
        if (a.who[w] < 0 || a.who[w] > 2 || is[a.who[w]] || !take(a.who[w], a.dim[w], a.extent[w])) return false;
        is[a.who[w]] = true;
      }
    }
    for (int r = 0; r < 3; ++r)
      for (int d = 0; d < shapes[r]->rank; ++d)
        if ((seen[r] >> d & 1) == 0 && (*shapes[r])[d] != 1) return false;
    return n.type == ir::dtype::f32 || n.type == ir::dtype::f64 || !ir::is_float(n.type);
  }

  bool good_join(const node& n) const {
    const node &a = g_[n.in[0]], &b = g_[n.in[1]];
    if (a.type != n.type || b.type != n.type || n.aux < 0 || n.aux >= n.shape.rank || a.shape.rank != n.shape.rank || b.shape.rank != n.shape.rank) return false;
    for (int d = 0; d < n.shape.rank; ++d)
      if (d == n.aux ? a.shape[d] + b.shape[d] != n.shape[d] : a.shape[d] != n.shape[d] || b.shape[d] != n.shape[d]) return false;
    return true;
  }

  const ir::graph& g_;
};

}  // namespace

std::string fault_in(const ir::graph& g) { return verifier(g).run(); }

}  // namespace intarsia::tool
