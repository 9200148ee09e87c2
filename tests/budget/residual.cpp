// SPDX-License-Identifier: Apache-2.0
// 32 residual blocks with the gradient to all of their weights: traced, differentiated, simplified, fused and planned
// while this unit compiles, for one fixed machine; no kernel is made.
#include <intarsia/intarsia.hpp>

#include <array>

namespace ia = intarsia;

struct block {
  ia::nn::conv2d<16, 16, 3, ia::pad<1>> first, second;
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x))) + x); }
};
struct net {
  std::array<block, 32> blocks;
  constexpr auto operator()(auto x) const {
    for (const block& b : blocks) x = b(x);
    return x;
  }
};
BOOST_HANA_ADAPT_STRUCT(block, first, second);
BOOST_HANA_ADAPT_STRUCT(net, blocks);

namespace {
constexpr auto gradient = ia::compile([](auto model, auto x) { return ia::grad(ia::sum(ia::square(model(x))), model); });
struct one_machine {
  static constexpr ia::plan::machine machine{32, 16};
};
using program = ia::compilation<decltype(gradient)::instance<ia::weights<net>, ia::tensor<float, 1, 16, 16, 16>>::trace, one_machine>;
static_assert(program::groups <= 320);
static_assert(program::workspace_bytes <= 1418752);
}  // namespace
