// SPDX-License-Identifier: Apache-2.0
// Correlations in 1, 2 and 3 dimensions with every option.
#include <memory>
#include <type_traits>
#include <vector>

#include "../reference/naive_correlation.hpp"
#include "check.hpp"

namespace {

namespace ia = intarsia;
using ops::check, ops::check_derivatives, ops::random;
template <std::size_t... D>
using real = ia::tensor<double, D...>;

}  // namespace

BOOST_AUTO_TEST_CASE(correlations_without_channels) {
  check<2>(std::tuple(OP2(corr1d(x, y)), OP2(corr1d(x, y, ia::pad_sides<2, 1>, ia::stride<2>, ia::dilation<2>)), OP2(conv_transpose1d(x, y, ia::stride<3>, ia::pad<1>, ia::output_padding<2>))),
           random<real<9>>(20, -1, 1), random<real<3>>(21, -1, 1));
  check<2>(std::tuple(OP2(corr2d(x, y)), OP2(corr2d(x, y, ia::pad<1>, ia::stride<2, 1>)), OP2(corr2d(transpose(x), y, ia::dilation<1, 2>)),
                      OP2(conv_transpose2d(x, y, ia::stride<2>, ia::dilation<2, 1>, ia::pad_sides<1, 0, 0, 2>))),
           random<real<6, 7>>(22, -1, 1), random<real<2, 3>>(23, -1, 1));
  check<1>(std::tuple(OP2(corr3d(x, y, ia::pad<1, 0, 1>)), OP2(conv_transpose3d(x, y, ia::stride<1, 2, 1>))), random<real<3, 4, 5>>(24, -1, 1), random<real<2, 1, 3>>(25, -1, 1));
}

BOOST_AUTO_TEST_CASE(corr1d_options) {
  check_derivatives<1>(std::tuple(OP2(corr1d(x, y)), OP2(corr1d(x, y, ia::pad<2>)), OP2(corr1d(x, y, ia::pad_sides<0, 3>, ia::stride<2>)), OP2(corr1d(x, y, ia::dilation<3>, ia::pad<4>)), OP2(corr1d(x, y, ia::pad<-1>))),
           random<real<2, 4, 9>>(1, -1, 1), random<real<3, 4, 3>>(2, -1, 1));
  check_derivatives<1>(std::tuple(OP2(corr1d(x, y, ia::groups<2>, ia::stride<3>, ia::pad<1>)), OP3(corr1d(x, z, ia::groups<4>, ia::pad<1>)), OP3(corr1d(x, z, ia::groups<4>, ia::stride<2>, ia::dilation<2>))),
           random<real<2, 4, 9>>(3, -1, 1), random<real<6, 2, 3>>(4, -1, 1), random<real<8, 1, 3>>(5, -1, 1));
}

BOOST_AUTO_TEST_CASE(corr2d_options) {
  check_derivatives<1>(std::tuple(OP2(corr2d(x, y)), OP2(corr2d(x, y, ia::pad<1>)), OP2(corr2d(x, y, ia::pad<0, 2>, ia::stride<2, 1>)), OP2(corr2d(x, y, ia::pad_sides<2, 0, 1, 3>, ia::dilation<1, 2>)),
                      OP2(corr2d(x, y, ia::stride<2>, ia::pad_sides<-1, 1, 0, -2>))),
           random<real<2, 2, 6, 7>>(6, -1, 1), random<real<3, 2, 3, 2>>(7, -1, 1));
  check_derivatives<1>(std::tuple(OP2(corr2d(x, y, ia::groups<2>, ia::pad<1>, ia::stride<2>)), OP3(corr2d(x, z, ia::groups<4>, ia::pad<1>)), OP3(relu(corr2d(x, z, ia::groups<4>, ia::stride<1, 2>) + 0.125))),
           random<real<1, 4, 5, 5>>(8, -1, 1), random<real<2, 2, 2, 3>>(9, -1, 1), random<real<4, 1, 3, 3>>(10, -1, 1));
}

