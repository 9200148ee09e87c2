// SPDX-License-Identifier: Apache-2.0
// Compiled functions: a capture-less generic lambda, traced with the types of its arguments, called with their addresses.
#pragma once

#include "intarsia/kernels/nest-inl.hpp"
#include "intarsia/run/check.hpp"
#include "intarsia/run/describe.hpp"
#include "intarsia/run/overlap.hpp"
#include "intarsia/run/refuse.hpp"

namespace intarsia {
template <class Lambda, fixed_string Name, class Target>
struct compiled;

namespace run {

/// Everything about one function called with arguments of these types, on one target.
template <class Lambda, class Target, class... Args>
struct instance {
  using trace = function_trace<Lambda, argument<Args>...>;
  using program = compilation<trace, typename plan_of<Target>::machine>;
  using returned = typename listed<typename trace::returned>::types;
  using results = typename result_tuple<returned>::type;
  static constexpr int leaves = (argument<Args>::leaves + ... + 0);
  static constexpr int outputs = program::traced::view().outputs.size();
  static constexpr call_cost cost = cost_of(program::padded::view(), program::planned::view(), program::groups);

  /// `Fresh`: the results' memory is new, so that no argument can overlap it.
  template <bool Fresh, class Results, class... A>
  INTARSIA_INLINE static void call(Results& results, A&... args) {
    const void* at[leaves > 0 ? leaves : 1];
    std::size_t bytes[leaves > 0 ? leaves : 1];
    int next = 0;
    ((argument<Args>::collect(args, at + next, bytes + next), next += argument<Args>::leaves), ...);
    check_arguments<program>(at);
    void* to[outputs > 0 ? outputs : 1] = {};
    output_addresses_of<returned>::collect(results, to);
    const auto run = [](const void* const* from, void* const* into) INTARSIA_INLINE_LAMBDA { execute<program, Target>(from, into); };
    if constexpr (Fresh) run(at, to);
    else execute_apart<program>(at, to, run);
    (void)bytes;
  }
};

/// A function whose results have their places.
template <class Function, class... Out>
struct call_into;
template <class Lambda, fixed_string Name, class Target, class... Out>
struct call_into<compiled<Lambda, Name, Target>, Out...> {
  using places = std::tuple<Out...>;
  places results;

  template <class... A>
  INTARSIA_INLINE void operator()(A&&... args) {
    using called = instance<Lambda, Target, std::remove_cvref_t<A>...>;
    keep_description<Name, typename called::program, Target>();
    called::template call<false>(results, args...);
  }
  template <class... A>
    requires hopeless_call<Lambda, A...>
  void operator()(A&&... args);
  template <class... A>
    requires(verdict_on_call_into<Lambda, Name, Target, places, A...>().count > 0)
  refused<support::told<verdict_on_call_into<Lambda, Name, Target, places, A...>()>::why> operator()(A&&... args);
};

}  // namespace run

/// A function made by `ia::compile`. Calling it runs the fused kernels for the argument types; nothing is allocated.
template <class Lambda, fixed_string Name, class Target>
struct compiled {
  static constexpr fixed_string name = Name;
  /// The function for arguments of these types.
  template <class... A>
  using instance = run::instance<Lambda, Target, A...>;

  /// Errors: those of its operations; [capture], [argument], [parameters], [result], [not_constexpr], [branch], [no_path], [twice],
  /// [assign_target], [workspace].
  template <class... A>
  INTARSIA_INLINE auto operator()(A&&... args) const {
    using called = instance<std::remove_cvref_t<A>...>;
    run::keep_description<Name, typename called::program, Target>();
    typename called::results results;
    called::template call<true>(results, args...);
    if constexpr (std::tuple_size_v<decltype(results)> == 1) return std::get<0>(std::move(results));
    else if constexpr (std::tuple_size_v<decltype(results)> > 1) return results;
  }
  template <class... A>
    requires run::hopeless_call<Lambda, A...>
  poison<support::letter{}> operator()(A&&... args) const;
  template <class... A>
    requires run::refuses_call<Lambda, Name, Target, A...>
  refused<run::call_reason<Lambda, Name, Target, A...>> operator()(A&&... args) const;

  /// `step.into(loss, next)(x, k, y)`: the results written into the caller's tensors, views and numbers. They may
  /// overlap the arguments: all results are as if everything had been read first.
  /// Errors, when it is called: [into], [into_temporary].
  template <class... Out>
  INTARSIA_INLINE auto into(Out&&... out) const {
    return run::call_into<compiled, Out...>{std::tuple<Out...>(std::forward<Out>(out)...)};
  }
};

/// Makes a function of a capture-less generic lambda. It is traced when it is first called with arguments of new types.
template <fixed_string Name = "", class Lambda>
constexpr compiled<Lambda, Name, static_target> compile(Lambda) {
  return {};
}

}  // namespace intarsia
