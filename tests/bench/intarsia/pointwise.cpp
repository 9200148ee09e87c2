// SPDX-License-Identifier: Apache-2.0
// Elementwise functions, into the caller's memory.
#include "../cases/pointwise.hpp"
#include "contender.hpp"

namespace bench {
namespace {

constexpr auto gate = ia::compile([](auto x, auto a, auto b, auto c, auto d) { return ia::tanh(a * x + b) * ia::sigmoid(c * x + d); });
constexpr auto affine = ia::compile([](auto x, auto m, auto s, auto g, auto b) { return ia::maximum(0.f, (x - m) * s * g + b); });

}  // namespace

void pointwise_of_intarsia(registry& r) {
  for_each_work<pointwise_cases>([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    static constexpr pointwise p = pointwise_cases[I];
    r.offer(me, p.name(), [](const arrays& a) {
      return repeat([x = ia::view<const float, p.size>(a.in[0]), k = a.in[1], y = ia::view<float, p.size>(a.out[0])]() mutable {
        if constexpr (p.is == formula::gate) gate.into(y)(x, k[0], k[1], k[2], k[3]);
        else affine.into(y)(x, k[0], k[1], k[2], k[3]);
      });
    });
  });
}

}  // namespace bench
