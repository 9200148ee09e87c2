// SPDX-License-Identifier: Apache-2.0
// Pointwise operations of several operands: broadcasting, plain numbers, masks, integers, casts.
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_compiled, ops::check_derivatives, ops::check_values, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(broadcasting) {
  const auto x = random<real<2, 3, 5>>(4, 0.5, 2);
  const auto y = random<real<3, 1>>(5, 0.5, 2);
  const auto z = random<real<5>>(6, 0.5, 2);
  check_compiled<2>(std::tuple(OP3(x * y - z / x), OP3(z / y), OP2(where(x < y, x * y, y))), x, y, z);
  check<1>(std::tuple(OP2(x + y), OP2(y - x), OP2(maximum(x, y)), OP2(minimum(y, x)), OP3(clamp(x, y - 1, z + 1))), x, y, z);
}

BOOST_AUTO_TEST_CASE(broadcasting_of_scalars) {
  // a tensor of one axis beside a scalar argument; plain numbers take the tensor's type
  check<1>(std::tuple(OP2(x * y), OP2(y / x), OP1(x / 2), OP1(0.5 * x + 1), OP1(1 - x), OP1(2 / x), OP2(maximum(y, x)), OP1(maximum(0.75f, x)), OP2(where(x > 1, y, x)),
                      OP1(where(x > 1, x * x, 3)), OP1(where(1 >= x, 2, x))),
           random<real<19>>(7, 0.5, 2), random<real<>>(8, 1, 1.5));
}

BOOST_AUTO_TEST_CASE(comparisons_and_logic) {
  const real<4, 5> x = random<real<4, 5>>(9, -2, 2);
  real<4, 5> y = random<real<4, 5>>(10, -2, 2);
  for (int i = 0; i < 5; ++i) y(2, i) = x(2, i);  // some are equal
  const auto list = std::tuple(OP2(x < y), OP2(x <= y), OP2(x > y), OP2(x >= y), OP2(equal(x, y)), OP2(not_equal(x, y)), OP1(x < 0.5), OP1(0 <= x), OP2(x < y && x > -1),
                               OP2(x < y || x > 1), OP2(!(x < y)), OP1(is_nan(x)), OP1(cast<double>(x > 0)), OP1(cast<std::int32_t>(x * 3)), OP2(where(!(x < y) && y < 1, x, y)));
  check_values<float>(0, list, x, y);
  check_values<double>(0, list, x, y);
}

namespace {

/// The operations of integers, against C++'s own on each element.
template <class T>
void check_integers() {
  constexpr bool negative = std::is_signed_v<T>;
  ia::tensor<T, 37> x, y;
  ops::random_numbers next{21};
  for (std::size_t i = 0; i < 37; ++i) x.data()[i] = static_cast<T>(next(negative ? -11 : 0, 11)), y.data()[i] = static_cast<T>(next(1, 6));
  constexpr auto f = ia::compile([](auto x, auto y) {
    return ia::outputs(x + y, x - y, x * y, x / y, ia::maximum(x, y), ia::minimum(x, y), 2 * x + 1, x / 3, ia::relu(x), ia::cast<float>(x), ia::sum(x), ia::max(x), ia::where(x < y, x, y), ia::square(x),
                       ia::cast<std::int64_t>(x), ia::equal(x, y), ia::argmax(x));
  });
  const auto [add, sub, mul, div, max, min, plain, third, relu, real, sum, most, where, square, wide, equal, at] = f(x, y);
  T total = 0, greatest = x(0);
  int first = 0;
  for (int i = 0; i < 37; ++i) {
    const T a = x(i), b = y(i);
    BOOST_TEST(add(i) == static_cast<T>(a + b));
    BOOST_TEST(sub(i) == static_cast<T>(a - b));
    BOOST_TEST(mul(i) == static_cast<T>(a * b));
    BOOST_TEST(div(i) == static_cast<T>(a / b), "integer division of " << +a << " by " << +b << " is " << +div(i));
    BOOST_TEST(max(i) == std::max(a, b));
    BOOST_TEST(min(i) == std::min(a, b));
    BOOST_TEST(plain(i) == static_cast<T>(2 * a + 1));
    BOOST_TEST(third(i) == static_cast<T>(a / 3));
    BOOST_TEST(relu(i) == std::max(a, T{0}));
    BOOST_TEST(real(i) == static_cast<float>(a));
    BOOST_TEST(where(i) == std::min(a, b));
    BOOST_TEST(square(i) == static_cast<T>(a * a));
    BOOST_TEST(wide(i) == static_cast<std::int64_t>(a));
    BOOST_TEST(equal(i) == (a == b));
    total = static_cast<T>(total + a);
    if (a > greatest) greatest = a, first = i;
  }
  BOOST_TEST(sum == total);
  BOOST_TEST(most == greatest);
  BOOST_TEST(at == first);
}

}  // namespace

BOOST_AUTO_TEST_CASE(integers) {
  check_integers<std::int32_t>();
  check_integers<std::int64_t>();
  check_integers<std::uint8_t>();
  check_integers<std::int16_t>();
}

BOOST_AUTO_TEST_CASE(casts) {
  // towards zero, as C++ does; a mask counts 0 and 1; the derivative of a cast between floats passes
  const ia::tensor<float, 6> x{-2.75f, -0.5f, 0.5f, 1.99f, 100, -7};
  constexpr auto f = ia::compile([](auto x) {
    auto wide = ia::cast<double>(x);
    return ia::outputs(ia::cast<std::int32_t>(x), ia::cast<std::int64_t>(x), ia::cast<std::int8_t>(x), ia::cast<double>(x) * 2, ia::cast<std::int32_t>(x > 0), ia::cast<float>(x > 0),
                       ia::grad(ia::sum(ia::square(wide)), x), ia::cast<float>(ia::cast<std::int32_t>(x)));
  });
  const auto [i32, i64, i8, twice, flag, flag_float, slope, back] = f(x);
  for (int i = 0; i < 6; ++i) {
    BOOST_TEST(i32(i) == static_cast<std::int32_t>(x(i)));
    BOOST_TEST(i64(i) == static_cast<std::int64_t>(x(i)));
    BOOST_TEST(i8(i) == static_cast<std::int8_t>(x(i)));
    BOOST_TEST(twice(i) == 2.0 * static_cast<double>(x(i)));
    BOOST_TEST(flag(i) == (x(i) > 0));
    BOOST_TEST(flag_float(i) == (x(i) > 0 ? 1.f : 0.f));
    BOOST_TEST(slope(i) == 2 * x(i));
    BOOST_TEST(back(i) == std::trunc(x(i)));
  }
}
