// SPDX-License-Identifier: Apache-2.0
// What only compiled functions say: several results, gradients to whatever has a name, updates in place, constants.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace ia = intarsia;

namespace {
using vec = ia::tensor<float, 3>;
const vec a{1, 2, 3}, b{4, -5, 6};
constexpr vec taps{1, 10, 100};

struct table {
  ia::parameter<ia::tensor<float, 2>> weight;
  constexpr auto operator()(auto x) const { return x * weight; }
};
}  // namespace

BOOST_AUTO_TEST_CASE(results) {
  constexpr auto one = ia::compile([](auto x) { return x + x; });
  constexpr auto number = ia::compile([](auto x) { return ia::sum(x); });
  constexpr auto several = ia::compile([](auto x) { return ia::outputs(ia::sum(x), x * x, ia::argmax<0>(x)); });
  static_assert(std::is_same_v<decltype(one(a)), vec>);
  static_assert(std::is_same_v<decltype(number(a)), float>);
  static_assert(std::is_same_v<decltype(several(a)), std::tuple<float, vec, int>>);
  BOOST_TEST((one(a) == vec{2, 4, 6}));
  BOOST_TEST(number(a) == 6);
  const auto [total, squares, place] = several(a);
  BOOST_TEST(total == 6);
  BOOST_TEST((squares == vec{1, 4, 9}));
  BOOST_TEST(place == 2);
}

BOOST_AUTO_TEST_CASE(twins_keep_their_identity) {
  constexpr auto f = ia::compile([](auto x) {
    auto h = ia::square(x), twin = ia::square(x);
    auto y = ia::sum(h * twin);
    return ia::outputs(ia::grad(y, h), ia::grad(y, twin), ia::grad(y, x));
  });
  const auto [to_h, to_twin, to_x] = f(a);
  BOOST_TEST((to_h == vec{1, 4, 9}));  // the other one, not twice itself
  BOOST_TEST((to_twin == vec{1, 4, 9}));
  BOOST_TEST((to_x == vec{4, 32, 108}));
}

