// SPDX-License-Identifier: Apache-2.0
// The numbers that the d2l chapter "Convolutions for Images" prints.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

namespace {

ia::tensor<float, 6, 8> image() {
  ia::tensor<float, 6, 8> x;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 8; ++j) x(i, j) = j >= 2 && j < 6 ? 0.f : 1.f;
  return x;
}
constexpr ia::tensor<float, 1, 2> edge{{1, -1}};

constexpr auto step = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});

}  // namespace

BOOST_AUTO_TEST_CASE(cross_correlation) {
  ia::tensor<float, 3, 3> X{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
  ia::tensor<float, 2, 2> K{{0, 1}, {2, 3}};
  ia::tensor<float, 2, 2> Y = ia::corr2d(X, K);
  const ia::tensor<float, 2, 2> expected{{19, 25}, {37, 43}};
  BOOST_TEST((Y == expected));
  ia::tensor<float, 2, 2> Z = ia::relu(ia::corr2d(X, K) - 20.f) * 2.f;
  const ia::tensor<float, 2, 2> rectified{{0, 10}, {34, 46}};
  BOOST_TEST((Z == rectified));
}

BOOST_AUTO_TEST_CASE(edges) {
  const auto x = image();
  ia::tensor<float, 6, 7> Y = ia::corr2d(x, edge);
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 7; ++j) BOOST_TEST(Y(i, j) == (j == 1 ? 1.f : j == 5 ? -1.f : 0.f));
  ia::tensor<float, 8, 5> turned = ia::corr2d(ia::transpose(x), edge);
  for (float v : turned) BOOST_TEST(v == 0.f);
}

BOOST_AUTO_TEST_CASE(learning_a_kernel) {
  const auto x = image();
  ia::tensor<float, 6, 7> y = ia::corr2d(x, edge);
  ia::tensor<float, 1, 2> k{{0.1401689f, 0.42668636f}};
  const float losses[] = {20.504f, 9.509f, 4.606f, 2.341f, 1.250f, 0.698f, 0.405f, 0.242f, 0.148f, 0.092f};
  for (float printed : losses) {
    auto [loss, next] = step(x, k, y);
    BOOST_TEST(std::abs(loss - printed) <= 0.0005f + 1e-6f);
    k = next;
  }
  BOOST_TEST(std::abs(k(0, 0) - 1.0173f) <= 0.00005f + 1e-6f);
  BOOST_TEST(std::abs(k(0, 1) + 0.9564f) <= 0.00005f + 1e-6f);
}
