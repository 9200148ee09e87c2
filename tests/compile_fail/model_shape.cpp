// SPDX-License-Identifier: Apache-2.0
// Operations on a whole model that would change the shape of a parameter.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct net {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
BOOST_HANA_ADAPT_STRUCT(net, fc);
inline ia::weights<net> theta;
inline ia::tensor<float, 5, 3, 4> batch;
constexpr auto shrink = ia::compile<"shrink">([](auto model, auto x) { return ia::assign(model, model * x); });

void case_1() {
#if INTARSIA_CASE == 1
  shrink(theta, batch);  // error 1: [model_shape] operator*; got float[5, 3, 4]; wanted float[3, 4]; at fc.weight
#elif !INTARSIA_CASE
  shrink(theta, 0.5f);
#endif
}
