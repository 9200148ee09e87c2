// SPDX-License-Identifier: Apache-2.0
// Convolutions whose operands, or parts of whose gradients, are read without a copy with a border: depthwise ones, and those
// with more weights than image. Bit for bit as the oracle's on whole numbers. Around each operand lies NaN, so that reading a
// neighbour would be seen.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <limits>
#include <vector>

#include "../reference/naive_correlation.hpp"

namespace {

namespace ia = intarsia;

/// Whole numbers amid NaN.
template <class T>
class amid_nan {
 public:
  explicit amid_nan(long size, int seed = 0) : all_(static_cast<std::size_t>(size + 2 * room), std::numeric_limits<T>::quiet_NaN()) {
    for (long i = 0; i < size; ++i) data()[i] = static_cast<T>((i * 7 + i / 5 + seed) % 9 - 4);
  }
  T* data() { return all_.data() + room; }

 private:
  static constexpr long room = 512;
  std::vector<T> all_;
};

template <class T>
void compare(const char* what, T* got, const std::vector<double>& expected) {
  long different = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) different += static_cast<double>(got[i]) != expected[i];
  BOOST_TEST(different == 0, what << ": " << different << " of " << expected.size() << " differ");
  const bool outside = got[-1] == got[-1] || got[expected.size()] == got[expected.size()];
  BOOST_TEST(!outside, what << ": written outside");
}

/// Forward and both gradients of a two-dimensional convolution.
template <class T, std::size_t N, std::size_t C, std::size_t Out, std::size_t Groups, std::size_t H, std::size_t W, std::size_t K, class... Options>
void check_groups(reference::correlation f, Options...) {
  constexpr auto all = ia::compile([](auto x, auto k, auto g) {
    auto y = ia::corr2d(x, k, Options{}..., ia::groups<Groups>);
    auto s = ia::sum(y * g);
    return ia::outputs(y, ia::grad(s, x), ia::grad(s, k));
  });
  using image = ia::tensor<T, N, C, H, W>;
  using kernel = ia::tensor<T, Out, C / Groups, K, K>;
  using result = decltype(ia::corr2d(std::declval<image&>(), std::declval<kernel&>(), Options{}..., ia::groups<Groups>));
  f.batch = N, f.groups = Groups, f.in_channels = C, f.out_channels = Out;
  f.in[1] = H, f.in[2] = W, f.kernel[1] = f.kernel[2] = K;
  f.out[1] = result::shape_value[2], f.out[2] = result::shape_value[3];
  amid_nan<T> x(f.in_size(), 1), k(f.kernel_size(), 2), g(f.out_size(), 3), y(f.out_size()), dx(f.in_size()), dk(f.kernel_size());
  const std::vector<T> bias(Out);
  const reference::correlation_results expected = reference::naive_correlation(f, x.data(), k.data(), bias.data(), g.data());
  const ia::view<const T, N, C, H, W> image_view(x.data());
  const ia::view<const T, Out, C / Groups, K, K> kernel_view(k.data());
  const ia::view<const T, N, Out, result::shape_value[2], result::shape_value[3]> gradient_view(g.data());
  ia::view<T, N, Out, result::shape_value[2], result::shape_value[3]> to_y(y.data());
  ia::view<T, N, C, H, W> to_dx(dx.data());
  ia::view<T, Out, C / Groups, K, K> to_dk(dk.data());
  all.into(to_y, to_dx, to_dk)(image_view, kernel_view, gradient_view);
  compare("forward", y.data(), expected.y);
  compare("to input", dx.data(), expected.dx);
  compare("to kernel", dk.data(), expected.dk);
}

template <class T, std::size_t N, std::size_t C, std::size_t H, std::size_t W, std::size_t K, class... Options>
void check_depthwise(reference::correlation f, Options... options) {
  check_groups<T, N, C, C, C, H, W, K>(f, options...);
}
template <std::size_t N, std::size_t C, std::size_t Out, std::size_t H, std::size_t W, std::size_t K, class... Options>
void check_dense(reference::correlation f, Options... options) {
  check_groups<float, N, C, Out, 1, H, W, K>(f, options...);
}

