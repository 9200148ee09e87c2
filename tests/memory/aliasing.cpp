// SPDX-License-Identifier: Apache-2.0
// Results that overlap what is read: always as if everything had been read first. Statements into their own operands,
// views that overlap by any number of elements or bytes, results and updates over arguments.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <cstring>
#include <utility>
#include <vector>

namespace {

namespace ia = intarsia;

template <class X>
X numbered() {
  X x;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<typename X::value_type>(i * 7 % 23);
  return x;
}

/// x = f(x) against y = f(x).
template <class X, class F>
void check_in_place(F f, const char* text) {
  X x = numbered<X>();
  const X before = x;
  const X expected = f(before);
  x = f(x);
  BOOST_TEST((x == expected), text);
  BOOST_TEST(!(before == expected), text << " changes nothing");
}
#define IN_PLACE(X, ...) check_in_place<X>([](const auto& x) { return __VA_ARGS__; }, "x = " #__VA_ARGS__)

}  // namespace

BOOST_AUTO_TEST_CASE(statements_into_their_operand) {
  using small = ia::tensor<float, 5, 5>;
  using large = ia::tensor<float, 33, 33>;
  using bytes = ia::tensor<std::uint8_t, 17, 17>;
  IN_PLACE(small, ia::transpose(x));
  IN_PLACE(large, ia::transpose(x));
  IN_PLACE(bytes, ia::transpose(x));
  IN_PLACE(large, ia::transpose(x) * 2 + x);
  IN_PLACE(large, ia::flip<1>(x));
  IN_PLACE(large, x * 2 + 1);
  IN_PLACE(small, x + ia::sum<0>(x));
  IN_PLACE(large, ia::matmul(x, x));
  IN_PLACE(small, ia::corr2d(x, ia::tensor<float, 3, 3>{{0, 1, 0}, {1, 0, 0}, {0, 0, 2}}, ia::pad<1>));
  IN_PLACE(large, ia::concat<0>(ia::slice<0, 30, 33>(x), ia::slice<0, 0, 30>(x)));
  IN_PLACE(small, x - ia::max<1>(x, ia::keep_axes));
}

namespace {

/// Views of 24 floats, shifted against each other by `bytes`: out = f(in).
template <class F>
void check_overlap(F f, const char* text) {
  using elements = ia::tensor<float, 24>;
  for (long bytes = -110; bytes <= 110; ++bytes) {
    std::vector<unsigned char> memory(400);
    const elements x = numbered<elements>();
    std::memcpy(memory.data() + 128, x.data(), 96);
    auto* const from = reinterpret_cast<float*>(memory.data() + 128);
    auto* const to = reinterpret_cast<float*>(memory.data() + 128 + bytes);
    const elements expected = f(ia::view<const float, 24>(x.data()));
    std::vector<unsigned char> wanted = memory;
    std::memcpy(wanted.data() + 128 + bytes, expected.data(), 96);
    ia::view<float, 24> out(to);
    out = f(ia::view<const float, 24>(from));
    BOOST_TEST((memory == wanted), text << ", the result " << bytes << " bytes behind the operand");
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(overlapping_views) {
  check_overlap([](const auto& x) { return x + 1; }, "x + 1");
  check_overlap([](const auto& x) { return ia::flip<0>(x); }, "flip(x)");
  check_overlap([](const auto& x) { return ia::reshape<24>(ia::transpose(ia::reshape<4, 6>(x))); }, "transpose(x)");
  check_overlap([](const auto& x) { return x - ia::mean(x, ia::keep_axes); }, "x - mean(x)");
}

BOOST_AUTO_TEST_CASE(a_result_inside_of_its_operand) {
  using matrix = ia::tensor<float, 6, 7>;
  for (std::size_t row = 0; row < 6; ++row) {
    matrix x = numbered<matrix>();
    const matrix before = x;
    const ia::tensor<float, 7> expected = ia::sum<0>(before);
    ia::view<float, 7> into(x.data() + row * 7);
    into = ia::sum<0>(x);
    for (std::size_t i = 0; i < x.size(); ++i) BOOST_TEST(x.data()[i] == (i / 7 == row ? expected(i % 7) : before.data()[i]));
  }
}

BOOST_AUTO_TEST_CASE(results_over_arguments) {
  using matrix = ia::tensor<float, 19, 19>;
  matrix a = numbered<matrix>();
  matrix b = a * 3 - 5;
  const matrix a0 = a, b0 = b;
  constexpr auto both = ia::compile([](auto x, auto y) { return ia::outputs(ia::transpose(y) + x, ia::matmul(x, y)); });
  const auto [first, second] = both(a0, b0);
  both.into(a, b)(a, b);
  BOOST_TEST((a == first));
  BOOST_TEST((b == second));
  a = ia::reshape<19, 19>(a0), b = ia::reshape<19, 19>(b0);
  both.into(b, a)(a, b);
  BOOST_TEST((b == first));
  BOOST_TEST((a == second));
  // updates read the old values, also of each other
  constexpr auto swap = ia::compile([](auto x, auto y) { return ia::outputs(ia::assign(x, ia::transpose(y)), ia::assign(y, x), ia::sum(x)); });
  a = ia::reshape<19, 19>(a0), b = ia::reshape<19, 19>(b0);
  const float sum = swap(a, b);
  BOOST_TEST((a == matrix(ia::transpose(b0))));
  BOOST_TEST((b == a0));
  BOOST_TEST(sum == float(ia::sum(a0)));
}

BOOST_AUTO_TEST_CASE(one_argument_twice) {
  // both arguments, and the result, are the same memory
  using row = ia::tensor<double, 21>;
  row x = numbered<row>();
  const row before = x;
  constexpr auto f = ia::compile([](auto a, auto b) { return ia::flip<0>(a) * 2 - b; });
  f.into(x)(x, x);
  for (std::size_t i = 0; i < 21; ++i) BOOST_TEST(x(i) == 2 * before(20 - i) - before(i));
}

// Tiles of a batch read the parameters again: a result in the place of one is not written before the last tile has read it.
struct two_layers {
  ia::nn::linear<10, 64> first;
  ia::nn::linear<64, 10> second;
  constexpr auto operator()(auto x) const { return second(ia::relu(first(x))); }
};
BOOST_HANA_ADAPT_STRUCT(two_layers, first, second);

BOOST_AUTO_TEST_CASE(a_result_over_a_parameter) {
  constexpr auto apply = ia::compile([](auto model, auto x) { return model(x); });
  ia::weights<two_layers> theta;
  ia::for_each_parameter(theta, [](auto, auto values) {
    int i = 0;
    for (float& v : values) v = static_cast<float>(i++ * 5 % 7) - 3;
  });
  const auto x = numbered<ia::tensor<float, 64, 10>>();
  const ia::tensor<float, 64, 10> expected = apply(theta, x);
  auto weight = ia::get<"first.weight">(theta);
  apply.into(weight)(theta, x);
  for (std::size_t i = 0; i < expected.size(); ++i) BOOST_TEST(weight.data()[i] == expected.data()[i]);
}