// Strided windows of one tap: most of the gradient's elements are zeros.
BOOST_AUTO_TEST_CASE(one_tap) {
  check_derivatives<1>(std::tuple(OP2(corr2d(x, y, ia::stride<2>)), OP2(corr2d(x, y, ia::stride<3, 2>, ia::pad<1>)), OP2(corr2d(x, y, ia::stride<2, 3>, ia::pad_sides<0, 1, 1, 0>) * 0.5 + 1)),
                       random<real<2, 3, 7, 8>>(30, -1, 1), random<real<4, 3, 1, 1>>(31, -1, 1));
  check<1>(std::tuple(OP2(relu(conv_transpose2d(x, y, ia::stride<2>)) * 2), OP2(conv_transpose2d(x, y, ia::stride<3, 1>, ia::output_padding<2, 0>))), random<real<2, 3, 4, 5>>(32, -1, 1),
           random<real<3, 4, 1, 1>>(33, -1, 1));
}

BOOST_AUTO_TEST_CASE(corr2d_twice) {
  check_derivatives<2>(std::tuple(OP2(corr2d(corr2d(x, y, ia::pad<1>), y, ia::stride<2>)), OP2(square(corr2d(x, y, ia::pad<1>)))), random<real<1, 2, 4, 4>>(11, -1, 1), random<real<2, 2, 3, 3>>(12, -1, 1));
}

BOOST_AUTO_TEST_CASE(corr3d_options) {
  check_derivatives<1>(std::tuple(OP2(corr3d(x, y)), OP2(corr3d(x, y, ia::pad<1>)), OP2(corr3d(x, y, ia::pad<1, 0, 2>, ia::stride<1, 2, 2>)), OP2(corr3d(x, y, ia::pad_sides<1, 0, 0, 1, 2, 1>, ia::dilation<1, 1, 2>))),
           random<real<1, 2, 3, 4, 5>>(13, -1, 1), random<real<2, 2, 2, 2, 3>>(14, -1, 1));
  check_derivatives<1>(std::tuple(OP2(corr3d(x, y, ia::groups<2>, ia::pad<1>))), random<real<1, 2, 3, 3, 4>>(15, -1, 1), random<real<4, 1, 2, 2, 2>>(16, -1, 1));
}

// ---- constant kernels: a product of a column and a row slides twice, exactly where it has whole numbers ----

namespace {
template <std::size_t N, int Bend>
constexpr auto constant_kernel = [] {
  ia::tensor<float, N, N> k;
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t j = 0; j < N; ++j) k(i, j) = static_cast<float>((i + 1) * (N - i)) * (static_cast<float>(j) - 1);
  k(1, 2) += Bend;
  return k;
}();

template <std::size_t N, int Bend>
void compare_constant(bool separable) {
  constexpr auto plain = ia::compile([](auto x) { return ia::corr2d(x, constant_kernel<N, Bend>); });
  constexpr auto constant = ia::compile([](auto x, auto) {
    auto y = ia::corr2d(x, constant_kernel<N, Bend>, ia::stride<2, 1>, ia::pad<1>);
    return ia::outputs(y, ia::grad(ia::sum(ia::square(y)), x));
  });
  constexpr auto given = ia::compile([](auto x, auto k) {
    auto y = ia::corr2d(x, k, ia::stride<2, 1>, ia::pad<1>);
    return ia::outputs(y, ia::grad(ia::sum(ia::square(y)), x));
  });
  auto x = random<ia::tensor<float, 19, 23>>(30 + N, -4, 4);
  for (float& v : x) v = static_cast<float>(static_cast<int>(v));
  BOOST_TEST((ia::cost<plain, decltype(x)>.kernels == (separable ? 2 : 1)));
  BOOST_TEST((constant(x, constant_kernel<N, Bend>) == given(x, constant_kernel<N, Bend>)));
}
}  // namespace

BOOST_AUTO_TEST_CASE(separable_constants) {
  compare_constant<5, 0>(true);
  compare_constant<5, 1>(false);
  compare_constant<4, 0>(true);
  compare_constant<3, 0>(false);  // nine products are cheaper than a second pass
}

// ---- filters one after the other over large images, in bands of rows ----