constexpr reference::correlation with(long stride0, long stride1, long dilation, long pad0, long pad1) {
  reference::correlation f;
  f.stride[1] = stride0, f.stride[2] = stride1;
  f.dilation[1] = f.dilation[2] = dilation;
  f.pad[1] = pad0, f.pad[2] = pad1;
  return f;
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_of_one) {
  check_depthwise<float, 1, 2, 37, 70, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
  check_depthwise<float, 2, 45, 7, 7, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
  // rows of few pixels, all in one tile or not
  check_depthwise<float, 1, 9, 6, 5, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
  check_depthwise<float, 1, 6, 17, 6, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
  check_depthwise<float, 1, 5, 7, 14, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
  check_depthwise<float, 1, 4, 6, 3, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
}
BOOST_AUTO_TEST_CASE(steps_of_two) {
  check_depthwise<float, 1, 5, 30, 56, 3>(with(2, 2, 1, 1, 1), ia::pad<1>, ia::stride<2>);
  check_depthwise<float, 1, 5, 29, 31, 3>(with(2, 2, 1, 1, 1), ia::pad<1>, ia::stride<2>);
  check_depthwise<float, 1, 9, 14, 13, 3>(with(2, 2, 1, 1, 1), ia::pad<1>, ia::stride<2>);
  check_depthwise<float, 1, 3, 11, 17, 5>(with(2, 2, 1, 2, 2), ia::pad<2>, ia::stride<2>);
  check_depthwise<float, 1, 2, 72, 72, 5>(with(2, 2, 1, 2, 2), ia::pad<2>, ia::stride<2>);
  // rows and columns that no window reaches
  check_depthwise<float, 1, 3, 21, 21, 5>(with(2, 2, 1, 1, 1), ia::pad_sides<1, -1, 1, -1>, ia::stride<2>);
}
BOOST_AUTO_TEST_CASE(wide_borders_and_gaps) {
  check_depthwise<float, 1, 5, 29, 34, 3>(with(1, 1, 2, 3, 1), ia::pad_sides<3, 0, 1, 4>, ia::dilation<2>);
  check_depthwise<double, 1, 3, 40, 43, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
}
// To the input these are sums of columns, to the kernel products with them (other strides and dilations: tests/laws).
BOOST_AUTO_TEST_CASE(more_weights_than_image) {
  check_dense<1, 96, 128, 7, 6, 3>(with(1, 1, 1, 1, 1), ia::pad<1>);
}
BOOST_AUTO_TEST_CASE(strides_that_make_zeros) {
  check_dense<1, 128, 128, 9, 12, 3>(with(2, 2, 1, 1, 1), ia::pad<1>, ia::stride<2>);
  check_dense<1, 3, 64, 42, 45, 7>(with(2, 2, 1, 3, 3), ia::pad<3>, ia::stride<2>);
}
// Borders higher than the window, so that results are of nothing but zeros.
BOOST_AUTO_TEST_CASE(windows_beyond_the_border) {
  check_dense<1, 8, 32, 9, 12, 3>(with(1, 1, 1, 5, 1), ia::pad_sides<5, 0, 1, 4>);
  check_dense<2, 6, 16, 10, 10, 5>(with(1, 1, 2, 4, 4), ia::pad<4>, ia::dilation<2>);
}

namespace {
constexpr auto every_second(const auto& z) { return ia::slice<3, 0, 32, 2>(ia::slice<2, 0, 10, 2>(ia::zero_pad(z, ia::pad_sides<1, 1, 3, 3>))); }
}  // namespace

// What is added to a sum over every second element may be every second element as well, of which some do not exist.
BOOST_AUTO_TEST_CASE(every_second_element_beside_a_sum) {
  constexpr auto sum = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::pad<1>, ia::stride<2>, ia::groups<3>); });
  constexpr auto both = ia::compile([](auto x, auto k, auto z) { return ia::corr2d(x, k, ia::pad<1>, ia::stride<2>, ia::groups<3>) + every_second(z); });
  ia::tensor<float, 1, 3, 10, 32> x;
  ia::tensor<float, 3, 1, 3, 3> k;
  ia::tensor<float, 1, 3, 8, 26> z;
  int n = 0;
  for (float& e : x) e = static_cast<float>(n++ % 7);
  for (float& e : k) e = static_cast<float>(n++ % 5);
  for (float& e : z) e = static_cast<float>(n++ % 11);
  const ia::tensor<float, 1, 3, 5, 16> added = every_second(z);
  BOOST_TEST((both(x, k, z) == ia::evaluate(sum(x, k) + added)));
}
