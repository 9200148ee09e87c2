// SPDX-License-Identifier: Apache-2.0
// Layers, models, losses, optimisers: values and derivatives to every parameter against the oracle and dual numbers.
#include <map>

#include "check.hpp"

namespace ia = intarsia;

struct two_layers {
  ia::nn::linear<3, 2, ia::of<double>> used;
  ia::nn::linear<2, 3, ia::of<double>> idle;
  ia::nn::batch_norm<2, ia::of<double>> norm;
  constexpr auto operator()(auto x) const { return norm(used(x)); }
};
BOOST_HANA_ADAPT_STRUCT(two_layers, used, idle, norm);

struct regression {
  ia::nn::linear<3, 4, ia::of<double>> first;
  ia::nn::linear<4, 2, ia::of<double>> second;
  constexpr auto operator()(auto x) const { return second(ia::tanh(first(x))); }
};
BOOST_HANA_ADAPT_STRUCT(regression, first, second);

namespace {

namespace nn = intarsia::nn;
using ops::array, ops::compare, ops::dual, ops::lift, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

/// Parameters and buffers of a model by their paths.
template <class S>
using values = std::map<std::string, array<S>>;
template <class M>
values<double> read(const ia::weights<M>& theta) {
  values<double> v;
  auto take = [&v](auto name, auto of) { v[std::string(name)] = lift<double>(of); };
  ia::for_each_parameter(const_cast<ia::weights<M>&>(theta), take);
  ia::for_each_buffer(const_cast<ia::weights<M>&>(theta), take);
  return v;
}
/// All of them random, buffers positive.
template <class M>
ia::weights<M> random_weights(std::uint64_t seed) {
  ia::weights<M> theta;
  ops::random_numbers next{seed};
  ia::for_each_parameter(theta, [&](auto, auto p) { for (double& e : p) e = next(-1, 1); });
  ia::for_each_buffer(theta, [&](auto, auto p) { for (double& e : p) e = next(0.5, 1.5); });
  return theta;
}

/// sum(model(x) * weight), over any scalar.
template <class S, class Oracle>
S loss_of(Oracle oracle, const values<S>& p, const array<S>& x, const array<double>& weight) {
  const array<S> y = oracle(p, x);
  S total(0.0);
  for (std::size_t i = 0; i < y.at.size(); ++i) total = total + y.at[i] * weight.at[i];
  return total;
}
/// The derivatives of the loss to x (path "x") and to each parameter; those of its derivative along v for Order 2.
template <int Order, class Oracle>
values<double> slopes_of(Oracle oracle, const values<double>& p, const array<double>& x, const array<double>& weight, const array<double>& v) {
  using S = std::conditional_t<Order == 1, dual<double>, dual<dual<double>>>;
  auto raised = [](double e) { return S(e); };
  values<S> at;
  for (const auto& [name, of] : p) at[name] = reference::map(of, raised);
  array<S> in = reference::map(x, raised);
  if constexpr (Order == 2)
    for (std::size_t i = 0; i < in.at.size(); ++i) in.at[i].value.slope = v.at[i];
  values<double> slopes;
  auto each = [&](const std::string& name, array<S>& of) {
    array<double>& g = slopes[name] = array<double>(of.shape);
    for (std::size_t i = 0; i < of.at.size(); ++i) {
      const S before = of.at[i];
      if constexpr (Order == 1) of.at[i].slope = 1;
      else of.at[i].slope.value = 1;
      const S l = loss_of(oracle, at, in, weight);
      if constexpr (Order == 1) g.at[i] = l.slope;
      else g.at[i] = l.slope.slope;
      of.at[i] = before;
    }
  };
  each("x", in);
  for (auto& [name, of] : at) each(name, of);
  return slopes;
}

template <bool Training>
constexpr auto call(auto model, auto x) {
  if constexpr (Training) return ia::train(model)(x);
  else return model(x);
}

/// Traced: the value, the derivatives to x and to the parameters; for Order 2 those of the first along v as well.
template <int Order, bool Training>
struct slopes {
  constexpr auto operator()(auto model, auto x, auto w, auto v) const {
    auto y = call<Training>(model, x);
    auto loss = ia::sum(y * w);
    auto gx = ia::grad(loss, x);
    if constexpr (Order == 1) return ia::outputs(y, gx, ia::grad(loss, model));
    else {
      auto along = ia::sum(gx * v);
      return ia::outputs(y, gx, ia::grad(loss, model), ia::grad(along, x), ia::grad(along, model));
    }
  }
};
struct forward {
  constexpr auto operator()(auto model, auto x) const { return call<false>(model, x); }
};

/// The tensors of a model in the order in which they are arguments, flat.
template <class M>
std::vector<array<double>> leaves_of(const ia::weights<M>& theta) {
  using one = ia::run::argument<ia::weights<M>>;
  const void* at[one::leaves];
  std::size_t bytes[one::leaves];
  one::collect(theta, at, bytes);
  std::vector<array<double>> leaves;
  for (int i = 0; i < one::leaves; ++i) {
    leaves.emplace_back(reference::extents{static_cast<long>(bytes[i] / sizeof(double))});
    std::copy_n(static_cast<const double*>(at[i]), leaves.back().at.size(), leaves.back().at.begin());
  }
  return leaves;
}

/// Values and derivatives of M against the oracle, a function of named parameters and x: interpreted, as everywhere, or compiled.
template <class M, int Order = 1, bool Training = false, ops::made By = ops::usual, class X, class Oracle>
void check_model(const X& x, Oracle oracle, double tolerance = 1e-12) {
  const ia::weights<M> theta = random_weights<M>(91);
  using Y = std::tuple_element_t<0, ops::results_of<forward, ia::weights<M>, X>>;
  const auto w = random<Y>(92, 0.5, 1.5);
  const auto v = random<X>(93, -1, 1);
  using f = slopes<Order, Training>;
  ops::results_of<f, ia::weights<M>, X, Y, X> got;
  if constexpr (By == ops::made::compiled) got = ia::compile(f{})(theta, x, w, v);
  else {
    std::vector<array<double>> arguments = leaves_of(theta);
    for (const auto& a : {lift<double>(x), lift<double>(w), lift<double>(v)}) arguments.push_back(a);
    using trace = ia::run::function_trace<f, ia::run::argument<ia::weights<M>>, ia::run::argument<X>, ia::run::argument<Y>, ia::run::argument<X>>;
    const std::vector<array<double>> results = ops::evaluate(ia::support::frozen<trace>::view(), arguments);
    std::vector<void*> to(results.size());
    ia::run::output_addresses_of<ops::returned_by<f, ia::weights<M>, X, Y, X>>::collect(got, to.data());
    for (std::size_t i = 0; i < to.size(); ++i) std::copy(results[i].at.begin(), results[i].at.end(), static_cast<double*>(to[i]));
  }
  const values<double> p = read(theta);
  compare(lift<double>(std::get<0>(got)), oracle(p, lift<double>(x)), tolerance, "value");
  auto compare_slopes = [&](const auto& to_x, auto to_model, values<double> expected, const std::string& order, double bound) {
    compare(lift<double>(to_x), expected["x"], bound, order + " derivative to x");
    ia::for_each_parameter(to_model, [&](auto name, auto g) { compare(lift<double>(g), expected[std::string(name)], bound, order + " derivative to " + std::string(name)); });
  };
  compare_slopes(std::get<1>(got), std::get<2>(got), slopes_of<1>(oracle, p, lift<double>(x), lift<double>(w), lift<double>(v)), "first", tolerance);
  if constexpr (Order > 1) compare_slopes(std::get<3>(got), std::get<4>(got), slopes_of<2>(oracle, p, lift<double>(x), lift<double>(w), lift<double>(v)), "second", 10 * tolerance);
}

/// Parameter `name` of p with `axes` axes behind it: a bias of channels.
template <class S>
array<S> channels(const values<S>& p, const std::string& name, int axes) {
  array<S> b = p.at(name);
  b.shape.insert(b.shape.end(), static_cast<std::size_t>(axes), 1);
  return b;
}

}  // namespace

