// SPDX-License-Identifier: Apache-2.0
// Results that do not fit the places they are written into.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline ia::tensor<float, 4> four;
inline const ia::tensor<float, 3> fixed;
inline float loss;
constexpr auto step = ia::compile<"step">([](auto a) { return ia::outputs(ia::sum(a), a * 2); });

void case_1() {
#if INTARSIA_CASE == 1
  step.into(loss, four)(x);  // error 1: [into] into; place 2: got float[4]; wanted float[3]
#elif !INTARSIA_CASE
  step.into(loss, x)(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  step.into(loss)(x);  // error 2: [into] into; got 1 places, wanted 2
#elif !INTARSIA_CASE
  step.into(loss, x)(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  step.into(loss, fixed)(x);  // error 3: [into] into; place 2 is const
#elif !INTARSIA_CASE
  step.into(loss, x)(x);
#endif
}

struct net {
  ia::nn::linear<3, 2> layer;
  constexpr auto operator()(auto a) const { return layer(a); }
};
BOOST_HANA_ADAPT_STRUCT(net, layer);
inline ia::tensor<float, 1, 3> row;
inline ia::tensor<float, 1, 2> pair;
constexpr auto apply = ia::compile([](auto model, auto a) { return model(a); });

void case_4() {
  auto ready = ia::prepare(apply, ia::init<net>(1));
#if INTARSIA_CASE == 4
  ready.into(row)(row);  // error 4: [into] into; place 1: got float[1, 3]; wanted float[1, 2]
#elif !INTARSIA_CASE
  ready.into(pair)(row);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  step.into(loss, ia::view<const float, 3>(fixed))(x);  // error 5: [into] into; place 2 is const
#elif !INTARSIA_CASE
  step.into(loss, ia::view<float, 3>(x))(x);
#endif
}
