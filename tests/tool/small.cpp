// SPDX-License-Identifier: Apache-2.0
// Few functions, with many kinds of nodes: what the fuzzer makes its mutants of.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

constexpr auto learn = ia::compile<"learn">([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});
constexpr auto mix = ia::compile<"mix">([](auto x, auto y) {
  auto both = ia::concat<0>(ia::transpose(x), ia::slice<1, 0, 3>(y));
  return ia::softmax<1>(ia::where(both < 0.5f, both, ia::exp(both)));
});
constexpr auto choose = ia::compile<"choose">([](auto x) { return ia::argmax<1>(ia::max_pool<2>(ia::named<"half">(x / 2))); });

auto run(const ia::tensor<float, 6, 8>& x, const ia::tensor<float, 1, 2>& k, const ia::tensor<float, 6, 7>& y) { return learn(x, k, y); }
auto run(const ia::tensor<float, 3, 4>& x, const ia::tensor<float, 2, 4>& y) { return mix(x, y); }
auto run(const ia::tensor<float, 1, 3, 8, 8>& x) { return choose(x); }