BOOST_AUTO_TEST_CASE(convolutions) {
  check_model<nn::conv1d<4, 6, 3, ia::of<double>, ia::pad_sides<2, 0>, ia::stride<2>, ia::groups<2>>>(
      random<real<2, 4, 7>>(1, -1, 1), [](const auto& p, const auto& x) { return corr1d(x, p.at("weight"), ia::pad_sides<2, 0>, ia::stride<2>, ia::groups<2>) + channels(p, "bias", 1); });
  check_model<nn::conv2d<2, 3, ia::window<3, 2>, ia::pad<1, 0>, ia::dilation<1, 2>, ia::of<double>>>(
      random<real<2, 2, 5, 6>>(2, -1, 1), [](const auto& p, const auto& x) { return corr2d(x, p.at("weight"), ia::pad<1, 0>, ia::dilation<1, 2>) + channels(p, "bias", 2); });
  check_model<nn::conv2d<2, 3, 3, ia::no_bias, ia::of<double>>>(random<real<1, 2, 4, 5>>(3, -1, 1), [](const auto& p, const auto& x) { return corr2d(x, p.at("weight")); });
  check_model<nn::conv3d<2, 3, ia::window<1, 2, 3>, ia::of<double>, ia::pad<0, 1, 1>>>(
      random<real<1, 2, 2, 3, 4>>(4, -1, 1), [](const auto& p, const auto& x) { return corr3d(x, p.at("weight"), ia::pad<0, 1, 1>) + channels(p, "bias", 3); });
}

