// SPDX-License-Identifier: Apache-2.0
// Small sums over what a nest makes are gathered while its loops run: one kernel, nothing of it in memory.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

constexpr auto measure = ia::compile([](auto x, auto k, auto y, auto rate) {
  auto d = ia::corr2d(x, k) - y;
  auto loss = ia::sum(ia::square(d));
  return ia::outputs(loss, ia::max(d), ia::min(d), k - rate * ia::grad(loss, k));
});

template <std::size_t H, std::size_t W, std::size_t KH, std::size_t KW>
void check() {
  using image = ia::tensor<float, H + KH - 1, W + KW - 1>;
  using kernel = ia::tensor<float, KH, KW>;
  using result = ia::tensor<float, H, W>;
  image x;
  kernel k;
  result y;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(static_cast<int>(i * 7 % 11) - 5);
  for (std::size_t i = 0; i < k.size(); ++i) k.data()[i] = static_cast<float>(static_cast<int>(i * 3 % 5) - 2);
  for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = static_cast<float>(static_cast<int>(i * 5 % 7) - 3);
  const auto [loss, largest, least, next] = measure(x, k, y, 0.5f);

  float expected_loss = 0, expected_max = -std::numeric_limits<float>::infinity(), expected_min = -expected_max;
  kernel gradient{};
  for (std::size_t i = 0; i < H; ++i)
    for (std::size_t j = 0; j < W; ++j) {
      float d = -y(i, j);
      for (std::size_t a = 0; a < KH; ++a)
        for (std::size_t b = 0; b < KW; ++b) d += x(i + a, j + b) * k(a, b);
      expected_loss += d * d;
      expected_max = std::max(expected_max, d);
      expected_min = std::min(expected_min, d);
      for (std::size_t a = 0; a < KH; ++a)
        for (std::size_t b = 0; b < KW; ++b) gradient(a, b) += 2 * d * x(i + a, j + b);
    }
  BOOST_TEST_CONTEXT(H << " x " << W << " outputs of a " << KH << " x " << KW << " kernel") {
    BOOST_TEST(loss == expected_loss);
    BOOST_TEST(largest == expected_max);
    BOOST_TEST(least == expected_min);
    for (std::size_t i = 0; i < k.size(); ++i) BOOST_TEST(next.data()[i] == k.data()[i] - 0.5f * gradient.data()[i]);
  }
}

BOOST_AUTO_TEST_CASE(loss_and_gradient_of_a_small_kernel) {
  check<6, 7, 1, 2>();
  check<1, 1, 2, 2>();
  check<3, 15, 2, 1>();
  check<2, 16, 1, 3>();
  check<5, 17, 2, 2>();
  check<7, 33, 1, 4>();
}

BOOST_AUTO_TEST_CASE(the_seed_step_is_one_kernel) {
  constexpr auto step = ia::compile([](auto x, auto k, auto y) {
    auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
    return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
  });
  constexpr auto cost = ia::cost<step, ia::tensor<float, 6, 8>, ia::tensor<float, 1, 2>, ia::tensor<float, 6, 7>>;
  BOOST_TEST(cost.kernels == 1);
  BOOST_TEST(cost.workspace_bytes == 0);
}

BOOST_AUTO_TEST_CASE(totals_that_others_read) {
  constexpr auto f = ia::compile([](auto a, auto b) {
    auto p = ia::exp(a) + b;             // kept, and summed
    auto s = ia::sum(p);
    return ia::outputs(p, p / s, s * s); // the quotient needs the whole sum first
  });
  ia::tensor<double, 3, 5> a{}, b;
  for (std::size_t i = 0; i < b.size(); ++i) b.data()[i] = static_cast<double>(i);
  const auto [p, quotient, square] = f(a, b);
  const double s = 15 + 105;
  for (std::size_t i = 0; i < b.size(); ++i) {
    BOOST_TEST(p.data()[i] == 1 + b.data()[i]);
    BOOST_TEST(quotient.data()[i] == (1 + b.data()[i]) / s);
  }
  BOOST_TEST(square == s * s);
}

BOOST_AUTO_TEST_CASE(integers) {
  constexpr auto f = ia::compile([](auto a, auto b) {
    auto c = a * b;
    auto d = ia::stop_gradient(c + a);
    return ia::outputs(d, ia::sum(d), ia::max(d));
  });
  ia::tensor<int, 37> a, b;
  int sum = 0, largest = -1000;
  for (int i = 0; i < 37; ++i) {
    a.data()[i] = i - 20, b.data()[i] = 3 - i % 5;
    sum += a.data()[i] * b.data()[i] + a.data()[i];
    largest = std::max(largest, a.data()[i] * b.data()[i] + a.data()[i]);
  }
  const auto [d, s, m] = f(a, b);
  BOOST_TEST(d(36) == a(36) * b(36) + a(36));
  BOOST_TEST(s == sum);
  BOOST_TEST(m == largest);
}
