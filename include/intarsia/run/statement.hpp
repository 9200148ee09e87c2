// SPDX-License-Identifier: Apache-2.0
// Lazy values: replayed into a program, then run into a tensor or view.
#pragma once

#include "intarsia/kernels/nest-inl.hpp"
#include "intarsia/language/lazy.hpp"
#include "intarsia/run/overlap.hpp"
#include "intarsia/tensor/print.hpp"

namespace intarsia {

namespace run {
template <class Lazy>
struct statement_trace {
  static constexpr ir::graph run() {
    ir::graph g;
    auto h = support::replay<Lazy>::run(g);
    g.outputs.push({h.id, -1});
    return g;
  }
};

struct leaf_addresses {
  const void** at;
  int count = 0;
  template <class Leaf>
  INTARSIA_INLINE void operator()(const Leaf& leaf) {
    at[count++] = leaf.address();
  }
};

template <class Out>
struct destination;
template <class T, std::size_t... D>
struct destination<tensor<T, D...>> {
  using handle = traced<T, D...>;
  static constexpr memory_of whose = memory_of::object;
};
template <class T, std::size_t... D>
struct destination<view<T, D...>> {
  using handle = traced<std::remove_const_t<T>, D...>;
  static constexpr memory_of whose = memory_of::anybody;
};

template <class Lazy, class Out>
inline constexpr auto owners_in = [] {
  owners<support::replay<Lazy>::leaves> of{destination<Out>::whose, {}};
  int n = 0;
  support::replay<Lazy>::tell_objects([&](bool object) { of.argument[n++] = object ? memory_of::object : memory_of::anybody; });
  return of;
}();
}  // namespace run

/// Runs a lazy value into `out`. Alias-safe: where a result overlaps an operand, it is made beside it and copied.
/// Errors: [assign_shape].
template <class Target, class Lazy, class Out>
INTARSIA_INLINE void run_statement(const Lazy& e, Out& out) {
  using replay = support::replay<Lazy>;
  using from = typename replay::handle;
  using to = typename run::destination<Out>::handle;
  if constexpr (std::is_same_v<from, to>) {  // else it was refused where it was assigned
    using program = compilation<run::statement_trace<Lazy>, kernels_of<Target>>;
    const void* arguments[replay::leaves > 0 ? replay::leaves : 1];
    run::leaf_addresses collect{arguments};
    replay::for_each_leaf(e, collect);
    void* outputs[1] = {out.data()};
    run::execute_apart<program, run::owners_in<Lazy, Out>>(arguments, outputs, [](const void* const* at, void* const* results) INTARSIA_INLINE_LAMBDA { run::execute<program, Target>(at, results); });
  }
}

/// Runs an expression into a new tensor.
template <lazy_expression Lazy>
INTARSIA_INLINE auto evaluate(Lazy&& e) {
  using E = std::remove_cvref_t<Lazy>;
  constexpr extents shape = E::shape_value;
  tensor_of<typename E::value_type, shape> result;
  e.write_to(result);
  return result;
}
template <tensor_like X>
refused<support::told<support::letter::about(fault::tensor, "evaluate")>::why> evaluate(const X&);
template <support::foreign X>
refused<support::told<support::letter::about(fault::operand, "evaluate")>::why> evaluate(X&&);

/// Runs an expression and writes what it is: a tensor's text, or a number's.
template <lazy_expression Lazy>
std::ostream& operator<<(std::ostream& os, const Lazy& e) {
  if constexpr (Lazy::shape_value.rank == 0) return os << static_cast<typename Lazy::value_type>(e);
  else return os << evaluate(e);
}

}  // namespace intarsia
