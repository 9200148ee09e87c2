// SPDX-License-Identifier: Apache-2.0
// Compares the operations of one list, as one program, with the oracle: values in float and double and first derivatives,
// compiled, with dual numbers and a finite difference; second derivatives, interpreted, with dual numbers of dual numbers.
#pragma once

#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "../reference/interpret.hpp"
#include "../reference/oracle_window.hpp"

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

/// Small and seeded; the same on every machine.
struct random_numbers {
  std::uint64_t state;
  double operator()(double low, double high) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * static_cast<double>(state >> 40) / static_cast<double>(1u << 24);
  }
};
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

inline bool same(double got, double expected, double tolerance, double scale) {
  if (std::isnan(expected) || std::isnan(got)) return std::isnan(expected) && std::isnan(got);
  return got == expected || std::abs(got - expected) <= tolerance * std::max(std::abs(expected), scale);
}
/// Relative to the element, or to the mean magnitude where an element is small by cancellation.
template <class S>
void compare(const array<double>& got, const array<S>& wanted, double tolerance, const std::string& what) {
  const array<double> expected = reference::map(wanted, [](const S& v) { return static_cast<double>(v); });
  if (got.shape != expected.shape) {
    BOOST_ERROR(what << ": another shape than the oracle's");
    return;
  }
  double scale = 0;
  for (double v : expected.at) scale += std::isfinite(v) ? std::abs(v) / static_cast<double>(expected.size()) : 0;
  int wrong = 0;
  for (std::size_t i = 0; i < got.at.size(); ++i)
    if (!same(got.at[i], expected.at[i], tolerance, std::max(scale, 1e-3)) && ++wrong <= 3)
      BOOST_ERROR(what << ": element " << i << " of " << got.size() << " is " << got.at[i] << ", expected " << expected.at[i]);
  BOOST_TEST(wrong == 0, what << ": " << wrong << " of " << got.size() << " elements differ");
}

template <class T, class X>
struct as_type;
template <class T, class U, std::size_t... D>
struct as_type<T, ia::tensor<U, D...>> {
  using type = ia::tensor<std::conditional_t<std::is_floating_point_v<U>, T, U>, D...>;
};
template <class T, class X>
typename as_type<T, X>::type to(const X& x) {
  typename as_type<T, X>::type y;
  std::copy(x.begin(), x.end(), y.begin());
  return y;
}

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

/// The results of a traced function from its graph, after differentiation: a derivative of a derivative is a program of the
/// same operations, which need not be compiled again to see that it is the right one.
template <class F, class... X>
std::vector<array<double>> interpreted(F, const X&... x) {
  const ia::ir::graph g = ia::passes::differentiated(ia::run::function_trace<F, ia::run::argument<X>...>::run());
  std::vector<array<double>> results;
  for (reference::graphs::elements& e : reference::graphs::results(g, {lift<double>(x).at...})) {
    const ia::extents& shape = g[g.outputs[static_cast<int>(results.size())].node].shape;
    array<double> a{reference::extents(shape.of, shape.of + shape.rank)};
    a.at = std::move(e);
    results.push_back(std::move(a));
  }
  return results;
}

/// Values alone, in T.
template <class T, class... Op, class... X>
void check_values(double tolerance, std::tuple<Op...> list, const X&... x) {
  constexpr auto run = ia::compile(values_of<Op...>{});
  const auto got = as_tuple(run(to<T>(x)...));
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (compare(lift<double>(std::get<I>(got)), Op::call(lift<double>(x)...), tolerance, std::string(std::get<I>(list).text) + (sizeof(T) == 4 ? " in float" : " in double")), ...);
  }(std::index_sequence_for<Op...>{});
}

/// d/d input[k] of sum(op * weight), and of its derivative along the directions.
template <int Order, class One>
struct witness {
  const array<double>& weight;
  const std::vector<array<double>>& x;
  const std::vector<array<double>>& v;

  template <class S>
  array<S> call(const std::vector<array<S>>& inputs) const {
    return [&]<std::size_t... J>(std::index_sequence<J...>) { return One::call(inputs[J]...); }(std::make_index_sequence<One::arity>{});
  }
  template <class S>
  S loss(const std::vector<array<S>>& inputs) const {
    const array<S> y = call(inputs);
    S total(0.0);
    for (std::size_t i = 0; i < y.at.size(); ++i) total = total + y.at[i] * weight.at[i];
    return total;
  }
  double slope(std::size_t input, std::size_t element) const {
    if constexpr (Order == 1) {
      std::vector<array<dual<double>>> in;
      for (const auto& a : x) in.push_back(reference::map(a, [](double e) { return dual<double>(e); }));
      in[input].at[element].slope = 1;
      return loss(in).slope;
    } else {
      std::vector<array<dual<dual<double>>>> in;
      for (std::size_t j = 0; j < x.size(); ++j) {
        in.push_back(reference::map(x[j], [](double e) { return dual<dual<double>>(e); }));
        for (std::size_t i = 0; i < x[j].at.size(); ++i) in[j].at[i].value.slope = v[j].at[i];
      }
      in[input].at[element].slope.value = 1;
      return loss(in).slope.slope;
    }
  }
  array<double> gradient(std::size_t input) const {
    array<double> g(x[input].shape);
    for (std::size_t i = 0; i < g.at.size(); ++i) g.at[i] = slope(input, i);
    return g;
  }
};

enum class points { smooth, kinks };
/// Whether gradients run as kernels here or, where another test has the kernels of these gradients, are interpreted.
enum class gradients { compiled, interpreted };

