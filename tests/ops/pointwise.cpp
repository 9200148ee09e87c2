// SPDX-License-Identifier: Apache-2.0
// Pointwise operations: values and derivatives, also at kinks.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_compiled, ops::check_derivatives, ops::check_values, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(functions_of_positive_numbers) {
  check_compiled<2>(std::tuple(OP1(log(x)), OP1(log1p(x)), OP1(sqrt(x)), OP1(rsqrt(x)), OP1(pow<1.7>(x)), OP1(pow<0.5>(x)), OP1(pow<-0.5>(x))), random<real<3, 7>>(1, 0.2, 2.2));
}

BOOST_AUTO_TEST_CASE(functions_of_all_numbers) {
  check_compiled<2>(std::tuple(OP1(-x), OP1(exp(x)), OP1(expm1(x)), OP1(sin(x)), OP1(cos(x)), OP1(tanh(x)), OP1(sigmoid(x)), OP1(erf(x)), OP1(square(x)), OP1(pow<3>(x)), OP1(pow<-2>(x)),
                      OP1(pow<0>(x))),
           random<real<3, 7>>(2, -2, 2));
}

BOOST_AUTO_TEST_CASE(activations) {
  const auto x = random<real<3, 7>>(3, -3, 3);
  check<2>(std::tuple(OP1(gelu(x)), OP1(silu(x)), OP1(softplus(x)), OP1(square(clamp(x, -0.5, 1)))), x);
  check<1>(std::tuple(OP1(relu(x)), OP1(leaky_relu(x)), OP1(leaky_relu(x, 0.2)), OP1(abs(x)), OP1(clamp(x, -0.5, 1))), x);
}

BOOST_AUTO_TEST_CASE(derivatives_at_kinks) {
  // at zero, at bounds, where operands are equal
  const real<5> x{0, -1, 1, 0.5, 2}, y{0, -1, 2, 0.5, -2};
  check_values<double>(0, std::tuple(OP2(maximum(x, y))), x, y);
  constexpr auto slopes = ia::compile([](auto x, auto y) {
    return ia::outputs(ia::grad(ia::sum(ia::relu(x)), x), ia::grad(ia::sum(ia::abs(x)), x), ia::grad(ia::sum(ia::leaky_relu(x, 0.25)), x), ia::grad(ia::sum(3 * ia::maximum(x, y)), x),
                       ia::grad(ia::sum(3 * ia::minimum(x, y)), y), ia::grad(ia::sum(ia::where(x < y, x, y)), y));
  });
  const auto [relu, abs, leaky, max, min, where] = slopes(x, y);
  BOOST_TEST((relu == real<5>{0, 0, 1, 1, 1}));
  BOOST_TEST((abs == real<5>{0, -1, 1, 1, 1}));
  BOOST_TEST((leaky == real<5>{1, 0.25, 1, 1, 1}));
  BOOST_TEST((max == real<5>{1.5, 1.5, 0, 1.5, 3}));
  BOOST_TEST((min == real<5>{1.5, 1.5, 0, 1.5, 3}));
  BOOST_TEST((where == real<5>{1, 1, 0, 1, 1}));
}

BOOST_AUTO_TEST_CASE(smooth_at_zero) {
  check_derivatives<2>(std::tuple(OP1(softplus(x)), OP1(gelu(x)), OP1(silu(x)), OP1(sigmoid(x)), OP1(tanh(x)), OP1(erf(x)), OP1(expm1(x))), real<4>{0, 1, -1, 0});
}

BOOST_AUTO_TEST_CASE(branches_not_taken) {
  // a branch that is not taken has no influence, and gets no gradient
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const ia::tensor<float, 3> x{1, 2, -3}, y{nan, 2, nan};
  constexpr auto f = ia::compile([](auto x, auto y) {
    auto z = ia::where(x > 1.5, ia::square(y), x);
    return ia::outputs(z, ia::grad(ia::sum(z), x));
  });
  const auto [z, g] = f(x, y);
  BOOST_TEST((z == ia::tensor<float, 3>{1, 4, -3}));
  BOOST_TEST((g == ia::tensor<float, 3>{1, 0, 1}));
}
