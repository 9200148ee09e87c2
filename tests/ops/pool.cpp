// SPDX-License-Identifier: Apache-2.0
// Pooling: maxima, means, whole planes; windows that are no squares, overlap, are dilated, reach over the border.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_derivatives, ops::check_values, ops::lift, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(maxima) {
  check<1>(std::tuple(OP1(max_pool<2>(x)), OP1(max_pool<3>(x, ia::stride<2>, ia::pad<1>)), OP1(max_pool<2, 3>(x, ia::stride<1>)), OP1(max_pool<3, 1>(x, ia::pad_sides<2, 0, 0, 0>)),
                      OP1(max_pool<2>(x, ia::dilation<2>, ia::stride<1>)), OP1(max_pool<2>(x, ia::stride<3>)), OP1(square(max_pool<2>(x * x)))),
           random<real<2, 3, 6, 7>>(1, -1, 1));
}

BOOST_AUTO_TEST_CASE(means) {
  check<1>(std::tuple(OP1(avg_pool<2>(x)), OP1(avg_pool<3>(x, ia::stride<2>, ia::pad<1>)), OP1(avg_pool<2, 3>(x, ia::stride<1, 2>)), OP1(avg_pool<1, 3>(x, ia::pad_sides<0, 0, 1, 2>)),
                      OP1(avg_pool<2>(x, ia::dilation<2>, ia::stride<1>)), OP1(global_avg_pool(x)), OP1(square(avg_pool<2>(exp(x))))),
           random<real<2, 3, 6, 7>>(2, -1, 1));
}

BOOST_AUTO_TEST_CASE(other_ranks) {
  // the last two axes, or as many as the window names
  check_derivatives<1>(std::tuple(OP1(max_pool<2>(x)), OP1(avg_pool<3, 2>(x, ia::pad<1>)), OP1(max_pool<2>(transpose(x), ia::stride<1>))), random<real<6, 5>>(3, -1, 1));
  check_derivatives<1>(std::tuple(OP1(max_pool<2, 1, 3>(x)), OP1(avg_pool<1, 2, 2>(x, ia::stride<1>))), random<real<1, 2, 4, 3, 6>>(4, -1, 1));
}

BOOST_AUTO_TEST_CASE(twice) {
  check_derivatives<2>(std::tuple(OP1(exp(avg_pool<2>(square(x)))), OP1(square(max_pool<2>(exp(x)))), OP1(exp(global_avg_pool(x)))), random<real<1, 2, 4, 6>>(5, -1, 1));
}

BOOST_AUTO_TEST_CASE(padding_never_wins) {
  // all elements are below zero, one window has nothing but -infinity
  real<1, 1, 4, 4> x = random<real<1, 1, 4, 4>>(6, -3, -1);
  x(0, 0, 0, 0) = -std::numeric_limits<double>::infinity();
  const auto list = std::tuple(OP1(max_pool<2>(x, ia::pad<1>)), OP1(max_pool<3>(x, ia::pad<1>, ia::stride<1>)));
  check_values<double>(0, list, x);
  check_values<float>(0, list, x);
  check_derivatives<1, ops::points::kinks>(std::tuple(OP1(max_pool<2>(x, ia::pad<1>))), random<real<1, 1, 4, 4>>(7, -3, -1));
  constexpr auto whole = ia::compile([](auto x) { return ia::max_pool<2>(x, ia::pad<1>); });
  BOOST_TEST(whole(x)(0, 0, 0, 0) == -std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(first_maximum_wins) {
  // equal ones, also across overlapping windows: the whole derivative goes to the first in row-major order
  const real<1, 1, 4, 5> x{{{{1, 1, 2, 2, 0}, {1, 1, 2, 2, 0}, {0, 3, 3, 0, 0}, {3, 3, 0, 0, 0}}}};
  check_derivatives<1, ops::points::kinks, ops::made::compiled>(std::tuple(OP1(max_pool<2>(x)), OP1(max_pool<2>(x, ia::stride<1>)), OP1(max_pool<3>(x, ia::stride<1>, ia::pad<1>)), OP1(max_pool<4, 5>(x))), x);
  constexpr auto slope = ia::compile([](auto x) { return ia::grad(ia::sum(ia::max_pool<2>(x)), x); });
  BOOST_TEST((slope(x) == real<1, 1, 4, 5>{{{{1, 0, 1, 0, 0}, {0, 0, 0, 0, 0}, {0, 1, 1, 0, 0}, {0, 0, 0, 0, 0}}}}));
}

BOOST_AUTO_TEST_CASE(integers) {
  ia::tensor<std::int32_t, 1, 1, 4, 4> x;
  for (int i = 0; i < 16; ++i) x.data()[i] = i * 7 % 16 - 20;
  constexpr auto f = ia::compile([](auto x) { return ia::outputs(ia::max_pool<2>(x), ia::max_pool<3>(x, ia::stride<2>, ia::pad<1>)); });
  const auto [plain, padded] = f(x);
  const auto a = lift<double>(x);
  ops::compare(lift<double>(plain), reference::max_pool<2>(a), 0, "max_pool of integers");
  ops::compare(lift<double>(padded), reference::max_pool<3>(a, ia::stride<2>, ia::pad<1>), 0, "padded max_pool of integers");
}