BOOST_AUTO_TEST_CASE(linear_layers) {
  check_model<nn::linear<5, 3, ia::of<double>>>(random<real<4, 5>>(5, -1, 1), [](const auto& p, const auto& x) { return linear(x, p.at("weight"), p.at("bias")); });
  check_model<nn::linear<5, 17, ia::no_bias, ia::of<double>>>(random<real<2, 2, 5>>(6, -1, 1), [](const auto& p, const auto& x) { return linear(x, p.at("weight")); });
}

namespace {

constexpr auto batch_norm_of_batch = [](const auto& p, const auto& x) { return batch_norm(x, p.at("weight"), p.at("bias"), reference::batch_moments(x)); };
constexpr auto batch_norm_given = []<class S>(const values<S>& p, const array<S>& x) {
  return batch_norm(x, p.at("weight"), p.at("bias"), reference::moments<S>{p.at("running_mean"), p.at("running_var")});
};

}  // namespace

BOOST_AUTO_TEST_CASE(batch_norm_in_inference) {
  check_model<nn::batch_norm<3, ia::of<double>>>(random<real<4, 3>>(7, -1, 1), batch_norm_given);
  check_model<nn::batch_norm<3, ia::of<double>>>(random<real<2, 3, 4, 5>>(8, -1, 1), batch_norm_given);
}

BOOST_AUTO_TEST_CASE(batch_norm_in_training) {
  check_model<nn::batch_norm<3, ia::of<double>>, 2, true>(random<real<5, 3>>(9, -1, 1), batch_norm_of_batch, 1e-11);
  check_model<nn::batch_norm<3, ia::of<double>>, 1, true>(random<real<2, 3, 5>>(10, -1, 1), batch_norm_of_batch, 1e-11);
  check_model<nn::batch_norm<2, ia::of<double>>, 2, true>(random<real<2, 2, 3, 4>>(11, -1, 1), batch_norm_of_batch, 1e-11);
}

