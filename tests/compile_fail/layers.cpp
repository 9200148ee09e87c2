// SPDX-License-Identifier: Apache-2.0
// Layers: called with tensors, called with too many values, with options of others.
// lines: 12
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct net {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
BOOST_HANA_ADAPT_STRUCT(net, fc);
struct reuses {
  ia::nn::linear<4, 5> fc1;
  ia::nn::linear<5, 3> fc2;
  constexpr auto operator()(auto x) const {
    x = fc1(x);
    return fc2(x);
  }
};
BOOST_HANA_ADAPT_STRUCT(reuses, fc1, fc2);

inline ia::tensor<float, 2, 4> rows;
inline ia::tensor<double, 2, 4> double_rows;
inline ia::tensor<float, 1, 2, 8, 8> images;
constexpr auto apply = ia::compile<"apply">([](auto model, auto x) { return model(x); });
constexpr auto apply_twice = ia::compile<"apply_twice">([](auto model, auto x) { return model(x, x); });
template <class Model>
inline ia::weights<Model> theta;

void case_1() {
#if INTARSIA_CASE == 1
  ia::nn::linear<4, 3> layer; auto y = layer(rows);  // error 1: [function] linear; only inside ia::compile(...)
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::linear<4, 3>>, rows);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  ia::nn::conv2d<2, 6, 3> layer; auto y = layer(images + 1);  // error 2: [function] conv2d
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::conv2d<2, 6, 3>>, images);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = apply_twice(theta<net>, rows);  // error 3: [parameters] operator(); got 2 arguments
#elif !INTARSIA_CASE
  auto y = apply(theta<net>, rows);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = apply(theta<reuses>, rows);  // error 4: [weight] linear; axis 1: got 4, wanted 5; at fc2.weight
#elif !INTARSIA_CASE
  auto y = apply(theta<net>, rows);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = apply(theta<ia::nn::layer_norm<4, 2>>, rows);  // error 5: [option] layer_norm
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::layer_norm<4>>, rows);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = apply(theta<ia::nn::batch_norm<4, ia::no_bias>>, rows);  // error 6: [option] batch_norm
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::batch_norm<4>>, rows);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = apply(theta<ia::nn::linear<4, 3, ia::of<double>, ia::of<float>>>, rows);  // error 7: [option] linear; given twice
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::linear<4, 3, ia::of<double>>>, double_rows);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = apply(theta<ia::nn::conv2d<2, 6, ia::window<3, 3, 3>>>, images);  // error 8: [rank] conv2d; got 3, wanted 2
#elif !INTARSIA_CASE
  auto y = apply(theta<ia::nn::conv2d<2, 6, ia::window<3, 3>>>, images);
#endif
}
