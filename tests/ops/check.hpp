// SPDX-License-Identifier: Apache-2.0
// Compares the operations of one list, as one program, with the oracle: values in float, compiled; values in double and
// derivatives with dual numbers and a finite difference; second derivatives with dual numbers of dual numbers.
#pragma once

#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <string>
#include <tuple>
#include <vector>

#include "../reference/oracle_window.hpp"
#include "compare.hpp"

namespace ops {

namespace ia = intarsia;
using reference::array;
using reference::dual;

/// An operation on the first `Arity` inputs: a generic lambda for handles and for the oracle's arrays, and its text.
template <int Arity, class F>
struct operation {
  static constexpr int arity = Arity;
  const char* text;
  template <class... X>
  static constexpr auto call([[maybe_unused]] X... x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return F{}(std::get<I>(std::tie(x...))...); }(std::make_index_sequence<Arity>{});
  }
};
template <int Arity, class F>
operation<Arity, F> make(F, const char* text) { return {text}; }
#define OP1(...) ops::make<1>([]([[maybe_unused]] auto x) { return __VA_ARGS__; }, #__VA_ARGS__)
#define OP2(...) ops::make<2>([]([[maybe_unused]] auto x, [[maybe_unused]] auto y) { return __VA_ARGS__; }, #__VA_ARGS__)
#define OP3(...) ops::make<3>([]([[maybe_unused]] auto x, [[maybe_unused]] auto y, [[maybe_unused]] auto z) { return __VA_ARGS__; }, #__VA_ARGS__)

template <class X>
X random(std::uint64_t seed, double low, double high) {
  random_numbers next{seed};
  X x;
  // through float, so that both element types hold the same numbers
  for (auto& v : x) v = static_cast<typename X::value_type>(static_cast<float>(next(low, high)));
  return x;
}

template <class S, class X>
array<S> lift(const X& x) {
  if constexpr (std::is_arithmetic_v<X>) {
    array<S> a{reference::extents{}};
    a.at[0] = S(static_cast<double>(x));
    return a;
  } else {
    reference::extents shape;
    for (int d = 0; d < X::rank; ++d) shape.push_back(X::shape_value[d]);
    array<S> a(shape);
    for (std::size_t i = 0; i < x.size(); ++i) a.at[i] = S(static_cast<double>(x.data()[i]));
    return a;
  }
}

template <class X>
X lower(const array<double>& a) {
  if constexpr (std::is_arithmetic_v<X>) return static_cast<X>(a.at[0]);
  else {
    X x;
    std::transform(a.at.begin(), a.at.end(), x.begin(), [](double v) { return static_cast<typename X::value_type>(v); });
    return x;
  }
}

template <class T, class X>
struct as_type;
template <class T, class U, std::size_t... D>
struct as_type<T, ia::tensor<U, D...>> {
  using type = ia::tensor<std::conditional_t<std::is_floating_point_v<U>, T, U>, D...>;
};
/// Traced: the value of each operation.
template <class... Op>
struct values_of {
  constexpr auto operator()(auto... x) const { return ia::outputs(Op::call(x...)...); }
};

/// Traced with one weight an operation, one direction an input, the inputs: for each operation its value, the gradients g
/// of sum(value * weight) to its inputs and, for Order 2, the gradients of sum(g * direction). Order 0: values alone.
template <int Order, class... Op>
struct derivatives_of {
  static constexpr std::size_t operations = sizeof...(Op);

  template <class X>
  static constexpr auto scalar(X x) {
    if constexpr (X::rank == 0) return x;
    else return ia::sum(x);
  }
  template <class One, std::size_t I, std::size_t... J, class All>
  static constexpr auto one(const All& all, std::index_sequence<J...>) {
    constexpr std::size_t inputs = (std::tuple_size_v<All> - operations) / 2;
    auto value = One::call(std::get<operations + inputs + J>(all)...);
    if constexpr (Order < 1) return std::tuple(value);
    else return std::tuple_cat(std::tuple(value), gradients_of<I, J...>(all, value));
  }
  template <std::size_t I, std::size_t... J, class All, class V>
  static constexpr auto gradients_of(const All& all, V value) {
    constexpr std::size_t inputs = (std::tuple_size_v<All> - operations) / 2;
    auto x = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) { return std::get<operations + inputs + K>(all); };
    auto loss = scalar(value * std::get<I>(all));
    auto first = std::tuple_cat(differentiable(loss, x(std::integral_constant<std::size_t, J>{}))...);
    if constexpr (Order < 2) return first;
    else {
      auto along = total(first, std::tuple_cat(floating(std::get<operations + J>(all))...));
      return std::tuple_cat(first, differentiable(along, x(std::integral_constant<std::size_t, J>{}))...);
    }
  }
  template <class X>
  static constexpr auto floating(X x) {
    if constexpr (std::is_floating_point_v<typename X::value_type>) return std::tuple(x);
    else return std::tuple<>();
  }
  template <class L, class X>
  static constexpr auto differentiable(L loss, X x) {
    // what ia::grad makes, for operations that leave an input out as well
    if constexpr (std::is_floating_point_v<typename X::value_type>) return std::tuple(ia::support::gradient_of(loss, x));
    else return std::tuple<>();
  }
  template <class G, class V>
  static constexpr auto total(const G& g, const V& v) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) { return (scalar(std::get<K>(g) * std::get<K>(v)) + ...); }(std::make_index_sequence<std::tuple_size_v<G>>{});
  }
  template <std::size_t... I, class All>
  static constexpr auto each(const All& all, std::index_sequence<I...>) {
    return std::apply([](auto... r) { return ia::outputs(r...); }, std::tuple_cat(one<Op, I>(all, std::make_index_sequence<Op::arity>{})...));
  }
  constexpr auto operator()(auto... all) const { return each(std::tuple(all...), std::make_index_sequence<operations>{}); }
};