/// Values and derivatives in double, to 1e-12; where the functions are smooth, every derivative along the directions
/// against a finite difference.
template <int Order, points At = points::smooth, gradients By = gradients::compiled, class... Op, class... X>
void check_derivatives(std::tuple<Op...> list, const X&... input) {
  using results = decltype(as_tuple(ia::compile(values_of<Op...>{})(to<double>(input)...)));
  constexpr std::size_t count = sizeof...(Op);
  constexpr bool compiled = By == gradients::compiled;
  constexpr auto run = ia::compile(derivatives_of<compiled ? 1 : 0, Op...>{});
  results weights;
  std::uint64_t seed = 77;
  auto fill = [&seed](auto& t) {
    random_numbers next{++seed};
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(t)>>) t = next(0.5, 1.5);
    else
      for (auto& e : t) e = next(0.5, 1.5);
  };
  std::apply([&](auto&... w) { (fill(w), ...); }, weights);
  std::tuple<typename as_type<double, X>::type...> x{to<double>(input)...}, v = x;
  std::apply([&](auto&... d) { (fill(d), ...); }, v);
  auto call = [&](const auto& at) { return as_tuple(std::apply(run, std::tuple_cat(weights, v, at))); };
  const auto got = call(x);

  // which of the flat results belong to operation I: value, first derivatives, second ones
  constexpr bool floating[] = {std::is_floating_point_v<typename X::value_type>...};
  constexpr auto width = [](int arity) {
    int n = 0;
    for (int j = 0; j < arity; ++j) n += floating[j];
    return n;
  };
  constexpr auto begin = [=](std::size_t operation, int order) {
    const int arity[] = {Op::arity...};
    std::size_t at = 0;
    for (std::size_t i = 0; i < operation; ++i) at += 1 + static_cast<std::size_t>(order * width(arity[i]));
    return at;
  };
  std::vector<array<double>> results_at, twice;  // all results, too, but interpreted
  std::apply([&](const auto&... r) { (results_at.push_back(lift<double>(r)), ...); }, got);
  if constexpr (Order > 1 || !compiled)
    twice = std::apply([](const auto&... a) { return interpreted(derivatives_of<Order, Op...>{}, a...); }, std::tuple_cat(weights, v, x));

  // h along the directions
  const double h = 1e-5;
  auto moved = [&](double by) {
    auto y = x;
    [&]<std::size_t... J>(std::index_sequence<J...>) {
      auto shift = [by](auto& to, const auto& along) {
        if constexpr (std::is_floating_point_v<typename std::remove_cvref_t<decltype(to)>::value_type>)
          for (std::size_t i = 0; i < to.size(); ++i) to.data()[i] += by * along.data()[i];
      };
      (shift(std::get<J>(y), std::get<J>(v)), ...);
    }(std::index_sequence_for<X...>{});
    std::vector<array<double>> r;
    std::apply([&](const auto&... e) { (r.push_back(lift<double>(e)), ...); }, call(y));
    return r;
  };
  const auto up = moved(h), down = moved(-h);

  const std::vector<array<double>> at{lift<double>(input)...};
  std::vector<array<double>> along;
  std::apply([&](const auto&... d) { (along.push_back(lift<double>(d)), ...); }, v);
  auto one = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    using O = std::tuple_element_t<I, std::tuple<Op...>>;
    constexpr std::size_t first = begin(I, compiled ? 1 : 0), again = begin(I, Order), n = static_cast<std::size_t>(width(O::arity));
    const std::string text = std::get<I>(list).text;
    const array<double> weight = lift<double>(std::get<I>(weights));
    const witness<1, O> gradient{weight, at, along};
    compare(results_at[first], gradient.call(at), 1e-12, text + " in double");
    double total = 0, difference = 0, size = 1e-3;
    for (std::size_t j = 0, k = 0; j < O::arity; ++j) {
      if (!floating[j]) continue;
      const array<double>& g = compiled ? results_at[first + 1 + k] : twice[again + 1 + k];
      const std::string to = ", input " + std::to_string(j);
      compare(g, gradient.gradient(j), 1e-12, text + ": first derivative" + to);
      for (std::size_t i = 0; i < g.at.size(); ++i) total += g.at[i] * along[j].at[i], size += std::abs(g.at[i] * along[j].at[i]);
      if constexpr (Order > 1) {
        const witness<2, O> hessian{weight, at, along};
        compare(twice[again + 1 + n + k], hessian.gradient(j), 1e-11, text + ": second derivative" + to);
      }
      ++k;
    }
    for (std::size_t i = 0; i < weight.at.size(); ++i) difference += (up[first].at[i] - down[first].at[i]) / (2 * h) * weight.at[i];
    if constexpr (At == points::smooth) BOOST_TEST(same(total, difference, 1e-7, size), text << ": along the directions " << total << ", finite difference " << difference);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) { (one(std::integral_constant<std::size_t, I>{}), ...); }(std::make_index_sequence<count>{});
}

/// Options of convolutions, in double; the kernels of their gradients are those of conv_cover.
template <class... Op, class... X>
void check_options(std::tuple<Op...> list, const X&... x) {
  check_derivatives<1, points::smooth, gradients::interpreted>(list, x...);
}

/// Values in float and double, derivatives up to Order.
template <int Order, class... Op, class... X>
void check(std::tuple<Op...> list, const X&... x) {
  check_values<float>(2e-6, list, x...);
  check_derivatives<Order>(list, x...);
}

}  // namespace ops
