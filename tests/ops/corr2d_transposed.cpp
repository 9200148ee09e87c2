// SPDX-License-Identifier: Apache-2.0
// Transposed convolutions in 1, 2 and 3 dimensions with every option.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_derivatives, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(conv_transpose1d_options) {
  check_derivatives<1>(std::tuple(OP2(conv_transpose1d(x, y)), OP2(conv_transpose1d(x, y, ia::stride<2>, ia::pad<1>, ia::output_padding<1>)), OP2(conv_transpose1d(x, y, ia::dilation<3>, ia::output_padding<2>)),
                      OP2(conv_transpose1d(x, y, ia::stride<3>, ia::pad_sides<0, 2>)), OP3(conv_transpose1d(x, z, ia::groups<2>, ia::stride<2>)), OP2(conv_transpose1d(x, y, ia::groups<4>, ia::stride<2>, ia::pad<1>))),
           random<real<2, 4, 5>>(1, -1, 1), random<real<4, 3, 3>>(2, -1, 1), random<real<4, 2, 2>>(3, -1, 1));
}

BOOST_AUTO_TEST_CASE(conv_transpose2d_options) {
  check<1>(std::tuple(OP2(conv_transpose2d(x, y)), OP2(conv_transpose2d(x, y, ia::stride<2>, ia::pad<1>, ia::output_padding<1, 0>)), OP2(conv_transpose2d(x, y, ia::stride<2, 3>, ia::output_padding<1, 2>)),
                      OP2(conv_transpose2d(x, y, ia::pad<1, 0>, ia::dilation<1, 2>)), OP2(conv_transpose2d(x, y, ia::stride<3, 1>, ia::pad_sides<0, 1, 2, 0>)), OP2(conv_transpose2d(x, y, ia::pad<-1>))),
           random<real<2, 2, 3, 4>>(4, -1, 1), random<real<2, 3, 3, 2>>(5, -1, 1));
  check_derivatives<1>(std::tuple(OP2(conv_transpose2d(x, y, ia::groups<2>, ia::stride<2>, ia::pad<1>, ia::output_padding<1>)), OP3(conv_transpose2d(x, z, ia::groups<4>, ia::stride<2>))), random<real<1, 4, 3, 3>>(6, -1, 1),
           random<real<4, 2, 3, 3>>(7, -1, 1), random<real<4, 1, 2, 2>>(8, -1, 1));
}

BOOST_AUTO_TEST_CASE(conv_transpose2d_twice) {
  check_derivatives<2>(std::tuple(OP2(conv_transpose2d(conv_transpose2d(x, y, ia::stride<2>), y)), OP2(corr2d(conv_transpose2d(x, y, ia::stride<2>, ia::pad<1>), y))), random<real<1, 2, 3, 2>>(9, -1, 1),
           random<real<2, 2, 2, 3>>(10, -1, 1));
}

BOOST_AUTO_TEST_CASE(conv_transpose3d_options) {
  check_derivatives<1>(std::tuple(OP2(conv_transpose3d(x, y)), OP2(conv_transpose3d(x, y, ia::stride<2, 1, 2>, ia::pad<1, 0, 0>, ia::output_padding<1, 0, 0>)), OP3(conv_transpose3d(x, z, ia::groups<2>, ia::stride<1, 2, 1>))),
           random<real<1, 2, 2, 3, 2>>(11, -1, 1), random<real<2, 2, 2, 2, 3>>(12, -1, 1), random<real<2, 1, 2, 1, 2>>(13, -1, 1));
}
