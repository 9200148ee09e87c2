// SPDX-License-Identifier: Apache-2.0
// Parameters that a model does not have.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct net {
  ia::nn::linear<4, 3> fc1;
  constexpr auto operator()(auto x) const { return fc1(x); }
};
BOOST_HANA_ADAPT_STRUCT(net, fc1);
inline ia::weights<net> theta;
constexpr auto wrong = ia::compile<"wrong">([](auto model) { return ia::sum(ia::get<"fc2.weight">(model)); });
constexpr auto right = ia::compile<"right">([](auto model) { return ia::sum(ia::get<"fc1.weight">(model)); });

void case_1() {
#if INTARSIA_CASE == 1
  auto w = ia::get<"fc2.weight">(theta);  // error 1: [path] get; fc2.weight; no such parameter in the model
#elif !INTARSIA_CASE
  auto w = ia::get<"fc1.weight">(theta);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto s = wrong(theta);  // error 2: [path] get; fc2.weight
#elif !INTARSIA_CASE
  auto s = right(theta);
#endif
}
