// SPDX-License-Identifier: Apache-2.0
// LeNet's loss and all of its gradients against PyTorch's, for a batch that is tiled and one that is not.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include "../reference/lenet_witness.hpp"
#include "lenet.hpp"

namespace ia = intarsia;

namespace {

constexpr auto gradients = ia::compile([](auto model, auto x, auto label) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::grad(loss, model));
});

constexpr auto step = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});

double number(std::uint64_t i, std::uint64_t seed) {
  return static_cast<double>(static_cast<std::uint32_t>(i * 2654435761u + seed) >> 8) / 16777216.0;
}

ia::weights<lenet> weights() {
  ia::weights<lenet> w;
  std::uint64_t seed = 0;
  ia::for_each_parameter(w, [&seed](auto, auto view) {
    constexpr auto shape = decltype(view)::shape_value;
    double scale = 0.2;
    if (shape.rank > 1) scale = 2 / std::sqrt(static_cast<double>(shape.size() / shape[0]));
    std::uint64_t i = 0;
    for (float& v : view) v = static_cast<float>((number(i++, seed) - 0.5) * scale);
    ++seed;
  });
  return w;
}

template <std::size_t Batch>
void compare(const reference::lenet_witness& expected) {
  auto theta = weights();
  ia::boxed<ia::tensor<float, Batch, 1, 28, 28>> x;
  ia::tensor<int, Batch> y;
  std::uint64_t i = 0;
  for (float& v : *x) v = static_cast<float>(number(i++, 77));
  for (std::size_t n = 0; n < Batch; ++n) y(n) = static_cast<int>((7 * n + 3) % 10);

  auto [loss, g] = gradients(theta, x, y);
  BOOST_TEST(std::abs(loss - expected.loss) < 2e-6 * expected.loss);
  int p = 0;
  ia::for_each_parameter(g, [&](std::string_view name, auto view) {
    const reference::gradient& e = expected.of[p++];
    BOOST_TEST(name == e.name);
    double norm = 0;
    for (float v : view) norm += double(v) * v;
    BOOST_TEST(std::abs(std::sqrt(norm) - e.norm) < 2e-5 * e.norm, name << ": norm " << std::sqrt(norm) << ", PyTorch " << e.norm);
    for (int k = 0; k < 5; ++k) {
      const double got = view.data()[static_cast<std::size_t>(k) * (view.size() - 1) / 4];
      BOOST_TEST(std::abs(got - e.sample[k]) < 2e-5 * e.norm, name << ": " << got << ", PyTorch " << e.sample[k]);
    }
  });
  BOOST_TEST(p == 10);

  // the update in place reads the old values only
  auto moved = theta;
  BOOST_TEST(step(moved, x, y, 0.5f) == loss);
  for (std::size_t k = 0; k < theta.bytes / sizeof(float); ++k) {
    const float old = reinterpret_cast<const float*>(theta.data())[k], d = reinterpret_cast<const float*>(g.data())[k];
    const float now = reinterpret_cast<const float*>(moved.data())[k];
    if (std::abs(now - (old - 0.5f * d)) > 1e-6f) BOOST_FAIL("element " << k << " of the weights: " << now << ", not " << old - 0.5f * d);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(batch_of_5) { compare<5>(reference::lenet_witnesses[0]); }
BOOST_AUTO_TEST_CASE(batch_of_32) { compare<32>(reference::lenet_witnesses[1]); }