namespace {
template <class X, std::size_t P, std::size_t Q>
float window(const X& x, const ia::tensor<float, P, Q>& k, std::size_t i, std::size_t j) {
  float sum = 0;
  for (std::size_t p = 0; p < P; ++p)
    for (std::size_t q = 0; q < Q; ++q) sum += x(i + p, j + q) * k(p, q);
  return sum;
}
constexpr ia::tensor<float, 3, 3> across{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}}, down{{-1, -2, -1}, {0, 0, 0}, {1, 2, 1}};
constexpr ia::tensor<float, 5, 5> smooth = constant_kernel<5, 0>;
constexpr auto smoothed = ia::compile([](auto x, auto z) { return ia::corr2d(x, smooth) + z; });
constexpr auto smoothed_at = [](const auto& x, const auto& z, std::size_t i, std::size_t j) { return window(x, smooth, i, j) + z(i, j); };
constexpr auto edges = ia::compile([](auto x, auto z) { return ia::square(ia::corr2d(x, across)) + ia::square(ia::corr2d(x, down)) - z; });
constexpr auto edges_at = [](const auto& x, const auto& z, std::size_t i, std::size_t j) {
  const float a = window(x, across, i, j), b = window(x, down, i, j);
  return a * a + b * b - z(i, j);
};

constexpr auto padded = ia::compile([](auto x, auto z) { return ia::corr2d(x, smooth, ia::pad<0, 2>) + z; });
constexpr auto padded_at = [](const auto& x, const auto& z, std::size_t i, std::size_t j) {
  float sum = z(i, j);
  for (std::size_t p = 0; p < 5; ++p)
    for (std::size_t q = 0; q < 5; ++q)
      if (j + q >= 2 && j + q < 602) sum += x(i + p, j + q - 2) * smooth(p, q);
  return sum;
};

/// In bands, or with a value of the whole image between the two filters.
template <auto Function, auto At, std::size_t H, std::size_t W, std::size_t R, std::size_t C>
void compare_bands(bool bands) {
  using result = ia::tensor<float, R, C>;
  const auto x = std::make_unique<ia::tensor<float, H, W>>();
  const auto z = std::make_unique<result>(), found = std::make_unique<result>();
  for (std::size_t i = 0; i < x->size(); ++i) x->data()[i] = static_cast<float>(i * 7 % 11) - 5;
  for (std::size_t i = 0; i < z->size(); ++i) z->data()[i] = static_cast<float>(i * 5 % 13) - 6;
  BOOST_TEST((ia::cost<Function, ia::tensor<float, H, W>, result>.workspace_bytes <= static_cast<std::ptrdiff_t>(10 * (W + 16) * sizeof(float))) == bands);
  Function.into(*found)(*x, *z);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < R; ++i)
    for (std::size_t j = 0; j < C; ++j) wrong += (*found)(i, j) != At(*x, *z, i, j);
  BOOST_TEST(wrong == 0u);
  Function.into(*z)(*x, *z);  // a result in the place of an argument: no row is read after it was written
  BOOST_TEST((*z == *found));
}
}  // namespace

namespace {
constexpr auto along_rows = ia::compile([](auto x, auto k) { return ia::corr2d(x, k); });

template <std::size_t W, std::size_t... K>
void compare_taps() {
  const auto one = []<std::size_t N>(std::integral_constant<std::size_t, N>) {
    ia::tensor<float, 3, W> x;
    ia::tensor<float, 1, N> k;
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i * i % 23) - 11;
    for (std::size_t i = 0; i < N; ++i) k(0, i) = static_cast<float>(i * i + 1);
    const auto found = along_rows(x, k);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j + N <= W; ++j) wrong += found(i, j) != window(x, k, i, j);
    BOOST_TEST(wrong == 0u);
  };
  (one(std::integral_constant<std::size_t, K>{}), ...);
}
}  // namespace

// Vectors of a tile lie across one another: each number of taps shifts by other lanes.
BOOST_AUTO_TEST_CASE(windows_along_the_lanes) {
  compare_taps<97, 2, 3, 5, 7>();
  compare_taps<330, 4, 6, 7>();
}

