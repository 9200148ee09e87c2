// SPDX-License-Identifier: Apache-2.0
// Reductions over all or chosen axes, the softmax family: values, derivatives, ties, large numbers.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_compiled, ops::check_derivatives, ops::check_values, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(axes) {
  // one axis, several, all of them, in any order, kept or not
  check<1>(std::tuple(OP1(sum(x)), OP1(sum<0>(x)), OP1(sum<2, 0>(x)), OP1(sum<1>(x, ia::keep_axes)), OP1(sum(x, ia::keep_axes)), OP1(mean<2>(x)), OP1(mean<0, 1>(x)),
                      OP1(mean<0, 2>(x, ia::keep_axes)), OP1(sum<0, 1, 2>(x) * x)),
           random<real<3, 4, 5>>(1, -1, 1));
}

BOOST_AUTO_TEST_CASE(extrema) {
  const auto x = random<real<3, 4, 5>>(2, -1, 1);
  check<1>(std::tuple(OP1(max(x)), OP1(max<1>(x)), OP1(min<0, 2>(x)), OP1(max<2>(x, ia::keep_axes)), OP1(min(x, ia::keep_axes))), x);
  check_values<float>(0, std::tuple(OP1(argmax(x)), OP1(argmax<0>(x)), OP1(argmin<2>(x)), OP1(argmax<1, 2>(x)), OP1(argmin<0, 2>(x, ia::keep_axes)), OP1(argmax<1>(x, ia::keep_axes))), x);
}

BOOST_AUTO_TEST_CASE(softmax_family) {
  check<2>(std::tuple(OP1(logsumexp<1>(x)), OP1(logsumexp(x)), OP1(logsumexp<0>(x, ia::keep_axes)), OP1(softmax<1>(x)), OP1(softmax<0>(x)), OP1(log_softmax<1>(x)), OP1(log_softmax<0, 1>(x))),
           random<real<3, 5>>(3, -2, 2));
}

BOOST_AUTO_TEST_CASE(mixed_with_pointwise) {
  check_compiled<2>(std::tuple(OP2(square(x - mean<1>(x, ia::keep_axes)) * y), OP1(x / sqrt(sum<0>(x * x) + 1)), OP2(sum<1>(x * y)), OP2(mean(exp(x) * y))), random<real<3, 7>>(4, -1, 1), random<real<7>>(5, -1, 1));
}

BOOST_AUTO_TEST_CASE(first_extremum) {
  // equal ones: the first has the position and the whole derivative
  const real<2, 5> x{{1, 3, 3, -2, 3}, {-1, -1, -4, -4, -1}};
  check_derivatives<1, ops::points::kinks>(std::tuple(OP1(max<1>(x)), OP1(min<1>(x)), OP1(max(x)), OP1(min<0>(x))), x);
  check_values<double>(0, std::tuple(OP1(argmax<1>(x)), OP1(argmin<1>(x)), OP1(argmax(x)), OP1(argmin<0>(x))), x);
  check_values<float>(0, std::tuple(OP1(argmax<1>(x)), OP1(argmin<1>(x)), OP1(argmax(x)), OP1(argmin<0>(x))), x);
}

BOOST_AUTO_TEST_CASE(large_numbers) {
  // no overflow on the way; rows of infinities as in PyTorch
  const float inf = std::numeric_limits<float>::infinity(), big = 3e38f;
  const ia::tensor<float, 6, 3> x{{1000, 1001, 999}, {-1000, -1001, -999}, {big, 0, -big}, {-inf, 0, 1}, {-inf, -inf, -inf}, {inf, 0, 1}};
  constexpr auto f = ia::compile([](auto x) { return ia::outputs(ia::logsumexp<1>(x), ia::softmax<1>(x), ia::log_softmax<1>(x)); });
  const auto [total, soft, log_soft] = f(x);
  const double e1 = std::exp(-1.0), e2 = std::exp(-2.0), rest = 1 + e1 + e2;
  BOOST_TEST(std::abs(total(0) - (1001 + std::log(rest))) < 1e-3);
  BOOST_TEST(std::abs(total(1) - (-999 + std::log(rest))) < 1e-3);
  BOOST_TEST(total(2) == big);
  BOOST_TEST(std::abs(total(3) - std::log(1 + std::exp(1.0))) < 1e-6);
  BOOST_TEST(total(4) == -inf);
  BOOST_TEST(total(5) == inf);
  const double first[3] = {e1 / rest, 1 / rest, e2 / rest};
  for (int j = 0; j < 3; ++j) {
    BOOST_TEST(std::abs(soft(0, j) - first[j]) < 1e-6);
    BOOST_TEST(std::abs(log_soft(0, j) - std::log(first[j])) < 1e-4);
    BOOST_TEST(soft(2, j) == (j == 0 ? 1.f : 0.f));
    BOOST_TEST(std::isnan(soft(4, j)));
    BOOST_TEST(std::isnan(log_soft(4, j)));
  }
  BOOST_TEST(log_soft(2, 0) == 0.f);
  BOOST_TEST(soft(3, 0) == 0.f);
  BOOST_TEST(log_soft(3, 0) == -inf);
  BOOST_TEST(std::isnan(soft(5, 0)));
}

BOOST_AUTO_TEST_CASE(integers_and_masks) {
  const ia::tensor<std::int32_t, 2, 3> x{{5, -7, 2}, {2, 9, -7}};
  constexpr auto f = ia::compile([](auto x) {
    return ia::outputs(ia::sum<1>(x), ia::max<0>(x), ia::min(x), ia::argmin(x), ia::sum(ia::cast<std::int32_t>(x > 1)), ia::mean(ia::cast<double>(x)));
  });
  const auto [rows, columns, least, at, count, mean] = f(x);
  BOOST_TEST((rows == ia::tensor<std::int32_t, 2>{0, 4}));
  BOOST_TEST((columns == ia::tensor<std::int32_t, 3>{5, 9, 2}));
  BOOST_TEST(least == -7);
  BOOST_TEST(at == 1);
  BOOST_TEST(count == 4);
  BOOST_TEST(std::abs(mean - 4.0 / 6) < 1e-15);
}
