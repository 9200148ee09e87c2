// SPDX-License-Identifier: Apache-2.0
// LeNet as the README has it, with either activation.
#include "../cases/lenet.hpp"
#include "contender.hpp"

namespace bench {
namespace {

template <bool Relu>
struct lenet {
  using conv1_type = ia::nn::conv2d<1, 6, 5, ia::pad<2>>;
  using conv2_type = ia::nn::conv2d<6, 16, 5>;
  using fc1_type = ia::nn::linear<400, 120>;
  using fc2_type = ia::nn::linear<120, 84>;
  using fc3_type = ia::nn::linear<84, 10>;
  BOOST_HANA_DEFINE_STRUCT(lenet, (conv1_type, conv1), (conv2_type, conv2), (fc1_type, fc1), (fc2_type, fc2), (fc3_type, fc3));

  static constexpr auto activation(auto x) {
    if constexpr (Relu) return ia::relu(x);
    else return ia::sigmoid(x);
  }
  constexpr auto operator()(auto x) const {
    auto h = ia::avg_pool<2>(activation(conv1(x)));
    auto g = ia::avg_pool<2>(activation(conv2(h)));
    return fc3(activation(fc2(activation(fc1(ia::flatten(g))))));
  }
};

constexpr auto train = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});

template <class Net>
ia::weights<Net> weights_from(const arrays& a) {
  ia::weights<Net> theta;
  std::size_t p = 2;
  ia::for_each_parameter(theta, [&](auto, auto v) { std::copy_n(a.in[p++], v.size(), v.data()); });
  return theta;
}

template <class Net, std::size_t Batch>
struct training {
  ia::weights<Net> theta;
  ia::tensor<int, Batch> label;
  ia::view<const float, Batch, 1, 28, 28> x;
  float loss = 0;
};

}  // namespace

void lenet_of_intarsia(registry& r) {
  for_each_work<lenet_cases>([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    static constexpr lenet_case c = lenet_cases[I];
    using net = lenet<c.relu>;
    r.offer(me, c.name(), [](const arrays& a) {
      const ia::view<const float, c.batch, 1, 28, 28> x(a.in[0]);
      if constexpr (!c.training) {
        return repeat([ready = ia::prepare(apply, weights_from<net>(a)), x, y = ia::view<float, c.batch, 10>(a.out[0])]() mutable { ready.into(y)(x); });
      } else {
        auto s = std::make_shared<training<net, c.batch>>(training<net, c.batch>{weights_from<net>(a), {}, x});
        for (std::size_t n = 0; n < c.batch; ++n) s->label(n) = static_cast<int>(a.in[1][n]);
        return repeat([s] { s->loss = train(s->theta, s->x, s->label, lenet_rate); },
                      [s, out = a.out] {
                        std::size_t p = 0;
                        ia::for_each_parameter(s->theta, [&](auto, auto v) { std::copy_n(v.data(), v.size(), out[p++]); });
                        *out[p] = s->loss;
                      });
      }
    });
  });
}

}  // namespace bench
