// SPDX-License-Identifier: Apache-2.0
// A graph of more than 2,000 nodes, layers of many kinds with the gradient to all of their weights: traced,
// differentiated, simplified, fused and planned while this unit compiles; no kernel is made.
#include <intarsia/intarsia.hpp>

#include <array>

namespace ia = intarsia;

struct block {
  ia::nn::layer_norm<32> norm;
  ia::nn::linear<32, 64> wide;
  ia::nn::linear<64, 32> back;
  constexpr auto operator()(auto x) const { return x + back(ia::gelu(wide(norm(x)))); }
};
struct net {
  std::array<block, 28> blocks;
  constexpr auto operator()(auto x) const {
    for (const block& b : blocks) x = b(x);
    return x;
  }
};
BOOST_HANA_ADAPT_STRUCT(block, norm, wide, back);
BOOST_HANA_ADAPT_STRUCT(net, blocks);

namespace {
constexpr auto gradient = ia::compile([](auto model, auto x) { return ia::grad(ia::sum(ia::square(model(x))), model); });
struct one_machine {
  static constexpr ia::plan::machine machine{32, 16};
};
using program = ia::compilation<decltype(gradient)::instance<ia::weights<net>, ia::tensor<float, 4, 32>>::trace, one_machine>;
static_assert(program::simplified::view().size() > 2000);
static_assert(program::groups <= 554);
static_assert(program::workspace_bytes <= 132352);
}  // namespace
