// SPDX-License-Identifier: Apache-2.0
// ResNet-18 in one prepared call; `prepare` folds the batch norms into the weights.
#include "../cases/resnet18.hpp"
#include "contender.hpp"

namespace bench {
namespace {

template <std::size_t In, std::size_t Out, std::size_t Kernel, std::size_t Stride>
struct conv_norm {
  using conv_type = ia::nn::conv2d<In, Out, Kernel, ia::pad<Kernel / 2>, ia::stride<Stride>, ia::no_bias>;
  using norm_type = ia::nn::batch_norm<Out>;
  BOOST_HANA_DEFINE_STRUCT(conv_norm, (conv_type, conv), (norm_type, norm));
  constexpr auto operator()(auto x) const { return norm(conv(x)); }
};

template <std::size_t C>
struct block {
  using layer = conv_norm<C, C, 3, 1>;
  BOOST_HANA_DEFINE_STRUCT(block, (layer, first), (layer, second));
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x))) + x); }
};
template <std::size_t In, std::size_t Out>
struct narrowing_block {
  using first_type = conv_norm<In, Out, 3, 2>;
  using second_type = conv_norm<Out, Out, 3, 1>;
  using shortcut_type = conv_norm<In, Out, 1, 2>;
  BOOST_HANA_DEFINE_STRUCT(narrowing_block, (first_type, first), (second_type, second), (shortcut_type, shortcut));
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x))) + shortcut(x)); }
};

struct resnet18 {
  conv_norm<3, 64, 7, 2> stem;
  block<64> block1, block2;
  narrowing_block<64, 128> block3;
  block<128> block4;
  narrowing_block<128, 256> block5;
  block<256> block6;
  narrowing_block<256, 512> block7;
  block<512> block8;
  ia::nn::linear<512, classes> last;
  constexpr auto operator()(auto x) const {
    auto h = ia::max_pool<3>(ia::relu(stem(x)), ia::stride<2>, ia::pad<1>);
    auto g = block8(block7(block6(block5(block4(block3(block2(block1(h))))))));
    return last(ia::flatten(ia::global_avg_pool(g)));
  }
};

}  // namespace
}  // namespace bench

BOOST_HANA_ADAPT_STRUCT(bench::resnet18, stem, block1, block2, block3, block4, block5, block6, block7, block8, last);

namespace bench {

void resnet18_of_intarsia(registry& r) {
  r.offer(me, resnet18_name, [](const arrays& a) {
    ia::weights<resnet18> theta;
    // operand 0 is the image; each layer has weight, gamma, beta, mean, variance; the last layer weight and bias
    std::size_t p = 0, b = 0;
    ia::for_each_parameter(theta, [&](auto, auto v) { std::copy_n(a.in[1 + p / 3 * 5 + p % 3], v.size(), v.data()), ++p; });
    ia::for_each_buffer(theta, [&](auto, auto v) { std::copy_n(a.in[1 + b / 2 * 5 + 3 + b % 2], v.size(), v.data()), ++b; });
    return repeat([ready = ia::prepare(apply, theta), x = ia::view<const float, 1, 3, 224, 224>(a.in[0]), y = ia::view<float, 1, classes>(a.out[0])]() mutable { ready.into(y)(x); });
  });
}

}  // namespace bench
