// SPDX-License-Identifier: Apache-2.0
// Matrix products of vectors, matrices and batches; linear layers.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_compiled, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(matmul_of_vectors_and_matrices) {
  const auto row = random<real<5>>(1, -1, 1), column = random<real<5>>(2, -1, 1);
  const auto a = random<real<3, 5>>(3, -1, 1);
  const auto b = random<real<5, 19>>(4, -1, 1);
  check<2>(std::tuple(OP2(matmul(x, y)), OP1(matmul(x, x)), OP1(matmul(x, exp(x))), OP3(matmul(z, x) * matmul(z, y))), row, column, a);
  check<2>(std::tuple(OP2(matmul(x, y)), OP3(matmul(z, y)), OP1(matmul(transpose(x), x)), OP2(matmul(transpose(y), transpose(x))), OP3(matmul(x, matmul(y, transpose(y))))), a, b, row);
}

BOOST_AUTO_TEST_CASE(matmul_of_batches) {
  check<1>(std::tuple(OP2(matmul(x, y)), OP3(matmul(x, z)), OP3(matmul(transpose(z), y)), OP2(matmul(permute<0, 2, 1>(y), permute<0, 2, 1>(x)))), random<real<2, 3, 4>>(5, -1, 1),
           random<real<2, 4, 5>>(6, -1, 1), random<real<4, 4>>(7, -1, 1));
  // leading axes broadcast, also where one of them is 1 and the other operand has none
  check<1>(std::tuple(OP2(matmul(x, y)), OP3(matmul(x, z)), OP3(matmul(y, slice<0, 0, 2>(z)))), random<real<2, 1, 3, 4>>(8, -1, 1), random<real<5, 4, 2>>(9, -1, 1), random<real<4>>(10, -1, 1));
}

BOOST_AUTO_TEST_CASE(linear_layers) {
  check_compiled<2>(std::tuple(OP2(linear(x, y)), OP3(linear(x, y, z)), OP2(sum(square(linear(x, y))))), random<real<4, 5>>(11, -1, 1), random<real<3, 5>>(12, -1, 1), random<real<3>>(13, -1, 1));
  check<1>(std::tuple(OP2(linear(x, y)), OP3(linear(x, y, z))), random<real<2, 4, 5>>(14, -1, 1), random<real<17, 5>>(15, -1, 1), random<real<17>>(16, -1, 1));
  check<1>(std::tuple(OP2(linear(x, y)), OP3(linear(x, y, z))), random<real<5>>(17, -1, 1), random<real<3, 5>>(18, -1, 1), random<real<3>>(19, -1, 1));
}
