// SPDX-License-Identifier: Apache-2.0
// A tensor, or a model without its weights, where weights are needed.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct net {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
BOOST_HANA_ADAPT_STRUCT(net, fc);
inline ia::weights<net> theta;
inline ia::tensor<float, 3> x;
constexpr auto infer = ia::compile<"infer">([](auto model, auto a) { return model(a); });

void case_1() {
#if INTARSIA_CASE == 1
  ia::save(x, "x.safetensors");  // error 1: [argument] save; ia::init<Model>(seed) makes weights
#elif !INTARSIA_CASE
  ia::save(theta, "net.safetensors");
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  ia::load(net{}, "net.safetensors");  // error 2: [argument] load
#elif !INTARSIA_CASE
  ia::load(theta, "net.safetensors");
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto w = ia::get<"fc.weight">(net{});  // error 3: [argument] get
#elif !INTARSIA_CASE
  auto w = ia::get<"fc.weight">(theta);
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  ia::for_each_parameter(net{}, [](auto, auto) {});  // error 4: [argument] for_each_parameter
#elif !INTARSIA_CASE
  ia::for_each_parameter(theta, [](auto, auto) {});
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto v = ia::zeros_like(x);  // error 5: [argument] zeros_like
#elif !INTARSIA_CASE
  auto v = ia::zeros_like(theta);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  ia::save("net.safetensors", theta);  // error 6: [argument] save
#elif !INTARSIA_CASE
  ia::save(theta, "net.safetensors");
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto w = ia::load<net>("net.safetensors");  // error 7: [argument] load
#elif !INTARSIA_CASE
  ia::load(theta, "net.safetensors");
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto ready = ia::prepare(infer, x);  // error 8: [argument] prepare; ia::init<Model>(seed) makes weights
#elif !INTARSIA_CASE
  auto ready = ia::prepare(infer, theta);
#endif
}

void case_9() {
#if INTARSIA_CASE == 9
  auto ready = ia::prepare(theta, infer);  // error 9: [argument] prepare
#elif !INTARSIA_CASE
  auto ready = ia::prepare(infer, theta);
#endif
}
