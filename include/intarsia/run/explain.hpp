// SPDX-License-Identifier: Apache-2.0
// Questions about a compiled function: `ia::cost` at compile time, `ia::explain` as text.
#pragma once

#include <ostream>

#include "intarsia/ir/print.hpp"
#include "intarsia/plan/print.hpp"
#include "intarsia/run/function.hpp"

namespace intarsia {

/// What one call costs, known at compile time.
struct call_cost {
  index flops = 0;            // additions, multiplications and other pointwise operations; a multiply-add is two
  index bytes = 0;            // read from arguments and written to results, each once
  index workspace_bytes = 0;  // beside arguments and results
  int kernels = 0;            // loop nests
};

namespace run {
template <class Program>
constexpr call_cost cost_of() {
  call_cost c;
  const auto g = Program::padded::view();
  for (ir::node_id i = 0; i < g.size(); ++i) {
    const ir::node& n = g[i];
    if (n.what == ir::kind::map && n.op != ir::opcode::cast) c.flops += n.shape.size();
    else if (n.what == ir::kind::reduce) c.flops += g[n.in[0]].shape.size();
    else if (n.what == ir::kind::contract) c.flops += 2 * ir::products_of(g.contraction_of(i));
    else if (n.what == ir::kind::argument) c.bytes += n.shape.size() * ir::size_of(n.type);
  }
  for (const ir::output& o : g.outputs) c.bytes += g[o.node].shape.size() * ir::size_of(g[o.node].type);
  c.workspace_bytes = Program::workspace_bytes;
  c.kernels = Program::groups;
  return c;
}
}  // namespace run

/// `ia::cost<step, ia::tensor<float, 6, 8>, ...>.flops`: constants that a program can assert.
template <auto Function, class... Arguments>
inline constexpr call_cost cost = run::cost_of<typename decltype(Function)::template instance<Arguments...>::program>();

template <class Lambda, fixed_string Name, class Target, class... A>
  requires run::refuses_call<Lambda, Name, Target, const A&...>
refused<run::call_reason<Lambda, Name, Target, const A&...>> explain(std::ostream& os, const compiled<Lambda, Name, Target>&, const A&...);

/// Writes the expression, its derivative, the fused kernels and the plan.
template <class Lambda, fixed_string Name, class Target, class... A>
void explain(std::ostream& os, const compiled<Lambda, Name, Target>&, const A&...) {
  using program = typename run::instance<Lambda, Target, A...>::program;
  constexpr call_cost c = run::cost_of<program>();
  os << "function " << (Name.view().empty() ? std::string_view("(unnamed)") : Name.view()) << ": " << c.flops << " FLOPs, " << c.bytes << " bytes, "
     << c.kernels << " kernels, " << c.workspace_bytes << " bytes of workspace\n\n";
  os << "expression\n" << ir::to_text(program::traced::view()) << "\nwith its derivatives, simplified\n" << ir::to_text(program::simplified::view());
  os << "\nkernels\n";
  [&]<int... G>(std::integer_sequence<int, G...>) {
    ((os << plan::to_text(program::tiled::view(), program::fused::view(), G) << plan::to_text(program::template kernel<G>::bound, program::planned::view())), ...);
  }(std::make_integer_sequence<int, program::groups>{});
  os << "\nplan\n" << plan::to_text(program::planned::view());
}

}  // namespace intarsia
