// SPDX-License-Identifier: Apache-2.0
// Two models that share a layer, as plain functions on borrowed memory: what stands in this unit's object is looked at.
// The second model has another layer as well.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

namespace {

struct small {
  ia::nn::conv2d<8, 16, 3> conv;
  constexpr auto operator()(auto x) const { return ia::relu(conv(x)); }
};
struct large {
  ia::nn::conv2d<8, 16, 3> first;
  ia::nn::conv2d<16, 24, 3> second;
  constexpr auto operator()(auto x) const { return ia::relu(second(ia::relu(first(x)))); }
};

constexpr auto apply = ia::compile([](auto model, auto x) { return model(x); });

template <class Model, std::size_t... Out>
void run(const ia::weights<Model>& theta, const float* x, float* y) {
  apply.into(ia::view<float, Out...>(y))(theta, ia::view<const float, 1, 8, 20, 20>(x));
}

}  // namespace
BOOST_HANA_ADAPT_STRUCT(small, conv);
BOOST_HANA_ADAPT_STRUCT(large, first, second);

extern "C" void NAME(run_small)(const void* theta, const float* x, float* y) { run<small, 1, 16, 18, 18>(*static_cast<const ia::weights<small>*>(theta), x, y); }
extern "C" void NAME(run_large)(const void* theta, const float* x, float* y) { run<large, 1, 24, 16, 16>(*static_cast<const ia::weights<large>*>(theta), x, y); }