BOOST_AUTO_TEST_CASE(running_statistics) {
  // renewed by assign: momentum 0.1, unbiased variance; outputs see the old ones, inference does not touch them
  using model = nn::batch_norm<3, ia::of<double>>;
  ia::weights<model> theta = random_weights<model>(12);
  constexpr auto learn = ia::compile([](auto model, auto x) {
    auto loss = ia::sum(ia::square(ia::train(model)(x)));
    return ia::outputs(loss, model(x), ia::assign(model, model - 0.125 * ia::grad(loss, model)));
  });
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto x = random<real<2, 3, 4>>(13 + step, -1, 2);
    const values<double> before = read(theta);
    const auto [loss, given] = learn(theta, x);
    compare(lift<double>(given), batch_norm_given(before, lift<double>(x)), 1e-12, "the value with the statistics before the step");
    const auto m = reference::batch_moments(lift<double>(x));
    const values<double> after = read(theta);
    compare(after.at("running_mean"), 0.9 * before.at("running_mean") + 0.1 * m.mean, 1e-14, "running mean");
    compare(after.at("running_var"), 0.9 * before.at("running_var") + 0.1 * (8.0 / 7) * m.variance, 1e-14, "running variance");
    const auto square = [](const auto& p, const auto& x) { return reference::square(batch_norm_of_batch(p, x)); };
    values<double> slopes = slopes_of<1>(square, before, lift<double>(x), lift<double>(random<real<2, 3, 4>>(0, 1, 1)), array<double>());
    for (const char* name : {"weight", "bias"}) compare(after.at(name), before.at(name) - 0.125 * slopes[name], 1e-11, std::string("the step of ") + name);
  }
}

BOOST_AUTO_TEST_CASE(layer_norm) {
  const auto oracle = [](const auto& p, const auto& x) { return reference::layer_norm(x, p.at("weight"), p.at("bias")); };
  check_model<nn::layer_norm<7, ia::of<double>>, 2>(random<real<3, 7>>(16, -1, 1), oracle, 1e-11);
  check_model<nn::layer_norm<19, ia::of<double>>>(random<real<2, 2, 19>>(17, -1, 1), oracle, 1e-11);
}

namespace {

using chain = nn::sequential<nn::conv2d<1, 3, ia::window<3, 2>, ia::pad<1, 0>, ia::of<double>>, nn::batch_norm<3, ia::of<double>>, nn::silu, nn::avg_pool<2>, nn::flatten, nn::linear<12, 4, ia::of<double>>,
                             nn::tanh, nn::linear<4, 2, ia::no_bias, ia::of<double>>>;
template <bool Training>
constexpr auto chain_oracle = []<class S>(const values<S>& p, const array<S>& x) {
  const array<S> h = corr2d(x, p.at("layers.0.weight"), ia::pad<1, 0>) + channels(p, "layers.0.bias", 2);
  const reference::moments<S> m = Training ? reference::batch_moments(h) : reference::moments<S>{p.at("layers.1.running_mean"), p.at("layers.1.running_var")};
  const array<S> n = silu(batch_norm(h, p.at("layers.1.weight"), p.at("layers.1.bias"), m));
  return linear(tanh(linear(flatten(reference::avg_pool<2>(n)), p.at("layers.5.weight"), p.at("layers.5.bias"))), p.at("layers.7.weight"));
};

}  // namespace

BOOST_AUTO_TEST_CASE(layers_one_after_the_other) {
  check_model<chain>(random<real<2, 1, 4, 5>>(18, -1, 1), chain_oracle<false>);
  check_model<chain, 1, true, ops::made::compiled>(random<real<2, 1, 4, 5>>(19, -1, 1), chain_oracle<true>, 1e-11);
}

BOOST_AUTO_TEST_CASE(losses) {
  ia::tensor<std::int32_t, 6> label{2, 0, 4, 4, 1, 3};
  ops::check<2>(std::tuple(OP2(cross_entropy(x, y))), random<real<6, 5>>(20, -2, 2), label);
  ops::check<2>(std::tuple(OP2(mse(x, y)), OP2(mse(tanh(x), y * y))), random<real<3, 5>>(21, -1, 1), random<real<3, 5>>(22, -1, 1));
  // labels of any integer type; a large logit does not overflow
  const ia::tensor<float, 2, 3> logits{{1000, 0, -1000}, {0, 1, 2}};
  const ia::tensor<std::uint8_t, 2> second{1, 2};
  const float loss = ia::cross_entropy(logits, second);
  BOOST_TEST(std::abs(loss - (1000 + std::log(1 + std::exp(-1.0) + std::exp(-2.0))) / 2) < 1e-4);
}

