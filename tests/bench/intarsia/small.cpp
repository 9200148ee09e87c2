// SPDX-License-Identifier: Apache-2.0
// Programs that live in registers.
#include "../cases/small.hpp"
#include "contender.hpp"

namespace bench {
namespace {

constexpr auto step = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - rate * ia::grad(loss, k));
});

struct seed {
  ia::tensor<float, 6, 8> x;
  ia::tensor<float, 6, 7> y;
  ia::tensor<float, 1, 2> first, k;
  float loss = 0;
};

struct scale {
  using factor_type = ia::parameter<ia::tensor<float, 4>, ia::initial::ones>;
  BOOST_HANA_DEFINE_STRUCT(scale, (factor_type, factor));
  constexpr auto operator()(auto x) const { return ia::relu(x * factor); }
};
}  // namespace

void small_of_intarsia(registry& r) {
  r.offer(me, learning, [](const arrays& a) {
    auto s = std::make_shared<seed>();
    std::copy_n(a.in[0], 48, s->x.data());
    std::copy_n(a.in[1], 42, s->y.data());
    std::copy_n(a.in[2], 2, s->first.data());
    return repeat([&s = *s] {
                    ia::tensor<float, 1, 2> k = s.first;
                    for (int i = 0; i < steps; ++i) {
                      auto [loss, next] = step(s.x, k, s.y);
                      k = next;
                      s.loss = loss;
                    }
                    s.k = k;
                  },
                  [s, out = a.out] {
                    std::copy_n(s->k.data(), 2, out[0]);
                    *out[1] = s->loss;
                  });
  });
  r.offer(me, call, [](const arrays& a) {
    ia::weights<scale> theta;
    std::copy_n(a.in[1], 4, ia::get<"factor">(theta).data());
    return repeat([ready = ia::prepare(apply, theta), x = ia::view<const float, 4>(a.in[0]), y = ia::view<float, 4>(a.out[0])]() mutable { ready.into(y)(x); });
  });
}

}  // namespace bench
