// SPDX-License-Identifier: Apache-2.0
// Training steps on several threads, a batch at once and in tiles: losses and weights have the bits of the serial call.
#include <boost/test/unit_test.hpp>

#include "threads/check.hpp"
#include "unit/lenet.hpp"

namespace ia = intarsia;
using threads::fill, threads::same;

struct net {
  ia::nn::conv2d<3, 32, 3, ia::pad<1>> first;
  ia::nn::conv2d<32, 32, 3> second;
  ia::nn::linear<1568, 10> out;
  constexpr auto operator()(auto x) const {
    return out(ia::flatten(ia::max_pool<2>(ia::relu(second(ia::relu(first(x)))))));
  }
};
BOOST_HANA_ADAPT_STRUCT(net, first, second, out);

namespace {

constexpr auto train = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});

template <auto Function, class M, class X, class Label>
void trains_alike(const ia::weights<M>& theta, const X& x, const Label& label, int cut) {
  BOOST_TEST((ia::kernels_cut<ia::threaded<8>(Function), ia::weights<M>, X, Label, float>) >= cut);
  auto expected = theta;
  float loss[3];
  for (float& l : loss) l = Function(expected, x, label, 0.1f);
  BOOST_TEST(threads::for_all_thread_counts([&] {
    auto found = theta;
    bool good = true;
    for (float l : loss) good = same(ia::threaded<8>(Function)(found, x, label, 0.1f), l) && good;
    return good && same(found, expected);
  }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_net_trains) {
  ia::weights<net> theta;
  static ia::tensor<float, 4, 3, 16, 16> x;
  const ia::tensor<int, 4> label{3, 1, 4, 1};
  fill(theta, 3), fill(x, 4);
  trains_alike<train>(theta, x, label, 3);
}

// Sums over the batch go from tile to tile.
BOOST_AUTO_TEST_CASE(lenet_trains) {
  ia::weights<lenet> theta;
  static ia::tensor<float, 32, 1, 28, 28> x;
  ia::tensor<int, 32> label;
  for (std::size_t n = 0; n < 32; ++n) label(n) = static_cast<int>(n * 7 % 10);
  fill(theta, 5), fill(x, 6);
  trains_alike<train>(theta, x, label, 2);
}
