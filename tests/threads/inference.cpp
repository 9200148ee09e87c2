// SPDX-License-Identifier: Apache-2.0
// Inference on several threads, prepared and not, has the bits of the serial call.
#include <boost/test/unit_test.hpp>

#include "threads/check.hpp"
#include "unit/lenet.hpp"

namespace ia = intarsia;
using threads::fill, threads::same;

namespace {

constexpr auto infer = ia::compile([](auto model, auto x) { return model(x); });

}  // namespace

// A batch in tiles: the nests of each tile in parts.
BOOST_AUTO_TEST_CASE(lenet_infers) {
  ia::weights<lenet> theta;
  static ia::tensor<float, 64, 1, 28, 28> x;
  fill(theta, 1), fill(x, 2);
  const ia::tensor<float, 64, 10> expected = infer(theta, x);
  const auto ready = ia::prepare(infer, theta);
  const auto shared = ia::prepare(ia::threaded<8>(infer), theta);
  const ia::tensor<float, 64, 10> prepared = ready(x);
  BOOST_TEST((ia::kernels_cut<ia::threaded<8>(infer), ia::weights<lenet>, ia::tensor<float, 64, 1, 28, 28>>) >= 1);
  BOOST_TEST(threads::for_all_thread_counts([&] {
    ia::tensor<float, 64, 10> y;
    shared.into(y)(x);
    return same(ia::threaded<8>(infer)(theta, x), expected) && same(shared(x), prepared) && same(y, prepared);
  }));
}
