// SPDX-License-Identifier: Apache-2.0
// Prepared functions: the same values as the compiled ones, results in the caller's memory, new weights, copies.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

namespace {

struct net {
  ia::nn::conv2d<3, 32, 3, ia::pad<1>> conv;
  ia::nn::batch_norm<32> norm;
  ia::nn::conv2d<32, 3, 1> back;
  constexpr auto operator()(auto x) const { return back(ia::relu(norm(conv(x)))); }
};

/// The newest output of a filter over 25 samples, whose sums are long, and a layer after it, whose sums are short.
struct filter {
  ia::nn::conv1d<16, 32, 9, ia::dilation<3>> taps;
  ia::nn::linear<32, 48> out;
  constexpr auto operator()(auto x) const { return out(ia::reshape<32>(taps(ia::reshape<1, 16, 25>(ia::transpose(x))))); }
};

constexpr auto infer = ia::compile([](auto model, auto x) { return model(x); });
constexpr auto with_sum = ia::compile([](auto model, auto x) {
  auto y = model(x);
  return ia::outputs(y, ia::sum(y));
});
using image = ia::tensor<float, 1, 3, 9, 13>;

/// Integers, a norm that is a scale by 2 and a shift by 1, so that folding it changes no bit.
template <class Theta>
void set(Theta& theta, int seed) {
  ia::for_each_parameter(theta, [&](auto, auto p) {
    for (std::size_t i = 0; i < p.size(); ++i) p.data()[i] = static_cast<float>((static_cast<int>(i) * 7 + seed) % 5 - 2);
  });
  for (auto& v : ia::get<"norm.running_mean">(theta)) v = 0;
  for (auto& v : ia::get<"norm.running_var">(theta)) v = 1;
}
image make_image() {
  image x;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(static_cast<int>(i * 5 % 11) - 5);
  return x;
}
float distance(const image& a, const image& b) {
  float most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a.data()[i] - b.data()[i]));
  return most;
}

}  // namespace
BOOST_HANA_ADAPT_STRUCT(net, conv, norm, back);
BOOST_HANA_ADAPT_STRUCT(filter, taps, out);

BOOST_AUTO_TEST_CASE(has_the_values_of_the_compiled_function) {
  ia::weights<net> theta;
  set(theta, 1);
  const image x = make_image();
  const image expected = infer(theta, x);
  auto ready = ia::prepare(infer, theta);
  BOOST_TEST(distance(ready(x), expected) < 1e-3f);  // 1 / sqrt(1 + epsilon) is applied to weights
  image y;
  ready.into(y)(x);
  BOOST_TEST(distance(y, ready(x)) == 0);
  BOOST_TEST(distance(image{}, expected) > 1);
}

BOOST_AUTO_TEST_CASE(several_results_and_a_result_over_the_argument) {
  ia::weights<net> theta;
  set(theta, 2);
  image x = make_image();
  auto ready = ia::prepare(with_sum, theta);
  auto [expected, expected_sum] = ready(x);
  image y;
  float sum = 0;
  ready.into(y, sum)(x);
  BOOST_TEST(distance(y, expected) == 0);
  BOOST_TEST(sum == expected_sum);
  ready.into(x, sum)(x);
  BOOST_TEST(distance(x, expected) == 0);
}

// 48 outputs are on the lanes, and the few sums that a vector of results needs are several partial ones
BOOST_AUTO_TEST_CASE(weights_of_products_with_vectors) {
  ia::weights<filter> theta;
  ia::for_each_parameter(theta, [](auto, auto p) {
    for (std::size_t i = 0; i < p.size(); ++i) p.data()[i] = static_cast<float>(static_cast<int>(i * 11 % 7) - 3);
  });
  ia::tensor<float, 25, 16> x;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(static_cast<int>(i * 5 % 9) - 4);
  auto ready = ia::prepare(infer, theta);
  const auto taps = ia::get<"taps.weight">(theta);
  const auto weight = ia::get<"out.weight">(theta);
  const auto shift = ia::get<"taps.bias">(theta);
  const auto bias = ia::get<"out.bias">(theta);
  float hidden[32];
  for (std::size_t o = 0; o < 32; ++o) {
    hidden[o] = shift.data()[o];
    for (std::size_t c = 0; c < 16; ++c)
      for (std::size_t k = 0; k < 9; ++k) hidden[o] += taps.data()[(o * 16 + c) * 9 + k] * x.data()[3 * k * 16 + c];
  }
  const ia::tensor<float, 48> y = ready(x);
  for (std::size_t o = 0; o < 48; ++o) {
    float expected = bias.data()[o];
    for (std::size_t c = 0; c < 32; ++c) expected += weight.data()[o * 32 + c] * hidden[c];
    BOOST_TEST(y.data()[o] == expected);
  }
}

// as many channels as one panel of a target has: between convolution and pool the channels are innermost
BOOST_AUTO_TEST_CASE(pools_of_single_panels) {
  const auto compare = []<std::size_t C>(std::integral_constant<std::size_t, C>) {
    static constexpr auto pooled = ia::compile([](auto model, auto x) { return ia::avg_pool<2>(ia::relu(model(x))); });
    ia::weights<ia::nn::conv2d<3, C, 3>> theta;
    ia::for_each_parameter(theta, [](auto, auto p) {
      for (std::size_t i = 0; i < p.size(); ++i) p.data()[i] = static_cast<float>(static_cast<int>(i * 11 % 7) - 3);
    });
    const image x = make_image();
    const ia::tensor<float, 1, C, 3, 5> y = ia::prepare(pooled, theta)(x);
    const auto weight = ia::get<"weight">(theta);
    for (std::size_t o = 0; o < C; ++o)
      for (std::size_t i = 0; i < 15; ++i) {
        float expected = 0;
        for (std::size_t at = 0; at < 4; ++at) {
          const std::size_t row = i / 5 * 2 + at / 2, column = i % 5 * 2 + at % 2;
          float sum = ia::get<"bias">(theta).data()[o];
          for (std::size_t k = 0; k < 27; ++k) sum += weight.data()[o * 27 + k] * x.data()[(k / 9 * 9 + row + k / 3 % 3) * 13 + column + k % 3];
          expected += std::max(sum, 0.0f) / 4;
        }
        BOOST_TEST(y.data()[o * 15 + i] == expected);
      }
  };
  compare(std::integral_constant<std::size_t, 8>{});
  compare(std::integral_constant<std::size_t, 16>{});
  compare(std::integral_constant<std::size_t, 32>{});
}

BOOST_AUTO_TEST_CASE(new_weights_reach_copies) {
  ia::weights<net> theta;
  set(theta, 3);
  const image x = make_image();
  auto ready = ia::prepare(infer, theta);
  auto copy = ready;
  const image before = copy(x);
  set(theta, 4);
  ready.update(theta);
  BOOST_TEST(distance(copy(x), before) > 1);
  BOOST_TEST(distance(copy(x), ready(x)) == 0);
  BOOST_TEST(distance(copy(x), infer(theta, x)) < 1e-3f);
}
