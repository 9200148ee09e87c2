// SPDX-License-Identifier: Apache-2.0
// The d2l chapter's LeNet, for tests.
#pragma once

#include <intarsia/intarsia.hpp>

struct lenet {
  intarsia::nn::conv2d<1, 6, 5, intarsia::pad<2>> conv1;
  intarsia::nn::conv2d<6, 16, 5> conv2;
  intarsia::nn::linear<400, 120> fc1;
  intarsia::nn::linear<120, 84> fc2;
  intarsia::nn::linear<84, 10> fc3;
  constexpr auto operator()(auto x) const {
    namespace ia = intarsia;
    auto h = ia::avg_pool<2>(ia::sigmoid(conv1(x)));
    auto g = ia::avg_pool<2>(ia::sigmoid(conv2(h)));
    return fc3(ia::sigmoid(fc2(ia::sigmoid(fc1(ia::flatten(g))))));
  }
};
BOOST_HANA_ADAPT_STRUCT(lenet, conv1, conv2, fc1, fc2, fc3);
