// SPDX-License-Identifier: Apache-2.0
// What is wrong with a call of a compiled function. Receives the lambda and the types of the arguments; returns the letter
// to the user, empty for a good call. Everything that the function's operations refused is reported here, once.
#pragma once

#include "intarsia/compile.hpp"
#include "intarsia/support/target.hpp"
#include "intarsia/run/trace.hpp"

namespace intarsia::run {

/// A workspace up to this size is on the stack.
inline constexpr index stack_limit = 64 * 1024;

template <class R>
concept deliverable = requires { result<R>::leaves; };

template <class Types>
struct returned_types;
template <class... R>
struct returned_types<std::tuple<R...>> {
  static constexpr bool refused = (support::is_refused<R> || ...);
  static constexpr bool deliverable = sizeof...(R) > 0 && (run::deliverable<R> && ...);
};

/// The refused value among a function's results, and where in the model it is.
template <class Trace>
consteval support::letter refused_result() {
  ir::graph g;
  const auto bad = std::apply([](const auto&... r) { return support::first_refused(r...); }, listed<typename Trace::returned>::of(Trace::call(g)));
  support::letter l = bad.why;
  l.add(Trace::place_of(g, bad.near));
  return l;
}

template <class Lambda, class... Handles>
concept traces_with = requires(Handles... h) { Lambda{}(h...); };

/// Whether a call may overwrite this argument.
template <class A>
inline constexpr bool writable = std::is_lvalue_reference_v<A> && !std::is_const_v<std::remove_reference_t<A>>;
template <class T, std::size_t... D>
inline constexpr bool writable<view<T, D...>> = !std::is_const_v<T>;
template <class T, std::size_t... D>
inline constexpr bool writable<view<T, D...>&> = !std::is_const_v<T>;
template <class T, std::size_t... D>
inline constexpr bool writable<const view<T, D...>&> = !std::is_const_v<T>;

constexpr support::words nth_argument(index n) { return support::words{} << "argument " << n; }

template <class Lambda, class... Handles>
concept still_traces_with = requires(Handles... h) { Lambda{}(h...); };

/// Holds for a call of which an error has been reported already: with weights of what is no model, or of a lambda with an
/// error of C++ in it, which clang takes away after it has complained about it.
template <class Lambda, class... A>
concept hopeless_call = (already_refused<std::remove_cvref_t<A>> || ...) ||
                        (std::is_empty_v<Lambda> && (callable_with<A> && ...) && traces_with<Lambda, typename argument<std::remove_cvref_t<A>>::handle...> &&
                         !still_traces_with<Lambda, typename argument<std::remove_cvref_t<A>>::handle...>);

template <class Lambda, class Target, class... A>
consteval support::letter verdict_on_call(std::string_view function) {
  using support::letter;
  using support::words;
  if constexpr (hopeless_call<Lambda, A...>) return {};
  else if constexpr (!std::is_empty_v<Lambda>) return letter::about(fault::capture, function);
  else if constexpr (!(callable_with<A> && ...)) {
    index n = 0;
    (void)((++n, callable_with<A>) && ...);
    return letter::about(fault::argument, function, nth_argument(n));
  } else if constexpr (!traces_with<Lambda, typename argument<std::remove_cvref_t<A>>::handle...>)
    return letter::about(fault::parameters, function, words{} << "got " << static_cast<index>(sizeof...(A)) << " arguments");
  else {
    using trace = function_trace<Lambda, argument<std::remove_cvref_t<A>>...>;
    using returned = returned_types<typename listed<std::conditional_t<std::is_void_v<typename trace::returned>, int, typename trace::returned>>::types>;
    if constexpr (returned::refused) return refused_result<trace>();
    else if constexpr (!returned::deliverable) return letter::about(fault::result, function);
    else if constexpr (std::is_void_v<typename inspection<trace>::type>) return letter::about(fault::not_constexpr, function);
    else {
      constexpr auto facts = inspection<trace>::type::facts;
      if constexpr (facts.complaint.count > 0) {
        letter l = facts.complaint;
        l.add(facts.place);
        return l;
      } else if constexpr (facts.why != fault::none) return letter::about(facts.why, function, facts.place);
      constexpr index target = [] {
        index n = 0, found = 0;
        ((++n, found = found == 0 && facts.written[n - 1] && !writable<A> ? n : found), ...);
        return found;
      }();
      if constexpr (target > 0) return letter::about(fault::assign_target, function, nth_argument(target));
#if defined(INTARSIA_NO_STATIC_WORKSPACE)
      constexpr index bytes = compilation<trace, typename plan_of<Target>::machine>::workspace_bytes;
      if constexpr (bytes > stack_limit) return letter::about(fault::workspace, function, words{} << "got " << bytes << " bytes, wanted at most " << stack_limit);
#endif
      return {};
    }
  }
}

template <fixed_string Name>
constexpr std::string_view name_or_default() {
  return Name.view().empty() ? std::string_view("the function") : Name.view();
}

/// Holds for a call that is refused. The overload that it chooses has no body, and returns `refused<call_reason>`.
template <class Lambda, fixed_string Name, class Target, class... A>
concept refuses_call = (verdict_on_call<Lambda, Target, A...>(name_or_default<Name>()).count > 0);
template <class Lambda, fixed_string Name, class Target, class... A>
inline constexpr auto call_reason = support::told<verdict_on_call<Lambda, Target, A...>(name_or_default<Name>())>::why;

/// A place for a result that is still there after the call.
template <class Out>
concept outlives_call = std::is_lvalue_reference_v<Out> || is_view<std::remove_cvref_t<Out>>;

template <class Out>
inline constexpr bool is_const_place = std::is_const_v<std::remove_reference_t<Out>>;
template <class T, std::size_t... D>
inline constexpr bool is_const_place<view<const T, D...>> = true;
template <class T, std::size_t... D>
inline constexpr bool is_const_place<view<const T, D...>&> = true;
template <class T, std::size_t... D>
inline constexpr bool is_const_place<const view<const T, D...>&> = true;

/// Whether a place can take a result.
template <class Out, class R>
concept takes = !is_const_place<Out> && std::is_same_v<typename argument<std::remove_cvref_t<Out>>::handle, R>;

template <class Places, class Results, std::size_t N = 0>
consteval support::letter verdict_on_places() {
  using support::letter;
  using support::words;
  if constexpr (std::tuple_size_v<Places> != std::tuple_size_v<Results>)
    return letter::about(fault::into, "into", words{} << "got " << static_cast<index>(std::tuple_size_v<Places>) << " places, wanted " << static_cast<index>(std::tuple_size_v<Results>));
  else if constexpr (N == std::tuple_size_v<Places>) return {};
  else {
    using out = std::tuple_element_t<N, Places>;
    using wanted = std::tuple_element_t<N, Results>;
    if constexpr (!outlives_call<out>) return letter::about(fault::into_temporary, "into", words{} << "place " << static_cast<index>(N + 1));
    else if constexpr (!takes<out, wanted>) {
      words place, result;
      place << "place " << static_cast<index>(N + 1);
      if constexpr (is_const_place<out>) place << " is const";
      else if constexpr (callable_with<out>) {
        using got = typename argument<std::remove_cvref_t<out>>::handle;
        if constexpr (traced_value<got>) place << ": got " << ir::spelling_of(ir::dtype_of<typename got::value_type>()) << got::shape_value;
      }
      if constexpr (traced_value<wanted>) result << "wanted " << ir::spelling_of(ir::dtype_of<typename wanted::value_type>()) << wanted::shape_value;
      return letter::about(fault::into, "into", place, result);
    } else return verdict_on_places<Places, Results, N + 1>();
  }
}

/// What a function returns to its caller, as handles.
template <class Types>
struct delivered;
template <class... R>
struct delivered<std::tuple<R...>> {
  using type = decltype(std::tuple_cat(std::declval<std::conditional_t<std::is_void_v<typename result<R>::type>, std::tuple<>, std::tuple<R>>>()...));
};

/// The same for results that are written into the caller's places.
template <class Lambda, fixed_string Name, class Target, class Places, class... A>
consteval support::letter verdict_on_call_into() {
  constexpr support::letter call = verdict_on_call<Lambda, Target, A...>(name_or_default<Name>());
  if constexpr (call.count > 0 || hopeless_call<Lambda, A...>) return call;
  else return verdict_on_places<Places, typename delivered<typename listed<typename function_trace<Lambda, argument<std::remove_cvref_t<A>>...>::returned>::types>::type>();
}

}  // namespace intarsia::run
