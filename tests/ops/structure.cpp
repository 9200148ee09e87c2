// SPDX-License-Identifier: Apache-2.0
// Views: permutations, reshapes, slices, joins, borders, repetition; read through other operations too.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_compiled, ops::check_values, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(order_of_axes) {
  check<1>(std::tuple(OP1(permute<2, 0, 1>(x)), OP1(permute<1, 0, 2>(x)), OP1(permute<2, 1, 0>(x) * 2), OP1(permute<0, 1, 2>(x)), OP1(flip<2>(x)), OP1(flip<0>(x) * x)), random<real<3, 4, 5>>(1, -1, 1));
  check<1>(std::tuple(OP1(transpose(x)), OP1(transpose(transpose(x) * 3) + x), OP2(transpose(x) * y)), random<real<4, 7>>(2, -1, 1), random<real<7, 1>>(3, -1, 1));
}

BOOST_AUTO_TEST_CASE(reshapes) {
  check<1>(std::tuple(OP1(reshape<12, 5>(x)), OP1(reshape<-1>(x)), OP1(reshape<4, -1, 3>(x)), OP1(reshape<5, 1, 12, 1>(x)), OP1(flatten(x)), OP1(transpose(flatten(x))), OP1(reshape<6, 10>(permute<1, 2, 0>(x))),
                      OP1(sum<1>(reshape<10, 6>(x)))),
           random<real<3, 4, 5>>(4, -1, 1));
}

BOOST_AUTO_TEST_CASE(slices) {
  check<1>(std::tuple(OP1(slice<0, 2, 7>(x)), OP1(slice<1, 0, 5, 2>(x)), OP1(slice<0, 1, 8, 3>(x)), OP1(slice<0, 0, -2>(x)), OP1(slice<1, -3, -1>(x)), OP1(slice<0, -5, 8, 2>(x)),
                      OP1(slice<1, 1, 5, 3>(slice<0, 1, 8, 2>(x))), OP1(slice<0, 7, 8>(x)), OP1(slice<0, 1, 8>(x) - slice<0, 0, 7>(x))),
           random<real<8, 5>>(5, -1, 1));
}

BOOST_AUTO_TEST_CASE(joins) {
  check<1>(std::tuple(OP3(concat<0>(x, y)), OP3(concat<1>(x, z, x)), OP2(concat<0>(x, y * 2, x + 1)), OP1(concat<1>(x)), OP2(square(concat<0>(y, x))), OP3(slice<1, 2, 8>(concat<1>(x, z)))),
           random<real<3, 5>>(6, -1, 1), random<real<2, 5>>(7, -1, 1), random<real<3, 4>>(8, -1, 1));
}

BOOST_AUTO_TEST_CASE(borders) {
  check<1>(std::tuple(OP1(zero_pad(x, ia::pad<1>)), OP1(zero_pad(x, ia::pad<2, 0>)), OP1(zero_pad(x, ia::pad_sides<1, 0, 2, 3>)), OP1(zero_pad(x, ia::pad<-1>)), OP1(zero_pad(x, ia::pad_sides<-1, 2, 1, -2>)),
                      OP1(zero_pad(x * x, ia::pad<1>) + 1)),
           random<real<2, 4, 5>>(9, -1, 1));
  check<1>(std::tuple(OP1(zero_pad(x, ia::pad<2>)), OP1(zero_pad(x, ia::pad_sides<0, 3>))), random<real<7>>(10, -1, 1));
}

BOOST_AUTO_TEST_CASE(repetition) {
  check<1>(std::tuple(OP1(broadcast_to<2, 3, 5>(x)), OP1(broadcast_to<3, 5>(x)), OP2(broadcast_to<4, 6>(y)), OP2(broadcast_to<3, 5>(y) * x)), random<real<3, 1>>(11, -1, 1), random<real<>>(12, 1, 2));
}

BOOST_AUTO_TEST_CASE(views_of_views) {
  // second derivatives pass views too
  check_compiled<2>(std::tuple(OP1(exp(slice<1, 0, 6, 2>(transpose(x)))), OP2(transpose(x) * concat<1>(y, y)), OP1(square(zero_pad(flip<1>(x), ia::pad<1>))), OP1(reshape<-1>(permute<1, 0>(x)) * reshape<-1>(x))),
           random<real<6, 4>>(13, -1, 1), random<real<4, 3>>(14, -1, 1));
}

BOOST_AUTO_TEST_CASE(extents) {
  const real<3, 4> x = random<real<3, 4>>(15, -1, 1);
  static_assert(ia::extent<0>(real<3, 4>{}) == 3 && ia::extent<1>(real<3, 4>{}) == 4);
  constexpr auto f = ia::compile([](auto x) {
    constexpr ia::index rows = ia::extent<0>(decltype(x){});
    return ia::reshape<rows * 2, -1>(x);
  });
  const real<6, 2> y = f(x);
  BOOST_TEST(std::equal(y.begin(), y.end(), x.begin()));
}

namespace {

template <class T>
void check_elements() {
  using ops::lift;
  ia::tensor<T, 3, 5> x;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(i * 7 % 11);
  constexpr auto f = ia::compile([](auto x) {
    return ia::outputs(ia::transpose(x), ia::slice<1, 1, 5, 2>(x), ia::concat<0>(x, x), ia::flip<1>(x), ia::reshape<5, 3>(x), ia::zero_pad(x, ia::pad<1>), ia::broadcast_to<2, 3, 5>(x));
  });
  const auto [t, s, c, r, shaped, padded, wide] = f(x);
  const auto a = lift<double>(x);
  ops::compare(lift<double>(t), transpose(a), 0, "transpose of integers");
  ops::compare(lift<double>(s), reference::slice<1, 1, 5, 2>(a), 0, "slice of integers");
  ops::compare(lift<double>(c), reference::concat<0>(a, a), 0, "concat of integers");
  ops::compare(lift<double>(r), reference::flip<1>(a), 0, "flip of integers");
  ops::compare(lift<double>(shaped), reference::reshape<5, 3>(a), 0, "reshape of integers");
  ops::compare(lift<double>(padded), reference::zero_pad(a, ia::pad<1>), 0, "zero_pad of integers");
  ops::compare(lift<double>(wide), reference::broadcast_to<2, 3, 5>(a), 0, "broadcast_to of integers");
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_elements) {
  check_elements<std::uint8_t>();
  check_elements<std::int64_t>();
  check_elements<bool>();
}
