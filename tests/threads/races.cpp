// SPDX-License-Identifier: Apache-2.0
// For ThreadSanitizer, with threads that it sees (standin/): parts write no element of another part, and read none that another writes.
#include <boost/test/unit_test.hpp>

#include "threads/check.hpp"

namespace ia = intarsia;
using threads::fill, threads::same, threads::same_bits;

namespace {

constexpr auto padded = ia::compile([](auto x, auto k) { return ia::relu(ia::corr2d(x, k, ia::pad<1>)); });
constexpr auto product = ia::compile([](auto a, auto b) { return ia::softmax<1>(ia::matmul(a, b)); });
constexpr auto edges = ia::compile([](auto x) {
  constexpr ia::tensor<float, 1, 2> across{{1, -1}};
  constexpr ia::tensor<float, 2, 1> down{{1}, {-1}};
  return ia::square(ia::corr2d(ia::slice<0, 0, 53>(x), across)) + ia::square(ia::corr2d(ia::slice<1, 0, 3300>(x), down));
});
constexpr auto turned = ia::compile([](auto x) { return ia::transpose(x) * 0.7f; });
constexpr auto step = ia::compile([](auto x, auto y, auto w) {
  auto loss = ia::mse(ia::matmul(x, w), y);
  return ia::outputs(loss, ia::assign(w, w - 0.1f * ia::grad(loss, w)));
});

}  // namespace

BOOST_AUTO_TEST_CASE(parts_are_apart) {
  static ia::tensor<float, 2, 19, 21, 23> x;
  static ia::tensor<float, 19, 19, 3, 3> k;
  static ia::tensor<float, 401, 403> m, n;
  fill(x, 1), fill(k, 2), fill(m, 3), fill(n, 4);
  BOOST_TEST((same_bits<1, padded, ia::tensor<float, 2, 19, 21, 23>>(x, k)));
  static ia::tensor<float, 54, 3301> image;  // bands of rows, the last one with some rows again
  fill(image, 8);
  BOOST_TEST((same_bits<0, edges, ia::tensor<float, 53, 3300>>(image)));
  static ia::tensor<float, 403, 301> w;
  fill(w, 5);
  BOOST_TEST((same_bits<2, product, ia::tensor<float, 401, 301>>(m, w)));
  BOOST_TEST((same_bits<1, turned, ia::tensor<float, 403, 401>>(m)));
}

BOOST_AUTO_TEST_CASE(in_place) {
  static ia::tensor<float, 201, 203> x;
  static ia::tensor<float, 203, 801> w, updated, found;
  static ia::tensor<float, 201, 801> y;
  static_assert(ia::kernels_cut<ia::threaded<8>(step), ia::tensor<float, 201, 203>, ia::tensor<float, 201, 801>, ia::tensor<float, 203, 801>> > 0);
  fill(x, 5), fill(w, 6), fill(y, 7);
  updated = w, found = w;
  const float loss = step(x, y, updated);
  BOOST_TEST(ia::threaded<8>(step)(x, y, found) == loss);
  BOOST_TEST(same(found, updated));
}
