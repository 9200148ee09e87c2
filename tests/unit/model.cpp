// SPDX-License-Identifier: Apache-2.0
// Models: paths through nested structs and arrays, layers that are shared, copied and passed on, parameters by name.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <array>
#include <string>
#include <vector>

namespace ia = intarsia;

struct block {
  ia::nn::linear<2, 2> inner;
  constexpr auto operator()(auto x) const { return x + inner(x); }
};
struct net {
  std::array<block, 2> blocks;
  ia::nn::linear<2, 2, ia::no_bias> shared;
  constexpr auto operator()(auto x) const {
    for (const block& b : blocks) x = b(x);
    const auto copy = shared;
    return twice(copy, x);
  }
  static constexpr auto twice(auto layer, auto x) { return layer(layer(x)); }
};
/// 260 tensors, two layers of which are called.
struct tall {
  std::array<ia::nn::linear<1, 1>, 130> layers;
  constexpr auto operator()(auto x) const { return layers.back()(layers.front()(x)); }
};
BOOST_HANA_ADAPT_STRUCT(block, inner);
BOOST_HANA_ADAPT_STRUCT(net, blocks, shared);
BOOST_HANA_ADAPT_STRUCT(tall, layers);

namespace {

ia::weights<net> numbered() {
  ia::weights<net> w;
  float next = 1;
  ia::for_each_parameter(w, [&next](auto, auto v) {
    for (float& e : v) e = next++;
  });
  return w;
}

}  // namespace

BOOST_AUTO_TEST_CASE(paths) {
  auto w = numbered();
  std::vector<std::string> names;
  ia::for_each_parameter(w, [&names](auto name, auto) { names.emplace_back(name); });
  const std::vector<std::string> expected{"blocks.0.inner.weight", "blocks.0.inner.bias", "blocks.1.inner.weight", "blocks.1.inner.bias", "shared.weight"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  BOOST_TEST(ia::get<"blocks.1.inner.bias">(w)(1) == 12);
  ia::get<"shared.weight">(w)(0, 1) = -1;
  BOOST_TEST(std::as_const(w).at<4>()(0, 1) == -1);
}

BOOST_AUTO_TEST_CASE(a_shared_layer_gathers_its_gradients) {
  constexpr auto f = ia::compile([](auto model, auto x) {
    auto y = model(x);
    return ia::outputs(y, ia::get<"shared.weight">(ia::grad(ia::sum(y), model)), ia::get<"blocks.0.inner.bias">(model));
  });
  const ia::tensor<float, 1, 2> x{{1, -1}};
  const auto [y, gradient, bias] = f(numbered(), x);
  BOOST_TEST((bias == ia::tensor<float, 2>{5, 6}));

  // by hand: h after the blocks, s = shared.weight, y = s s h; d sum(y) / d s = 1 (s h)^T + s^T 1 h^T
  const float inner[2][2][2] = {{{1, 2}, {3, 4}}, {{7, 8}, {9, 10}}}, offset[2][2] = {{5, 6}, {11, 12}}, s[2][2] = {{13, 14}, {15, 16}};
  float h[2] = {1, -1};
  for (int k = 0; k < 2; ++k) {
    const float old[2] = {h[0], h[1]};
    for (int i = 0; i < 2; ++i) h[i] += inner[k][i][0] * old[0] + inner[k][i][1] * old[1] + offset[k][i];
  }
  float sh[2];
  for (int i = 0; i < 2; ++i) sh[i] = s[i][0] * h[0] + s[i][1] * h[1];
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(y(0, i) == s[i][0] * sh[0] + s[i][1] * sh[1]);
    for (int j = 0; j < 2; ++j) BOOST_TEST(gradient(i, j) == sh[j] + (s[0][i] + s[1][i]) * h[j]);
  }
}

BOOST_AUTO_TEST_CASE(the_same_seed_the_same_weights) {
  BOOST_TEST((ia::init<net>(3) == ia::init<net>(3)));
  BOOST_TEST(!(ia::init<net>(3) == ia::init<net>(4)));
  BOOST_TEST((ia::zeros_like(numbered()) == ia::weights<net>()));
}

BOOST_AUTO_TEST_CASE(any_number_of_tensors) {
  auto w = ia::init<tall>(1);
  int count = 0;
  ia::for_each_parameter(w, [&count](auto, auto v) { v.data()[0] = static_cast<float>(++count); });
  BOOST_TEST(count == 260);
  constexpr auto step = ia::compile([](auto model, auto x) {
    auto y = model(x);
    return ia::outputs(y, ia::assign(model, model - ia::grad(ia::sum(y), model)));
  });
  const auto y = step(w, ia::tensor<float, 1, 1>{{3}});
  // (3 * 1 + 2) * 259 + 260; its derivatives to 1, 2, 259 and 260 are 777, 259, 5 and 1
  BOOST_TEST(y(0, 0) == 1555);
  BOOST_TEST((ia::get<"layers.0.weight">(w)(0, 0)) == 1 - 777);
  BOOST_TEST(ia::get<"layers.0.bias">(w)(0) == 2 - 259);
  BOOST_TEST((ia::get<"layers.129.weight">(w)(0, 0)) == 259 - 5);
  BOOST_TEST(ia::get<"layers.129.bias">(w)(0) == 260 - 1);
  BOOST_TEST(ia::get<"layers.128.bias">(w)(0) == 258);
}
