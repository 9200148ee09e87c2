// SPDX-License-Identifier: Apache-2.0
// Functions and models that cannot be traced, because what they call is not constexpr.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline ia::tensor<float, 2, 4> rows;

struct forgot {
  ia::nn::linear<4, 3> fc;
  auto operator()(auto a) const { return fc(a); }
};
BOOST_HANA_ADAPT_STRUCT(forgot, fc);
struct remembered {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto a) const { return fc(a); }
};
BOOST_HANA_ADAPT_STRUCT(remembered, fc);

inline int counter = 0;
constexpr auto counts = ia::compile<"counts">([](auto a) { return a * static_cast<float>(++counter); });
constexpr auto infer = ia::compile<"infer">([](auto model, auto a) { return model(a); });
constexpr auto doubles = ia::compile<"doubles">([](auto a) { return a * 2; });
inline ia::weights<forgot> theta_forgot;
inline ia::weights<remembered> theta;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = infer(theta_forgot, rows);  // error 1: [not_constexpr] infer; constexpr code and constants only
#elif !INTARSIA_CASE
  auto y = infer(theta, rows);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = counts(x);  // error 2: [not_constexpr] counts
#elif !INTARSIA_CASE
  auto y = doubles(x);
#endif
}
