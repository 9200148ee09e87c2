// SPDX-License-Identifier: Apache-2.0
// The kernels of the examples, whose instructions are looked at: the correlation, LeNet's two convolutions, a convolution and its
// gradients, layers with more weights than image, a layer's learning step, pointwise functions.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

constexpr auto corr2d = ia::compile<"corr2d">([](auto x, auto k) { return ia::corr2d(x, k); });
constexpr auto conv1 = ia::compile<"conv1">([](auto x, auto k) { return ia::relu(ia::corr2d(x, k, ia::pad<2>)); });
constexpr auto conv2 = ia::compile<"conv2">([](auto x, auto k) { return ia::relu(ia::corr2d(x, k)); });
constexpr auto to_input = ia::compile<"to_input">([](auto x, auto k, auto dy) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::pad<1>) * dy), x); });
constexpr auto to_kernel = ia::compile<"to_kernel">([](auto x, auto k, auto dy) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::pad<1>) * dy), k); });
constexpr auto deep = ia::compile<"deep">([](auto x, auto k) { return ia::corr2d(x, k); });
constexpr auto deep_to_input = ia::compile<"deep_to_input">([](auto x, auto k, auto dy) { return ia::grad(ia::sum(ia::corr2d(x, k, ia::pad<1>) * dy), x); });
constexpr auto learn = ia::compile<"learn">([](auto w, auto x, auto y) { return ia::assign(w, w - 0.1f * ia::grad(ia::mse(ia::matmul(x, w), y), w)); });
constexpr auto scale = ia::compile<"scale">([](auto x, auto w, auto b) { return ia::relu(x * w + b); });
constexpr auto activate = ia::compile<"activate">([](auto x) { return ia::sigmoid(x); });

template <std::size_t... Extents>
using tensor = ia::tensor<float, Extents...>;
constexpr std::size_t batch = 80;  // as examples/05_lenet_mnist.cpp has it

void run_corr2d(const tensor<128, 128>& x, const tensor<3, 3>& k, tensor<126, 126>& y) { corr2d.into(y)(x, k); }
void run_conv1(const tensor<batch, 1, 28, 28>& x, const tensor<6, 1, 5, 5>& k, tensor<batch, 6, 28, 28>& y) { conv1.into(y)(x, k); }
void run_conv2(const tensor<batch, 6, 14, 14>& x, const tensor<16, 6, 5, 5>& k, tensor<batch, 16, 10, 10>& y) { conv2.into(y)(x, k); }
using images = tensor<1, 32, 28, 28>;
using kernels = tensor<32, 32, 3, 3>;
void run_to_input(const images& x, const kernels& k, const images& dy, images& dx) { to_input.into(dx)(x, k, dy); }
void run_to_kernel(const images& x, const kernels& k, const images& dy, kernels& dk) { to_kernel.into(dk)(x, k, dy); }
void run_deep(const tensor<1, 512, 7, 7>& x, const tensor<1024, 512, 1, 1>& k, tensor<1, 1024, 7, 7>& y) { deep.into(y)(x, k); }
using deep_images = tensor<1, 256, 7, 7>;
void run_deep_to_input(const deep_images& x, const tensor<256, 256, 3, 3>& k, const deep_images& dy, deep_images& dx) { deep_to_input.into(dx)(x, k, dy); }
void run_learn(tensor<120, 84>& w, const tensor<batch, 120>& x, const tensor<batch, 84>& y) { learn(w, x, y); }
void run_scale(const tensor<64, 100>& x, const tensor<64, 100>& w, const tensor<64, 100>& b, tensor<64, 100>& y) { scale.into(y)(x, w, b); }
void run_activate(const tensor<64, 100>& x, tensor<64, 100>& y) { activate.into(y)(x); }
