// SPDX-License-Identifier: Apache-2.0
// Convolutions, products and pointwise chains in parts: the bits of the serial call.
#include <boost/test/unit_test.hpp>

#include "threads/check.hpp"

namespace ia = intarsia;
using threads::fill, threads::same_bits;

namespace {

constexpr auto padded = ia::compile([](auto x, auto k) { return ia::relu(ia::corr2d(x, k, ia::pad<1>)); });
constexpr auto strided = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::stride<2>, ia::pad<1>); });
constexpr auto to_input = ia::compile([](auto x, auto k) { return ia::grad(ia::sum(ia::square(ia::corr2d(x, k, ia::stride<2>, ia::pad<1>))), x); });
constexpr auto columns = ia::compile([](auto x, auto k, auto g) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::stride<2>, ia::pad<1>) * g), x); });
constexpr auto pages = ia::compile([](auto x, auto k, auto g) { return ia::grad(ia::sum(ia::corr2d(x, k) * g), x); });
constexpr auto to_kernel = ia::compile([](auto x, auto k) { return ia::grad(ia::sum(ia::square(ia::corr2d(x, k, ia::pad<1>))), k); });
constexpr auto depthwise = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::groups<24>, ia::pad<1>); });
constexpr auto depthwise_gradient = ia::compile([](auto x, auto k) { return ia::grad(ia::sum(ia::square(ia::corr2d(x, k, ia::groups<24>, ia::pad<1>))), x); });
constexpr auto filters = ia::compile([](auto x) {
  constexpr ia::tensor<float, 5, 5> smooth = [] {
    ia::tensor<float, 5, 5> k;
    for (std::size_t i = 0; i < 25; ++i) k.data()[i] = static_cast<float>((1 + i / 5) * (1 + i % 5)) * 0.01f;
    return k;
  }();
  return ia::corr2d(x, smooth) * 0.3f;
});
constexpr auto product = ia::compile([](auto a, auto b) { return ia::matmul(a, b); });
constexpr auto chain = ia::compile([](auto x, auto y) { return ia::tanh(x * y + 0.3f) / (1 + ia::exp(-x)); });
constexpr auto rows = ia::compile([](auto x) { return ia::softmax<1>(x); });
constexpr auto places = ia::compile([](auto x) { return ia::argmax<0>(x); });
constexpr auto turned = ia::compile([](auto x) { return ia::transpose(x) * 0.7f; });

}  // namespace

BOOST_AUTO_TEST_CASE(many_channels) {
  static ia::tensor<float, 2, 19, 21, 23> x;
  static ia::tensor<float, 37, 19, 3, 3> k;
  fill(x, 1), fill(k, 2);
  BOOST_TEST((same_bits<1, padded, ia::tensor<float, 2, 37, 21, 23>>(x, k)));
  BOOST_TEST((same_bits<1, strided, ia::tensor<float, 2, 37, 11, 12>>(x, k)));
  BOOST_TEST((same_bits<1, to_input, ia::tensor<float, 2, 19, 21, 23>>(x, k)));
  BOOST_TEST((same_bits<2, to_kernel, ia::tensor<float, 37, 19, 3, 3>>(x, k)));
}

BOOST_AUTO_TEST_CASE(images) {
  static ia::tensor<float, 241, 319> x;
  ia::tensor<float, 5, 5> k;
  fill(x, 3), fill(k, 4);
  BOOST_TEST((same_bits<1, padded, ia::tensor<float, 239, 317>>(x, k)));
}

// Bands of rows: the last one makes some rows again.
BOOST_AUTO_TEST_CASE(bands) {
  static ia::tensor<float, 331, 511> x;
  static ia::tensor<float, 67, 2500> wide;
  fill(x, 21), fill(wide, 22);
  BOOST_TEST((same_bits<0, filters, ia::tensor<float, 327, 507>>(x)));
  BOOST_TEST((same_bits<0, filters, ia::tensor<float, 63, 2496>>(wide)));
}

// Slices of channels follow one another, the nests in them are cut.
BOOST_AUTO_TEST_CASE(slices) {
  static ia::tensor<float, 1, 64, 44, 45> x;
  static ia::tensor<float, 64, 64, 3, 3> k;
  static ia::tensor<float, 1, 64, 22, 23> g;
  fill(x, 23), fill(k, 24), fill(g, 25);
  BOOST_TEST((same_bits<1, columns, ia::tensor<float, 1, 64, 44, 45>>(x, k, g)));
}

// Sums in parts, one nest for each.
BOOST_AUTO_TEST_CASE(parts_of_sums) {
  static ia::tensor<float, 1, 520, 7, 7> x;
  static ia::tensor<float, 256, 520, 1, 1> k;
  static ia::tensor<float, 1, 256, 7, 7> g;
  fill(x, 26), fill(k, 27), fill(g, 28);
  BOOST_TEST((same_bits<1, pages, ia::tensor<float, 1, 520, 7, 7>>(x, k, g)));
}

// Borders without a copy: the first and last tiles of a loop are code of their own.
BOOST_AUTO_TEST_CASE(channels_apart) {
  static ia::tensor<float, 2, 24, 65, 67> x;
  static ia::tensor<float, 24, 1, 3, 3> k;
  fill(x, 5), fill(k, 6);
  BOOST_TEST((same_bits<1, depthwise, ia::tensor<float, 2, 24, 65, 67>>(x, k)));
  BOOST_TEST((same_bits<1, depthwise_gradient, ia::tensor<float, 2, 24, 65, 67>>(x, k)));
}

BOOST_AUTO_TEST_CASE(products) {
  static ia::tensor<float, 201, 173> a;
  static ia::tensor<float, 173, 151> b;
  static ia::tensor<double, 101, 73> c;
  static ia::tensor<double, 73, 151> d;
  static ia::tensor<float, 2003, 517> m;
  static ia::tensor<float, 517, 1> v;
  fill(a, 7), fill(b, 8), fill(c, 9), fill(d, 10), fill(m, 11), fill(v, 12);
  BOOST_TEST((same_bits<1, product, ia::tensor<float, 201, 151>>(a, b)));
  BOOST_TEST((same_bits<1, product, ia::tensor<double, 101, 151>>(c, d)));
  BOOST_TEST((same_bits<1, product, ia::tensor<float, 2003, 1>>(m, v)));
}

BOOST_AUTO_TEST_CASE(pointwise) {
  static ia::tensor<float, 317, 411> x, y;
  fill(x, 13), fill(y, 14);
  BOOST_TEST((same_bits<1, chain, ia::tensor<float, 317, 411>>(x, y)));
  BOOST_TEST((same_bits<1, rows, ia::tensor<float, 317, 411>>(x)));
  BOOST_TEST((same_bits<0, places, ia::tensor<int, 411>>(x)));
  BOOST_TEST((same_bits<0, turned, ia::tensor<float, 411, 317>>(x)));
}