BOOST_AUTO_TEST_CASE(gradients_are_expressions) {
  constexpr auto f = ia::compile([](auto x) {
    auto cube = ia::sum(ia::pow<3>(x));
    auto slope = ia::grad(cube, x);
    return ia::outputs(slope, ia::grad(ia::sum(slope), x), ia::grad(ia::sum(ia::stop_gradient(x) * x), x), ia::grad(ia::sum(ia::stop_gradient(x)), x));
  });
  const auto [slope, curvature, half, stopped] = f(a);
  BOOST_TEST((slope == vec{3, 12, 27}));
  BOOST_TEST((curvature == vec{6, 12, 18}));
  BOOST_TEST((half == a));
  BOOST_TEST((stopped == vec{0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(updates_read_old_values) {
  constexpr auto exchange = ia::compile([](auto x, auto y) { return ia::outputs(ia::assign(x, y), ia::sum(x), ia::assign(y, x)); });
  vec x = a, y = b;
  BOOST_TEST(exchange(x, y) == 6);
  BOOST_TEST((x == b));
  BOOST_TEST((y == a));
}

// What is in tiles of the batch between its layers, and what is handed over as it came.
BOOST_AUTO_TEST_CASE(arguments_as_results_of_a_batch) {
  constexpr auto f = ia::compile([](auto x, auto a, auto b, auto last) {
    return ia::outputs(ia::matmul(ia::relu(ia::matmul(x, a)), b), x, ia::relu(x), ia::assign(last, x));
  });
  ia::tensor<float, 64, 20> x, last{};
  ia::tensor<float, 20, 12> a;
  ia::tensor<float, 12, 7> b;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i * 5 % 17) - 8;
  for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<float>(i % 5) - 2;
  for (std::size_t i = 0; i < b.size(); ++i) b.data()[i] = static_cast<float>(i % 3) - 1;
  const auto [y, same, positive] = f(x, a, b, last);
  BOOST_TEST((same == x));
  BOOST_TEST((last == x));
  BOOST_TEST((positive == ia::tensor<float, 64, 20>(ia::relu(x))));
  BOOST_TEST((y == ia::tensor<float, 64, 7>(ia::matmul(ia::relu(ia::matmul(x, a)), b))));
}

BOOST_AUTO_TEST_CASE(results_in_the_callers_memory) {
  constexpr auto f = ia::compile<"turn">([](auto x, auto y) { return ia::outputs(ia::flip<0>(x), ia::sum(x * y)); });
  vec x = a;
  float dot = 0;
  f.into(x, dot)(x, b);  // over the argument
  BOOST_TEST((x == vec{3, 2, 1}));
  BOOST_TEST(dot == 12);
  float memory[5] = {7, 0, 0, 0, 7};
  f.into(ia::view<float, 3>(memory + 1), dot)(a, a);
  BOOST_TEST((memory[0] == 7 && memory[1] == 3 && memory[2] == 2 && memory[3] == 1 && memory[4] == 7));
  BOOST_TEST(dot == 14);
}

BOOST_AUTO_TEST_CASE(results_in_the_same_memory_are_refused) {
  constexpr auto f = ia::compile([](auto x, auto y) { return ia::outputs(x + y, ia::assign(x, x * y), x - y); });
  vec x = a, y = b, sum;
  BOOST_CHECK_THROW(f.into(sum, sum)(x, y), ia::error);
  BOOST_CHECK_THROW(f.into(sum, x)(x, y), ia::error);
  float memory[5] = {};
  BOOST_CHECK_THROW(f.into(ia::view<float, 3>(memory), ia::view<float, 3>(memory + 2))(x, y), ia::error);
  BOOST_TEST((x == a && sum == vec{} && std::count(memory, memory + 5, 0.f) == 5));
  f.into(sum, y)(x, y);
  BOOST_TEST((sum == vec{5, -3, 9} && x == vec{4, -10, 18} && y == vec{-3, 7, -3}));
}

BOOST_AUTO_TEST_CASE(numbers_become_elements_as_in_statements) {
  const ia::tensor<std::uint8_t, 3> u{10, 44, 200};
  constexpr auto f = ia::compile([](auto x) { return x + 260; });
  BOOST_TEST((f(u) == ia::evaluate(u + 260) && f(u) == ia::tensor<std::uint8_t, 3>{14, 48, 204}));
}

BOOST_AUTO_TEST_CASE(computed_labels_outside_make_the_loss_nan) {
  const ia::tensor<float, 2, 3> logits{};
  constexpr auto from_one = ia::compile([](auto x, auto l) { return ia::cross_entropy(x, l - 1); });
  BOOST_TEST(from_one(logits, ia::tensor<int, 2>{1, 3}) == std::log(3.f), boost::test_tools::tolerance(1e-6f));
  BOOST_TEST(std::isnan(from_one(logits, ia::tensor<int, 2>{0, 3})));
  BOOST_TEST(std::isnan(from_one(logits, ia::tensor<int, 2>{1, 4})));
}

BOOST_AUTO_TEST_CASE(parameters_without_a_function_are_an_error) {
  BOOST_CHECK_THROW(table{}(ia::tensor<float, 2>{1, 2}), ia::error);
}

BOOST_AUTO_TEST_CASE(constants_and_names) {
  constexpr auto f = ia::compile([](auto x) { return ia::sum(ia::named<"weighted">(x * taps)); });
  BOOST_TEST(f(a) == 321);
}

namespace {
/// The product of `N` matrices a with x.
template <int N>
constexpr auto times(auto a, auto x) {
  if constexpr (N == 0) return x;
  else return times<N - 1>(a, ia::matmul(a, x));
}
}  // namespace

// More kernels than clang nests a fold deep.
BOOST_AUTO_TEST_CASE(hundreds_of_kernels) {
  using matrix = ia::tensor<float, 2, 2>;
  constexpr auto f = ia::compile([](auto a, auto x) { return times<263>(a, x); });
  const matrix shift{{1, 1}, {0, 1}}, unit{{1, 0}, {0, 1}};
  BOOST_TEST((ia::cost<f, matrix, matrix>.kernels) == 263);
  BOOST_TEST((f(shift, unit) == matrix{{1, 263}, {0, 1}}));
}

namespace {
constexpr auto slide(auto x, auto k) { return ia::corr2d(x, k, ia::pad<decltype(k)::shape_value[2] / 2>, ia::stride<2>, ia::groups<2>); }
}  // namespace

// Tiles of hundreds of products, within the steps that clang evaluates a constant in.
BOOST_AUTO_TEST_CASE(large_tiles) {
  constexpr auto forward = ia::compile([](auto x, auto k) { return slide(x, k); });
  constexpr auto backward = ia::compile([](auto x, auto k) { return ia::grad(ia::sum(slide(x, k)), x); });
  constexpr auto total = ia::compile([](auto y) { return ia::sum(y); });
  ia::tensor<float, 1, 2, 112, 112> wide;
  ia::tensor<float, 1, 2, 72, 72> square;
  ia::tensor<float, 2, 1, 3, 3> three;
  ia::tensor<float, 2, 1, 5, 5> five;
  for (float& e : wide) e = 1;
  for (float& e : square) e = 1;
  for (float& e : three) e = 1;
  for (float& e : five) e = 1;
  // along an axis, the windows of three hold 2 + 55 * 3 elements, those of five 3 + 34 * 5 + 4
  BOOST_TEST(total(forward(wide, three)) == 2.f * 167 * 167);
  BOOST_TEST(total(backward(square, five)) == 2.f * 177 * 177);
}
