// SPDX-License-Identifier: Apache-2.0
// What only a compiled function can do, elsewhere.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct net {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
BOOST_HANA_ADAPT_STRUCT(net, fc);

inline ia::tensor<float, 2, 4> x;
inline ia::weights<net> theta;
constexpr auto slope = ia::compile([](auto a) { return ia::grad(ia::sum(a * a), a); });
constexpr auto twice = ia::compile([](auto a) { return ia::assign(a, a * 2); });
constexpr auto infer = ia::compile([](auto model, auto a) { return model(a); });

void case_1() {
#if INTARSIA_CASE == 1
  auto y = ia::grad(ia::sum(x * x), x);  // error 1: [function] grad; only inside ia::compile(...)
#elif !INTARSIA_CASE
  auto y = slope(x);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  ia::assign(x, x * 2);  // error 2: [function] assign
#elif !INTARSIA_CASE
  twice(x);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  auto y = theta(x);  // error 3: [function] operator()
#elif !INTARSIA_CASE
  auto y = infer(theta, x);
#endif
}