BOOST_AUTO_TEST_CASE(bands_of_rows) {
  compare_bands<smoothed, smoothed_at, 304, 600, 300, 596>(true);  // 30 bands
  compare_bands<smoothed, smoothed_at, 309, 600, 305, 596>(true);  // the last one makes five rows again
  compare_bands<edges, edges_at, 241, 601, 239, 599>(true);
  compare_bands<smoothed, smoothed_at, 100, 60, 96, 56>(false);  // small enough
  compare_bands<padded, padded_at, 304, 600, 300, 600>(false);  // a border
}

// ---- gradients to an input of many channels, for a few of them at a time ----

namespace {
template <std::size_t S>
constexpr auto to_input = ia::compile([](auto x, auto k, auto g) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::stride<S>, ia::pad<1>) * g), x) + 2 * x; });

/// In slices, so that all that is kept is less than the columns of all channels, or with those.
template <class T, std::size_t C, std::size_t O, std::size_t H, std::size_t W, std::size_t S>
void compare_slices(bool slices) {
  constexpr std::size_t P = (H - 1) / S + 1, Q = (W - 1) / S + 1;
  using image = ia::tensor<T, 1, C, H, W>;
  using result = ia::tensor<T, 1, O, P, Q>;
  const auto x = std::make_unique<image>(), found = std::make_unique<image>();
  const auto k = std::make_unique<ia::tensor<T, O, C, 3, 3>>();
  const auto g = std::make_unique<result>();
  for (std::size_t i = 0; i < x->size(); ++i) x->data()[i] = static_cast<T>(i * 7 % 11) - 5;
  for (std::size_t i = 0; i < k->size(); ++i) k->data()[i] = static_cast<T>(i * i % 13) - 6;
  for (std::size_t i = 0; i < g->size(); ++i) g->data()[i] = static_cast<T>(i * 3 % 7) - 3;
  constexpr auto bytes = static_cast<std::ptrdiff_t>(C * 9 * P * Q * sizeof(T));
  BOOST_TEST((ia::cost<to_input<S>, image, ia::tensor<T, O, C, 3, 3>, result>.workspace_bytes < bytes) == slices);
  to_input<S>.into(*found)(*x, *k, *g);

  reference::correlation f;
  f.in_channels = C, f.out_channels = O;
  f.in[1] = H, f.in[2] = W, f.out[1] = P, f.out[2] = Q;
  for (int d : {1, 2}) f.kernel[d] = 3, f.stride[d] = S, f.pad[d] = 1;
  const std::vector<T> bias(O);
  const std::vector<double> expected = reference::naive_correlation(f, x->data(), k->data(), bias.data(), g->data()).dx;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) wrong += found->data()[i] != expected[i] + 2.0 * x->data()[i];
  BOOST_TEST(wrong == 0u);
  if constexpr (std::is_same_v<image, result>) {  // a result in the place of an argument: each slice reads all of it
    to_input<S>.into(*g)(*x, *k, *g);
    BOOST_TEST((*g == *found));
  }
}
}  // namespace

BOOST_AUTO_TEST_CASE(slices_of_channels) {
  compare_slices<float, 192, 192, 13, 13, 1>(true);
  compare_slices<float, 64, 64, 44, 45, 2>(true);  // an odd width: the residues have more columns than the image
  compare_slices<double, 64, 40, 32, 34, 2>(true);
  compare_slices<float, 72, 32, 44, 44, 3>(false);  // small enough
}

// Gradients to the input, whose weights are rows of pages.
namespace {

template <std::size_t Stride, std::size_t Pad>
constexpr auto pages_to_input = ia::compile([](auto x, auto k, auto g) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::stride<Stride>, ia::pad<Pad>) * g), x); });

