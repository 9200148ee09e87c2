// SPDX-License-Identifier: Apache-2.0
// Compiled functions: a capture-less generic lambda, traced with the types of its arguments, called with their addresses.
#pragma once

#include "intarsia/kernels/nest-inl.hpp"
#include "intarsia/language/function.hpp"
#include "intarsia/run/check.hpp"
#include "intarsia/run/overlap.hpp"

namespace intarsia {

namespace run {

/// What an argument of a call is to the program: how it is traced, and where its memory is.
template <class X>
struct argument;

template <class T, std::size_t... D>
struct tensor_argument {
  using handle = traced<T, D...>;
  static constexpr int leaves = 1;
  static constexpr handle add(ir::graph& g) {
    ir::node n;
    n.what = ir::kind::argument;
    n.type = ir::dtype_of<T>();
    n.shape = handle::shape_value;
    n.aux = g.arguments.push({n.type, n.shape, ir::part::input, -1});
    return {&g, g.add(n)};
  }
  template <class X>
  INTARSIA_INLINE static void collect(X& x, const void** at, std::size_t* bytes) {
    *at = x.data();
    *bytes = handle::size() * sizeof(T);
  }
};
template <class T, std::size_t... D>
struct argument<tensor<T, D...>> : tensor_argument<T, D...> {};
template <class T, std::size_t... D>
struct argument<view<T, D...>> : tensor_argument<std::remove_const_t<T>, D...> {};
template <class T, std::size_t... D>
struct argument<boxed<tensor<T, D...>>> : tensor_argument<T, D...> {};
template <element T>
struct argument<T> : tensor_argument<T> {
  INTARSIA_INLINE static void collect(const T& x, const void** at, std::size_t* bytes) {
    *at = &x;
    *bytes = sizeof(T);
  }
};

template <class X>
inline constexpr bool is_view = false;
template <class T, std::size_t... D>
inline constexpr bool is_view<view<T, D...>> = true;

/// What a result of the lambda is to the caller.
template <class R>
struct result;
template <class T, std::size_t... D>
struct result<traced<T, D...>> {
  using type = std::conditional_t<sizeof...(D) == 0, T, tensor<T, D...>>;
  static constexpr int leaves = 1;
  static constexpr void add(ir::graph& g, const traced<T, D...>& h) { g.outputs.push({h.id, -1}); }
  template <class X>
  INTARSIA_INLINE static void collect(X& x, void** at) {
    constexpr bool fits = std::is_same_v<typename argument<std::remove_cv_t<X>>::handle, traced<T, D...>>;
    static_assert(fits, "intarsia: [into] a result has another shape or element type than what it is written into");
    if constexpr (!fits) return;
    else if constexpr (sizeof...(D) == 0) *at = &x;
    else *at = x.data();
  }
};
template <class X>
struct result<assigned<X>> {
  using type = void;
  static constexpr int leaves = 0;
  static constexpr void add(ir::graph& g, const assigned<X>& a) { g.outputs.push({a.value, g[a.target].aux}); }
};

template <class... R>
struct results_of {
  using type = decltype(std::tuple_cat(std::declval<std::conditional_t<std::is_void_v<typename result<R>::type>, std::tuple<>, std::tuple<typename result<R>::type>>>()...));
};
template <class R>
struct listed {
  using types = std::tuple<R>;
  static constexpr types of(const R& r) { return {r}; }
};
template <class... R>
struct listed<outputs_t<R...>> {
  using types = std::tuple<R...>;
  static constexpr types of(const outputs_t<R...>& r) { return r.results; }
};

template <class Lambda, class... Arguments>
struct function_trace {
  static constexpr auto call(ir::graph& g) {
    std::tuple<typename Arguments::handle...> handles{Arguments::add(g)...};
    return std::apply(Lambda{}, handles);
  }
  using returned = decltype(call(std::declval<ir::graph&>()));
  static constexpr ir::graph run() {
    ir::graph g;
    // returned values first, updates after them: both in the order in which they are listed
    std::apply([&g](const auto&... r) { (result<std::remove_cvref_t<decltype(r)>>::add(g, r), ...); }, listed<returned>::of(call(g)));
    return g;
  }
};

template <class Types>
struct result_tuple;
template <class... R>
struct result_tuple<std::tuple<R...>> {
  using type = typename results_of<R...>::type;
};

/// Addresses for outputs, in the order of the graph's outputs (updates in place have none of their own).
template <class... R>
struct output_addresses {
  template <class Results>
  INTARSIA_INLINE static void collect(Results& results, void** at) {
    int next = 0;
    std::size_t number = 0;
    (void)number;
    collect_from<0, R...>(results, at, next);
  }
  template <std::size_t At, class First, class... Rest, class Results>
  INTARSIA_INLINE static void collect_from(Results& results, void** at, int& next) {
    if constexpr (std::is_void_v<typename result<First>::type>) {
      for (int i = 0; i < outputs_in<First>(); ++i) at[next++] = nullptr;
      if constexpr (sizeof...(Rest) > 0) collect_from<At, Rest...>(results, at, next);
    } else {
      result<First>::collect(std::get<At>(results), at + next);
      next += result<First>::leaves;
      if constexpr (sizeof...(Rest) > 0) collect_from<At + 1, Rest...>(results, at, next);
    }
  }
  template <class One>
  static constexpr int outputs_in() {
    if constexpr (requires { result<One>::updates; }) return result<One>::updates;
    else return 1;
  }
};
template <class Types>
struct output_addresses_of;
template <class... R>
struct output_addresses_of<std::tuple<R...>> : output_addresses<R...> {};

/// Everything about one function called with arguments of these types, on one target.
template <class Lambda, class Target, class... Args>
struct instance {
  using trace = function_trace<Lambda, argument<Args>...>;
  using program = compilation<trace, kernels_of<Target>>;
  using returned = typename listed<typename trace::returned>::types;
  using results = typename result_tuple<returned>::type;
  static constexpr int leaves = (argument<Args>::leaves + ... + 0);
  static constexpr int outputs = program::traced::view().outputs.size();

