// SPDX-License-Identifier: Apache-2.0
// Winograd's transforms: exact where all sums are, within the documented bound elsewhere; derivatives; the choice of tiles.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../reference/naive_correlation.hpp"

namespace ia = intarsia;

struct layer {
  ia::nn::conv2d<16, 32, 3, ia::pad<1>, ia::winograd> conv;
  constexpr auto operator()(auto x) const { return ia::relu(conv(x)); }
};
BOOST_HANA_ADAPT_STRUCT(layer, conv);

namespace {

struct numbers {
  std::uint64_t state;
  std::uint64_t operator()() { return (state = state * 6364136223846793005u + 1442695040888963407u) >> 40; }
};
/// Integers in [-most, most].
template <class X>
X whole(std::uint64_t seed, int most) {
  numbers next{seed};
  X x;
  for (auto& v : x) v = static_cast<typename X::value_type>(static_cast<int>(next() % static_cast<std::uint64_t>(2 * most + 1)) - most);
  return x;
}
template <class X>
X uniform(std::uint64_t seed) {
  numbers next{seed};
  X x;
  for (auto& v : x) v = static_cast<typename X::value_type>(static_cast<double>(next()) / (1 << 23) - 1);
  return x;
}

/// One convolution [N, C, H, W] with [O, C, 3, 3].
template <class T, std::size_t N, std::size_t C, std::size_t O, std::size_t H, std::size_t W, int Pad>
struct shapes {
  using X = ia::tensor<T, N, C, H, W>;
  using K = ia::tensor<T, O, C, 3, 3>;
  using Y = ia::tensor<T, N, O, H + 2 * Pad - 2, W + 2 * Pad - 2>;
  static constexpr int pad = Pad;

  static reference::correlation form() {
    reference::correlation f;
    f.batch = N, f.in_channels = C, f.out_channels = O;
    f.in[1] = H, f.in[2] = W, f.out[1] = H + 2 * Pad - 2, f.out[2] = W + 2 * Pad - 2;
    f.kernel[1] = f.kernel[2] = 3, f.pad[1] = f.pad[2] = Pad;
    return f;
  }
};

template <class Got>
double furthest(const Got& got, const std::vector<double>& wanted) {
  double most = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) most = std::max(most, std::isnan(got.data()[i]) ? INFINITY : std::abs(static_cast<double>(got.data()[i]) - wanted[i]));
  return most;
}

template <int Tile, class S>
void check_exact(const char* what) {
  const auto x = whole<typename S::X>(1, 8);
  const auto k = whole<typename S::K>(2, 6);
  const auto g = whole<typename S::Y>(3, 4);
  constexpr auto run = ia::compile([](auto x, auto k, auto g) {
    auto y = ia::corr2d(x, k, ia::pad<S::pad>, ia::winograd_tile<Tile>);
    auto loss = ia::sum(y * g);
    return ia::outputs(y, ia::grad(loss, x), ia::grad(loss, k));
  });
  typename S::Y y;
  typename S::X dx;
  typename S::K dk;
  run.into(y, dx, dk)(x, k, g);
  const std::vector<double> none(k.size() / 9);
  const auto wanted = reference::naive_correlation(S::form(), std::vector<double>(x.begin(), x.end()).data(), std::vector<double>(k.begin(), k.end()).data(), none.data(),
                                                   std::vector<double>(g.begin(), g.end()).data());
  const double bound = Tile == 2 ? 0 : std::is_same_v<typename S::X::value_type, float> ? 1e-2 : 1e-10;
  BOOST_TEST(furthest(y, wanted.y) <= bound, what << ": values are " << furthest(y, wanted.y) << " away");
  BOOST_TEST(furthest(dx, wanted.dx) <= bound, what << ": the gradient to x is " << furthest(dx, wanted.dx) << " away");
  BOOST_TEST(furthest(dk, wanted.dk) == 0, what << ": the gradient to k is " << furthest(dk, wanted.dk) << " away");
}

template <int Tile, class S>
void check_bound(double most, double least) {
  const auto x = uniform<typename S::X>(4);
  const auto k = uniform<typename S::K>(5);
  constexpr auto run = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::pad<S::pad>, ia::winograd_tile<Tile>); });
  typename S::Y y;
  run.into(y)(x, k);
  const std::vector<double> none(k.size() / 9), zeros(y.size());
  auto sums = [&](auto of) {
    std::vector<double> a, b;
    for (auto v : x) a.push_back(of(v));
    for (auto v : k) b.push_back(of(v));
    return reference::naive_correlation(S::form(), a.data(), b.data(), none.data(), zeros.data()).y;
  };
  const auto exact = sums([](double v) { return v; }), sizes = sums([](double v) { return std::abs(v); });
  const double error = furthest(y, exact) / *std::max_element(sizes.begin(), sizes.end()) * 0x1p24;
  BOOST_TEST_MESSAGE("tiles of " << Tile << ": " << error << " u S");
  BOOST_TEST(error <= most, "tiles of " << Tile << ": " << error << " u S");
  BOOST_TEST(error >= least, "tiles of " << Tile << ": only " << error << " u S: were they used?");
}

}  // namespace

BOOST_AUTO_TEST_CASE(small_tiles_are_exact) {
  check_exact<2, shapes<float, 1, 3, 5, 8, 8, 1>>("even, padded");
  check_exact<2, shapes<float, 2, 4, 32, 7, 6, 0>>("odd, two images, a panel of channels");
#ifdef OPS_COMPILED
  check_exact<2, shapes<float, 1, 2, 3, 9, 8, -1>>("cropped");
  check_exact<2, shapes<double, 1, 2, 16, 5, 9, 2>>("double, a wide border");
#endif
}

BOOST_AUTO_TEST_CASE(large_tiles_are_close) {
#ifdef OPS_COMPILED
  check_exact<4, shapes<float, 1, 3, 5, 8, 8, 1>>("whole tiles");
#endif
  check_exact<4, shapes<double, 2, 3, 16, 7, 9, 1>>("double, two images, part of a tile");
}

BOOST_AUTO_TEST_CASE(errors_keep_the_documented_bound) {
  check_bound<2, shapes<float, 1, 64, 32, 14, 14, 1>>(4, 0);
  check_bound<4, shapes<float, 1, 64, 32, 14, 14, 1>>(32, 0.1);
}

// a layer with its bias and activation, prepared and not; the cheaper tiles are those of 4, and few channels have none
BOOST_AUTO_TEST_CASE(the_cheaper_form_is_chosen) {
  using X = ia::tensor<float, 1, 16, 14, 14>;
  const auto theta = ia::init<layer>(7);
  const auto x = uniform<X>(6);
  constexpr auto run = ia::compile([](auto model, auto x) { return model(x); });
  constexpr auto same = ia::compile([](auto w, auto b, auto x) { return ia::relu(ia::corr2d(x, w, ia::pad<1>, ia::winograd_tile<4>) + ia::reshape<32, 1, 1>(b)); });
  const auto y = run(theta, x);
  const auto ready = ia::prepare(run, theta);
  BOOST_TEST((y == same(ia::get<"conv.weight">(theta), ia::get<"conv.bias">(theta), x)));
  BOOST_TEST((y == ready(x)));

  const auto few = uniform<ia::tensor<float, 1, 2, 12, 12>>(8);
  const auto k = uniform<ia::tensor<float, 4, 2, 3, 3>>(9);
  constexpr auto asked = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::winograd); });
  constexpr auto plain = ia::compile([](auto x, auto k) { return ia::corr2d(x, k); });
  BOOST_TEST((asked(few, k) == plain(few, k)));
}
