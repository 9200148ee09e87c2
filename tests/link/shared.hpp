// SPDX-License-Identifier: Apache-2.0
// Functions and a model that units with different flags share, as a program's own headers would.
#pragma once

#include <intarsia/intarsia.hpp>

namespace shared {

namespace ia = intarsia;

struct net {
  ia::nn::conv2d<1, 4, 3> conv;
  ia::nn::linear<144, 3> out;
  constexpr auto operator()(auto x) const { return out(ia::flatten(ia::relu(conv(x)))); }
};

struct scale {
  ia::nn::linear<512, 1, ia::no_bias> sum;
  constexpr auto operator()(auto x) const { return sum(x); }
};

}  // namespace shared
BOOST_HANA_ADAPT_STRUCT(shared::net, conv, out);
BOOST_HANA_ADAPT_STRUCT(shared::scale, sum);

namespace shared {

inline constexpr auto total = ia::compile([](auto x) { return ia::sum(x); });
inline constexpr auto apply = ia::compile([](auto model, auto x) { return model(x); });
inline constexpr auto train = ia::compile([](auto model, auto x, auto y, auto rate) {
  auto loss = ia::sum(ia::square(model(x) - y));
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});

}  // namespace shared
