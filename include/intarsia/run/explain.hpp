// SPDX-License-Identifier: Apache-2.0
// Questions about a compiled function: `ia::cost` at compile time, `ia::explain` as text.
#pragma once

#include <array>
#include <ostream>

#include "intarsia/run/cost.hpp"
#include "intarsia/run/function.hpp"

namespace intarsia {
namespace run {
template <class Function, class... A>
struct call_of;
template <class Lambda, fixed_string Name, class Target, class... A>
struct call_of<const compiled<Lambda, Name, Target>, A...> {
  static constexpr bool is_refused = refuses_call<Lambda, Name, Target, A&...>;
  static refused<call_reason<Lambda, Name, Target, A&...>> report();
};
}  // namespace run

/// `ia::cost<step, ia::tensor<float, 6, 8>, ...>.flops`: constants that a program can assert.
/// Errors: those of the call.
template <auto Function, class... Arguments>
inline constexpr call_cost cost = decltype(Function)::template instance<Arguments...>::cost;
template <auto Function, class... Arguments>
  requires run::call_of<const decltype(Function), Arguments...>::is_refused
inline constexpr auto cost<Function, Arguments...> =
    run::call_of<const decltype(Function), Arguments...>::report();

// Nothing is called: an argument that the function would update may be const here.
template <class Lambda, fixed_string Name, class Target, class... A>
  requires run::refuses_call<Lambda, Name, Target, A&...>
refused<run::call_reason<Lambda, Name, Target, A&...>> explain(std::ostream& os, const compiled<Lambda, Name, Target>&, const A&...);

/// Writes the expression, its derivative, the fused kernels and the plan.
template <class Lambda, fixed_string Name, class Target, class... A>
void explain(std::ostream& os, const compiled<Lambda, Name, Target>&, const A&...) {
  using instance = run::instance<Lambda, Target, A...>;
  using program = typename instance::program;
  const auto kernels = []<int... G>(std::integer_sequence<int, G...>) {
    return std::array<const plan::bound_nest*, sizeof...(G)>{&program::template kernel<G>::bound...};
  }(std::make_integer_sequence<int, program::groups>{});
  os << run::explanation(Name.view(), instance::cost, program::traced::view(), program::simplified::view(), program::tiled::view(), program::fused::view(),
                         program::planned::view(), [&kernels](int k) -> const plan::bound_nest& { return *kernels[static_cast<std::size_t>(k)]; });
}

}  // namespace intarsia
