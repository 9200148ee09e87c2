// SPDX-License-Identifier: Apache-2.0
// The functions whose binaries the tool is tested on: the kernel that is learnt, a convolution with a border, the same in Winograd's
// tiles, a training step, a prepared model, one name for two sets of types, and one without a name.
#pragma once

#include <intarsia/intarsia.hpp>

namespace functions {

namespace ia = intarsia;

inline constexpr auto learn = ia::compile<"learn">([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});
using image = ia::tensor<float, 6, 8>;
using kernel = ia::tensor<float, 1, 2>;
using edges = ia::tensor<float, 6, 7>;

inline constexpr auto convolve = ia::compile<"convolve">([](auto x, auto k) { return ia::relu(ia::named<"sum">(ia::corr2d(x, k, ia::pad<1>))); });
using planes = ia::tensor<float, 1, 16, 28, 28>;
using filters = ia::tensor<float, 32, 16, 3, 3>;
inline constexpr auto convolve_in_tiles = ia::compile<"convolve_in_tiles">([](auto x, auto k) { return ia::corr2d(x, k, ia::pad<1>, ia::winograd_tile<2>); });

struct classifier {
  ia::nn::linear<48, 40> hidden;
  ia::nn::linear<40, 10> out;
  constexpr auto operator()(auto x) const { return out(ia::relu(hidden(x))); }
};

inline constexpr auto train = ia::compile<"train">([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});
using batch = ia::tensor<float, 32, 48>;
using labels = ia::tensor<int, 32>;

inline constexpr auto infer = ia::compile<"infer">([](auto model, auto x) { return ia::argmax<1>(model(x)); });

inline constexpr ia::tensor<float, 3> taps{1, 2, 1};
inline constexpr auto smooth = ia::compile<"smooth">([](auto x) { return ia::corr1d(x, taps); });

inline constexpr auto nameless = ia::compile([](auto x) { return ia::sum(ia::exp(x)); });

}  // namespace functions

BOOST_HANA_ADAPT_STRUCT(functions::classifier, hidden, out);
