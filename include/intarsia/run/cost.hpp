// SPDX-License-Identifier: Apache-2.0
// What one call costs, and a program as text. Receives the results of passes, frozen in the compiler or run by a tool;
// `ia::cost`, `ia::explain` and the command-line tool all say what stands here.
#pragma once

#include "intarsia/plan/print.hpp"

namespace intarsia {

/// What one call costs, known at compile time.
struct call_cost {
  index flops = 0;            // additions, multiplications and other pointwise operations; a multiply-add is two
  index bytes = 0;            // read from arguments and written to results, each once
  index workspace_bytes = 0;  // beside arguments and results
  int kernels = 0;            // loop nests
  friend constexpr bool operator==(const call_cost&, const call_cost&) = default;
};

namespace run {

/// Operations for all elements of a value.
constexpr index flops_of(const ir::graph_view& g, ir::node_id i) {
  const ir::node& n = g[i];
  switch (n.what) {
    case ir::kind::map: return n.op == ir::opcode::cast ? 0 : n.shape.size();
    case ir::kind::reduce: return g[n.in[0]].shape.size();
    case ir::kind::contract: return 2 * ir::products_of(g.contraction_of(i));
    default: return 0;
  }
}

constexpr call_cost cost_of(const ir::graph_view& padded, const plan::memory_view& memory, int kernels) {
  call_cost c;
  for (ir::node_id i = 0; i < padded.size(); ++i) {
    c.flops += flops_of(padded, i);
    if (padded[i].what == ir::kind::argument) c.bytes += padded[i].shape.size() * ir::size_of(padded[i].type);
  }
  for (const ir::output& o : padded.outputs) c.bytes += padded[o.node].shape.size() * ir::size_of(padded[o.node].type);
  c.workspace_bytes = plan::bytes_in(memory, plan::space::workspace);
  c.kernels = kernels;
  return c;
}

/// `kernel_at(g)` is the bound nest of group g.
template <class KernelAt>
std::string explanation(std::string_view name, const call_cost& c, const ir::graph_view& traced, const ir::graph_view& simplified,
                        const ir::graph_view& tiled, const fuse::grouping_view& groups, const plan::memory_view& memory, const KernelAt& kernel_at) {
  std::string s = support::join({"function ", name.empty() ? "(unnamed)" : name, ": ", std::to_string(c.flops), " FLOPs, ", std::to_string(c.bytes), " bytes, ",
                                 std::to_string(c.kernels), " kernels, ", std::to_string(c.workspace_bytes), " bytes of workspace\n\n"});
  s += support::join({"expression\n", ir::to_text(traced), "\nwith its derivatives, simplified\n", ir::to_text(simplified)});
  // The kernels speak of these values: their numbers differ from those above where one of them was put in between.
  if (const std::string made = ir::to_text(tiled); made != ir::to_text(simplified)) s += "\nwith borders, copies and tiles\n" + made;
  s += "\nkernels\n";
  for (int k = 0; k < c.kernels; ++k) s += support::join({plan::to_text(tiled, groups, k), plan::to_text(kernel_at(k))});
  return s + support::join({"\nplan\n", plan::to_text(tiled, memory)});
}

}  // namespace run
}  // namespace intarsia