namespace {

/// Calls f(name, elements of each of the trees) for every parameter.
template <class F, class... M>
void each_parameter(F f, const M&... tree) {
  const values<double> first = std::get<0>(std::tuple(read(tree)...));
  for (const auto& named : first) {
    if (named.first.find("running") != std::string::npos) continue;
    f(named.first, read(tree).at(named.first)...);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(arithmetic_over_models) {
  const ia::weights<two_layers> a = random_weights<two_layers>(23), b = random_weights<two_layers>(24);
  const double rate = 0.375;
  constexpr auto f = ia::compile([](auto a, auto b, auto rate) {
    return ia::outputs(a + b, a - rate * b, 2 * a / (ia::square(b) + 1), ia::sqrt(ia::square(a) + 0.5), ia::where(rate < 0.5, a, b), ia::maximum(a, -b), ia::sum(a), ia::max(a), ia::min(ia::abs(b)),
                       ia::sqrt(ia::sum(ia::square(a * b))));
  });
  const auto [sum, step, ratio, root, chosen, most, total, greatest, smallest, norm] = f(a, b, rate);
  each_parameter([](const std::string& name, auto a, auto b, auto got) { compare(got, a + b, 0, "a + b of " + name); }, a, b, sum);
  each_parameter([&](const std::string& name, auto a, auto b, auto got) { compare(got, a - rate * b, 1e-15, "a - rate * b of " + name); }, a, b, step);
  each_parameter([](const std::string& name, auto a, auto b, auto got) { compare(got, 2 * a / (square(b) + 1), 1e-15, "2 * a / (b * b + 1) of " + name); }, a, b, ratio);
  each_parameter([](const std::string& name, auto a, auto got) { compare(got, sqrt(square(a) + 0.5), 1e-15, "sqrt(a * a + 1 / 2) of " + name); }, a, root);
  each_parameter([](const std::string& name, auto a, auto got) { compare(got, a, 0, "the choice of " + name); }, a, chosen);
  each_parameter([](const std::string& name, auto a, auto b, auto got) { compare(got, maximum(a, -b), 0, "the larger of " + name); }, a, b, most);
  // reductions cross all parameters and no buffer
  double expected = 0, squares = 0, top = -2, bottom = 2;
  each_parameter([&](const std::string&, auto a, auto b) {
    for (std::size_t i = 0; i < a.at.size(); ++i) {
      expected += a.at[i], squares += a.at[i] * b.at[i] * a.at[i] * b.at[i];
      top = std::max(top, a.at[i]), bottom = std::min(bottom, std::abs(b.at[i]));
    }
  }, a, b);
  BOOST_TEST(std::abs(total - expected) < 1e-13);
  BOOST_TEST(greatest == top);
  BOOST_TEST(smallest == bottom);
  BOOST_TEST(std::abs(norm - std::sqrt(squares)) < 1e-13);
  // buffers are those of the first tree
  BOOST_TEST((read(sum).at("norm.running_var").at == read(a).at("norm.running_var").at));
}

BOOST_AUTO_TEST_CASE(parameters_that_the_loss_does_not_reach) {
  const ia::weights<two_layers> theta = random_weights<two_layers>(25);
  constexpr auto f = ia::compile([](auto model, auto x) {
    auto g = ia::grad(ia::sum(ia::square(model(x))), model);
    // a parameter by its path is a value as any other
    return ia::outputs(g, ia::grad(ia::sum(ia::square(ia::get<"used.weight">(model))), model), ia::sum(ia::get<"idle.bias">(model)));
  });
  const auto x = random<real<2, 3>>(26, -1, 1);
  const auto [g, of_weight, bias] = f(theta, x);
  for (const char* name : {"idle.weight", "idle.bias"}) compare(read(g).at(name), 0 * read(theta).at(name), 0, std::string("derivative to ") + name);
  double reached = 0;
  const values<double> slopes = read(g);
  for (double e : slopes.at("used.weight").at) reached += std::abs(e);
  BOOST_TEST(reached > 0.1);
  compare(read(of_weight).at("used.weight"), 2 * read(theta).at("used.weight"), 0, "derivative to a parameter by its path");
  compare(read(of_weight).at("norm.weight"), 0 * read(theta).at("norm.weight"), 0, "derivative to another one");
  BOOST_TEST(std::abs(bias - reference::sum(read(theta).at("idle.bias")).at[0]) < 1e-15);
}

namespace {

values<double> regression_slopes(const values<double>& p, const real<5, 3>& x, const real<5, 2>& y) {
  const array<double> wanted = lift<double>(y), one = reference::number<double>(1);
  return slopes_of<1>([&]<class S>(const values<S>& q, const array<S>& in) {
    const array<S> out = linear(tanh(linear(in, q.at("first.weight"), q.at("first.bias"))), q.at("second.weight"), q.at("second.bias"));
    return mse(out, reference::map(wanted, [](double e) { return S(e); }));
  }, p, lift<double>(x), one, array<double>());
}
void compare_models(const ia::weights<regression>& got, const values<double>& expected, const std::string& what) {
  for (const auto& [name, of] : read(got)) compare(of, expected.at(name), 1e-11, what + " of " + name);
}

}  // namespace

BOOST_AUTO_TEST_CASE(descent_with_momentum) {
  const auto x = random<real<5, 3>>(27, -1, 1);
  const auto y = random<real<5, 2>>(28, -1, 1);
  ia::weights<regression> theta = random_weights<regression>(29), speed = ia::zeros_like(theta);
  values<double> p = read(theta), v = read(speed);
  constexpr auto step = ia::compile([](auto model, auto speed, auto x, auto y, auto rate) {
    auto loss = ia::mse(model(x), y);
    auto next = 0.9 * speed + ia::grad(loss, model);
    return ia::outputs(loss, ia::assign(speed, next), ia::assign(model, model - rate * next));
  });
  double first = 0, last = 0;
  for (int i = 0; i < 5; ++i) {
    last = step(theta, speed, x, y, 0.125);
    if (i == 0) first = last;
    values<double> g = regression_slopes(p, x, y);
    for (auto& [name, of] : p) v[name] = 0.9 * v[name] + g[name], of = of - 0.125 * v[name];
    compare_models(theta, p, "step " + std::to_string(i));
    compare_models(speed, v, "speed at step " + std::to_string(i));
  }
  BOOST_TEST(last < first);
}

BOOST_AUTO_TEST_CASE(adam) {
  const auto x = random<real<5, 3>>(30, -1, 1);
  const auto y = random<real<5, 2>>(31, -1, 1);
  ia::weights<regression> theta = random_weights<regression>(32), mean = ia::zeros_like(theta), variance = ia::zeros_like(theta);
  values<double> p = read(theta), m = read(mean), v = read(variance);
  constexpr auto step = ia::compile([](auto model, auto mean, auto variance, auto x, auto y, auto rate, auto of_mean, auto of_variance) {
    auto loss = ia::mse(model(x), y);
    auto g = ia::grad(loss, model);
    auto m = 0.9 * mean + 0.1 * g;
    auto v = 0.999 * variance + 0.001 * ia::square(g);
    return ia::outputs(loss, ia::assign(model, model - rate * (m / of_mean) / (ia::sqrt(v / of_variance) + 1e-8)), ia::assign(mean, m), ia::assign(variance, v));
  });
  double first = 0, last = 0;
  for (int i = 1; i <= 5; ++i) {
    const double of_mean = 1 - std::pow(0.9, i), of_variance = 1 - std::pow(0.999, i);
    last = step(theta, mean, variance, x, y, 0.0625, of_mean, of_variance);
    if (i == 1) first = last;
    values<double> g = regression_slopes(p, x, y);
    for (auto& [name, of] : p) {
      m[name] = 0.9 * m[name] + 0.1 * g[name], v[name] = 0.999 * v[name] + 0.001 * square(g[name]);
      of = of - 0.0625 * (m[name] / of_mean) / (sqrt(v[name] / of_variance) + 1e-8);
    }
    compare_models(theta, p, "step " + std::to_string(i));
  }
  BOOST_TEST(last < first);
}
