// SPDX-License-Identifier: Apache-2.0
// ResNet-18 in one prepared call; `prepare` folds the batch norms into the weights.
#include "../cases/resnet18.hpp"
#include "contender.hpp"

namespace bench {
namespace {

/// `Options`: of its 3x3 layers of stride 1.
template <std::size_t In, std::size_t Out, std::size_t Kernel, std::size_t Stride, auto... Options>
struct conv_norm {
  using conv_type = ia::nn::conv2d<In, Out, Kernel, ia::pad<Kernel / 2>, ia::stride<Stride>, ia::no_bias, Options...>;
  using norm_type = ia::nn::batch_norm<Out>;
  BOOST_HANA_DEFINE_STRUCT(conv_norm, (conv_type, conv), (norm_type, norm));
  constexpr auto operator()(auto x) const { return norm(conv(x)); }
};

template <std::size_t C, auto... Options>
struct block {
  using layer = conv_norm<C, C, 3, 1, Options...>;
  BOOST_HANA_DEFINE_STRUCT(block, (layer, first), (layer, second));
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x))) + x); }
};
template <std::size_t In, std::size_t Out, auto... Options>
struct narrowing_block {
  using first_type = conv_norm<In, Out, 3, 2>;
  using second_type = conv_norm<Out, Out, 3, 1, Options...>;
  using shortcut_type = conv_norm<In, Out, 1, 2>;
  BOOST_HANA_DEFINE_STRUCT(narrowing_block, (first_type, first), (second_type, second), (shortcut_type, shortcut));
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x))) + shortcut(x)); }
};

template <auto... Options>
struct resnet18 {
  using stem_type = conv_norm<3, 64, 7, 2>;
  template <std::size_t C>
  using wide = block<C, Options...>;
  using narrow3 = narrowing_block<64, 128, Options...>;
  using narrow5 = narrowing_block<128, 256, Options...>;
  using narrow7 = narrowing_block<256, 512, Options...>;
  using last_type = ia::nn::linear<512, classes>;
  BOOST_HANA_DEFINE_STRUCT(resnet18, (stem_type, stem), (wide<64>, block1), (wide<64>, block2), (narrow3, block3), (wide<128>, block4), (narrow5, block5), (wide<256>, block6), (narrow7, block7), (wide<512>, block8), (last_type, last));
  constexpr auto operator()(auto x) const {
    auto h = ia::max_pool<3>(ia::relu(stem(x)), ia::stride<2>, ia::pad<1>);
    auto g = block8(block7(block6(block5(block4(block3(block2(block1(h))))))));
    return last(ia::flatten(ia::global_avg_pool(g)));
  }
};

template <class Net>
void offer(registry& r, const char* name) {
  r.offer(me, name, [](const arrays& a) {
    ia::weights<Net> theta;
    // operand 0 is the image; each layer has weight, gamma, beta, mean, variance; the last layer weight and bias
    std::size_t p = 0, b = 0;
    ia::for_each_parameter(theta, [&](auto, auto v) { std::copy_n(a.in[1 + p / 3 * 5 + p % 3], v.size(), v.data()), ++p; });
    ia::for_each_buffer(theta, [&](auto, auto v) { std::copy_n(a.in[1 + b / 2 * 5 + 3 + b % 2], v.size(), v.data()), ++b; });
    return repeat([ready = ia::prepare(apply, theta), x = ia::view<const float, 1, 3, 224, 224>(a.in[0]), y = ia::view<float, 1, classes>(a.out[0])]() mutable { ready.into(y)(x); });
  });
}

}  // namespace

void resnet18_of_intarsia(registry& r) {
  offer<resnet18<>>(r, resnet18_name);
  offer<resnet18<ia::winograd>>(r, resnet18_winograd_name);
}

}  // namespace bench