template <class R>
auto as_tuple(R r) {
  if constexpr (requires { std::tuple_size<R>::value; }) return r;
  else return std::tuple<R>(std::move(r));
}

template <class F, class... X>
using returned_by = typename ia::run::listed<typename ia::run::function_trace<F, ia::run::argument<X>...>::returned>::types;
template <class F, class... X>
using results_of = typename ia::run::result_tuple<returned_by<F, X...>>::type;

/// A traced function of arguments X, with arguments and results as arrays: interpreted, or compiled.
template <class F, class... X>
struct program {
  static std::vector<array<double>> interpreted(const std::vector<array<double>>& at) {
    return evaluate(ia::support::frozen<ia::run::function_trace<F, ia::run::argument<X>...>>::view(), at);  // traced by the compiler: no code
  }
  static std::vector<array<double>> compiled(const std::vector<array<double>>& at) {
    constexpr auto run = ia::compile(F{});
    std::vector<array<double>> results;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto got = as_tuple(run(lower<X>(at[I])...));
      std::apply([&results](const auto&... r) { (results.push_back(lift<double>(r)), ...); }, got);
    }(std::index_sequence_for<X...>{});
    return results;
  }
};

/// The operation over any scalar.
template <class Op>
struct over {
  template <class S>
  static auto run(const std::vector<array<S>>& x) {
    return [&]<std::size_t... J>(std::index_sequence<J...>) { return Op::call(x[J]...); }(std::make_index_sequence<Op::arity>{});
  }
  static array<double> value(const std::vector<array<double>>& x) {
    return reference::map(run(x), [](const auto& e) { return static_cast<double>(e); });  // of masks as well
  }
};

/// Values alone, in T, compiled.
template <class T, class... Op, class... X>
void check_values(double tolerance, std::tuple<Op...> list, const X&... x) {
  using f = program<values_of<Op...>, typename as_type<T, X>::type...>;
  const std::vector<array<double>> at{lift<double>(x)...};
  const std::vector<array<double>> got = f::compiled(at);
  std::size_t i = 0;
  std::apply([&](const auto&... op) { (compare(got[i++], over<Op>::value(at), tolerance, text_of(op.text, sizeof(T) == 4)), ...); }, list);
}

enum class points { smooth, kinks };
/// How values in double and their first derivatives are made. A kernel takes the compiler half a second and knows nothing of
/// the operation that it is made for: most programs are interpreted, some of each class are compiled, and all of them where
/// OPS_COMPILED says so.
enum class made { compiled, interpreted };
#ifdef OPS_COMPILED
constexpr made usual = made::compiled;
#else
constexpr made usual = made::interpreted;
#endif

/// Values and derivatives in double, to 1e-12; where the functions are smooth, every derivative along the directions
/// against a finite difference.
template <int Order, points At = points::smooth, made By = usual, class... Op, class... X>
void check_derivatives(std::tuple<Op...> list, const X&... x) {
  using weights = results_of<values_of<Op...>, typename as_type<double, X>::type...>;
  [&]<class... W>(std::type_identity<std::tuple<W...>>) {
    // second derivatives are always interpreted
    using values = program<derivatives_of<0, Op...>, W..., typename as_type<double, X>::type..., typename as_type<double, X>::type...>;
    using first = program<derivatives_of<1, Op...>, W..., typename as_type<double, X>::type..., typename as_type<double, X>::type...>;
    using second = program<derivatives_of<Order, Op...>, W..., typename as_type<double, X>::type..., typename as_type<double, X>::type...>;
    experiment e;
    e.inputs = {lift<double>(x)...};
    e.floating = {std::is_floating_point_v<typename X::value_type>...};
    e.weights = {lift<double>(W())...};
    if constexpr (By == made::compiled) e.values = values::compiled, e.first = first::compiled;
    else e.values = values::interpreted, e.first = first::interpreted;
    if constexpr (Order > 1) e.second = second::interpreted;
    std::apply([&e](const auto&... op) { (e.operations.push_back({op.text, Op::arity, over<Op>::value, over<Op>::template run<dual<double>>, nullptr}), ...); }, list);
    if constexpr (Order > 1) {
      std::size_t i = 0;
      ((e.operations[i++].twice = over<Op>::template run<dual<dual<double>>>), ...);
    }
    e.check(At == points::smooth);
  }(std::type_identity<weights>{});
}

/// Values in float, compiled; values in double and derivatives up to Order.
template <int Order, class... Op, class... X>
void check(std::tuple<Op...> list, const X&... x) {
  check_values<float>(2e-6, list, x...);
  check_derivatives<Order>(list, x...);
}
/// All of it compiled.
template <int Order, class... Op, class... X>
void check_compiled(std::tuple<Op...> list, const X&... x) {
  check_values<float>(2e-6, list, x...);
  check_derivatives<Order, points::smooth, made::compiled>(list, x...);
}

}  // namespace ops