/// Wrong elements of the gradient, for results with sides of `Side` pixels.
template <std::size_t Channels, std::size_t Outputs, std::size_t Side, std::size_t Stride = 1, std::size_t Kernel = 1, std::size_t Pad = Kernel / 2>
std::size_t wrong_from_pages() {
  using image = ia::tensor<float, 1, Channels, Side * Stride, Side * Stride>;
  using kernel = ia::tensor<float, Outputs, Channels, Kernel, Kernel>;
  using result = ia::tensor<float, 1, Outputs, Side, Side>;
  const auto x = std::make_unique<image>(), found = std::make_unique<image>(), wanted = std::make_unique<image>();
  const auto k = std::make_unique<kernel>();
  const auto g = std::make_unique<result>();
  for (std::size_t i = 0; i < k->size(); ++i) k->data()[i] = static_cast<float>(i * i % 13) - 6;
  for (std::size_t i = 0; i < g->size(); ++i) g->data()[i] = static_cast<float>(i * 3 % 7) - 3;
  pages_to_input<Stride, Pad>.into(*found)(*x, *k, *g);
  for (std::size_t o = 0; o < Outputs; ++o)
    for (std::size_t c = 0; c < Channels; ++c)
      for (std::size_t i = 0; i < Side * Side * Kernel * Kernel; ++i) {
        const std::size_t a = i / Kernel % Kernel, b = i % Kernel, p = i / Kernel / Kernel / Side, q = i / Kernel / Kernel % Side;
        const std::size_t row = Stride * p + a - Pad, column = Stride * q + b - Pad;  // beyond all sizes where they are negative
        if (row < Side * Stride && column < Side * Stride) (*wanted)(0, c, row, column) += (*k)(o, c, a, b) * (*g)(0, o, p, q);
      }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < found->size(); ++i) wrong += found->data()[i] != wanted->data()[i];
  return wrong;
}
/// Bytes of workspace for one of them.
template <std::size_t Channels, std::size_t Outputs, std::size_t Side>
constexpr std::ptrdiff_t workspace_from_pages =
    ia::cost<pages_to_input<1, 0>, ia::tensor<float, 1, Channels, Side, Side>, ia::tensor<float, Outputs, Channels, 1, 1>, ia::tensor<float, 1, Outputs, Side, Side>>.workspace_bytes;

}  // namespace

// Copied into panels in blocks of rows.
BOOST_AUTO_TEST_CASE(panels_of_pages) {
  BOOST_TEST((workspace_from_pages<1024, 72, 8>) >= std::ptrdiff_t{72 * 1024 * 4});
  BOOST_TEST((wrong_from_pages<1024, 72, 8>()) == 0u);
}

// Read as they are, in parts of rows that are summed one after the other; widths that tiles do not divide too.
BOOST_AUTO_TEST_CASE(parts_of_pages) {
  BOOST_TEST((workspace_from_pages<1024, 256, 7>) < std::ptrdiff_t{256 * 1024 * 4});
  BOOST_TEST((wrong_from_pages<1024, 256, 7>()) == 0u);
  BOOST_TEST((wrong_from_pages<528, 384, 6>()) == 0u);
  BOOST_TEST((wrong_from_pages<528, 384, 6, 2>()) == 0u);
  BOOST_TEST((wrong_from_pages<512, 128, 11>()) == 0u);
  BOOST_TEST((wrong_from_pages<72, 256, 7, 1, 3>()) == 0u);
  BOOST_TEST((wrong_from_pages<72, 256, 7, 2, 3>()) == 0u);
}

// Windows side by side: one product, its columns in another order; not where they leave a row between them.
BOOST_AUTO_TEST_CASE(patches) {
  constexpr int kernels = ia::cost<pages_to_input<16, 0>, ia::tensor<float, 1, 3, 224, 224>, ia::tensor<float, 768, 3, 16, 16>, ia::tensor<float, 1, 768, 14, 14>>.kernels;
  BOOST_TEST(kernels <= 2);
  BOOST_TEST((wrong_from_pages<3, 768, 14, 16, 16, 0>()) == 0u);
  BOOST_TEST((wrong_from_pages<3, 384, 7, 4, 4, 0>()) == 0u);
  BOOST_TEST((wrong_from_pages<96, 192, 14, 2, 2, 0>()) == 0u);
  BOOST_TEST((wrong_from_pages<64, 192, 7, 3, 2, 0>()) == 0u);
}
