// SPDX-License-Identifier: Apache-2.0
// Misuse inside models: the message names the layer, and does not grow with the depth of the model.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

template <int Wrong>
struct net {
  using first = ia::nn::conv2d<1, 6, 5>;
  using second = ia::nn::conv2d<Wrong == 1 ? 7 : 6, 16, 5>;
  using normal = ia::nn::batch_norm<Wrong == 2 ? 8 : 16>;
  using dense = ia::nn::linear<Wrong == 3 ? 128 : 256, 10>;
  BOOST_HANA_DEFINE_STRUCT(net, (first, conv1), (second, conv2), (normal, norm), (dense, fc));
  constexpr auto operator()(auto x) const {
    auto h = ia::max_pool<2>(ia::relu(conv1(x)));
    auto g = ia::max_pool<Wrong == 4 ? 9 : 2>(ia::relu(norm(conv2(h))));
    return fc(ia::flatten(g));
  }
};
struct block {
  ia::nn::conv2d<4, 4, 3, ia::pad<1>> conv1;
  ia::nn::conv2d<4, 4, 3, ia::pad<1>> conv2;
  constexpr auto operator()(auto x) const { return ia::relu(conv2(ia::relu(conv1(x))) + x); }
};
BOOST_HANA_ADAPT_STRUCT(block, conv1, conv2);
template <int Channels>
struct deep {
  using ten = std::array<block, 10>;
  using projection = ia::nn::conv2d<Channels, 2, 1>;
  BOOST_HANA_DEFINE_STRUCT(deep, (ten, blocks), (projection, last));
  constexpr auto operator()(auto x) const {
    auto h = x;
    for (const block& b : blocks) h = b(h);
    return last(h);
  }
};

inline ia::tensor<float, 2, 1, 28, 28> images;
inline ia::tensor<float, 2, 4, 8, 8> features;
inline ia::tensor<double, 2, 1, 28, 28> doubles;
inline ia::tensor<std::int32_t, 2> labels;
inline ia::tensor<std::int32_t, 3> three_labels;
constexpr auto infer = ia::compile<"infer">([](auto model, auto x) { return model(x); });
constexpr auto train = ia::compile<"train">([](auto model, auto x, auto label) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - 0.1f * ia::grad(loss, model)));
});
constexpr auto shrink = ia::compile<"shrink">([](auto model, auto x) { return ia::assign(model, model * x); });
inline ia::weights<net<0>> theta;
inline const ia::weights<net<0>> frozen;
inline ia::weights<net<1>> wrong_channels;
inline ia::weights<net<2>> wrong_norm;
inline ia::weights<net<3>> wrong_linear;
inline ia::weights<net<4>> wrong_pool;
inline ia::weights<deep<4>> deep_theta;
inline ia::weights<deep<5>> deep_wrong;
inline ia::tensor<float, 3> vector3;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = infer(wrong_channels, images);  // error 1: [channels] corr2d; axis 1: got 7, wanted 6; at conv2.weight; [2, 6, 12, 12] and [16, 7, 5, 5]
#elif !INTARSIA_CASE
  auto y = infer(theta, images);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = infer(wrong_norm, images);  // error 2: [channels] batch_norm; axis 1: got 16, wanted 8; at norm.weight
#elif !INTARSIA_CASE
  auto y = infer(theta, images);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = infer(wrong_linear, images);  // error 3: [weight] linear; axis 1: got 256, wanted 128; at fc.weight; [2, 256] and [10, 128]
#elif !INTARSIA_CASE
  auto y = infer(theta, images);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = infer(wrong_pool, images);  // error 4: [window] max_pool; axis 2: got 9, wanted at most 8; after norm.
#elif !INTARSIA_CASE
  auto y = infer(theta, images);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  float loss = train(wrong_linear, images, labels);  // error 5: [weight] linear; axis 1: got 256, wanted 128; at fc.weight
#elif !INTARSIA_CASE
  float loss = train(theta, images, labels);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  float loss = train(theta, images, three_labels);  // error 6: [labels] cross_entropy; axis 0: got 3, wanted 2; after fc.bias
#elif !INTARSIA_CASE
  float loss = train(theta, images, labels);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = infer(deep_wrong, features);  // error 7: [channels] corr2d; axis 1: got 5, wanted 4; at last.weight
#elif !INTARSIA_CASE
  auto y = infer(deep_theta, features);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = infer(theta, doubles);  // error 8: [element_type] corr2d; got float, wanted double; at conv1.weight
#elif !INTARSIA_CASE
  auto y = infer(theta, images);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  float loss = train(frozen, images, labels);  // error 9: [assign_target] train; argument 1
#elif !INTARSIA_CASE
  float loss = train(theta, images, labels);
#endif
}

void case_10() {
#if INTARSIA_CASE == 10
  shrink(theta, vector3);  // error 10: [broadcast] operator*; at conv1.weight
#elif !INTARSIA_CASE
  shrink(theta, 0.5f);
#endif
}

void case_11() {
#if INTARSIA_CASE == 11
  auto ready = ia::prepare(infer, wrong_channels); ready(images);  // error 11: [channels] corr2d; axis 1: got 7, wanted 6; at conv2.weight
#elif !INTARSIA_CASE
  auto ready = ia::prepare(infer, theta);
  ready(images);
#endif
}