  /// `Fresh`: the results' memory is new, so that no argument can overlap it.
  template <bool Fresh, class Results, class... A>
  INTARSIA_INLINE static void call(Results& results, A&... args) {
    const void* at[leaves > 0 ? leaves : 1];
    std::size_t bytes[leaves > 0 ? leaves : 1];
    int next = 0;
    ((argument<Args>::collect(args, at + next, bytes + next), next += argument<Args>::leaves), ...);
    check_arguments<program>(at);
    void* to[outputs > 0 ? outputs : 1];
    output_addresses_of<returned>::collect(results, to);
    if constexpr (Fresh) execute<program, Target>(at, to);
    else execute_apart<program, Target>(at, to);
    (void)bytes;
  }
};

}  // namespace run

/// A function made by `ia::compile`. Calling it runs the fused kernels for the argument types; nothing is allocated.
template <class Lambda, fixed_string Name, class Target>
struct compiled {
  static constexpr fixed_string name = Name;
  /// The function for arguments of these types.
  template <class... A>
  using instance = run::instance<Lambda, Target, A...>;

  template <class... A>
  INTARSIA_INLINE auto operator()(A&&... args) const {
    typename instance<std::remove_cvref_t<A>...>::results results;
    instance<std::remove_cvref_t<A>...>::template call<true>(results, args...);
    if constexpr (std::tuple_size_v<decltype(results)> == 1) return std::get<0>(std::move(results));
    else if constexpr (std::tuple_size_v<decltype(results)> > 1) return results;
  }

  /// `step.into(loss, next)(x, k, y)`: the results written into the caller's tensors, views and numbers. They may
  /// overlap the arguments: all results are as if everything had been read first.
  template <class... Out>
  INTARSIA_INLINE auto into(Out&&... out) const {
    static_assert(((std::is_lvalue_reference_v<Out> || run::is_view<std::remove_cvref_t<Out>>) && ...), "intarsia: [into_temporary] a result is written into a tensor that is gone after the call");
    return [results = std::tuple<Out...>(std::forward<Out>(out)...)](auto&&... args) INTARSIA_INLINE_LAMBDA {
      instance<std::remove_cvref_t<decltype(args)>...>::template call<false>(results, args...);
    };
  }
};

/// Makes a function of a capture-less generic lambda. It is traced when it is first called with arguments of new types.
template <fixed_string Name = "", class Lambda>
constexpr compiled<Lambda, Name, static_target> compile(Lambda) {
  static_assert(std::is_empty_v<Lambda>, "intarsia: [capture] a compiled lambda captures nothing: pass what it needs as arguments");
  return {};
}

}  // namespace intarsia
