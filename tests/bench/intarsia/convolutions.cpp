// SPDX-License-Identifier: Apache-2.0
// Convolutions forward, with prepared weights as for inference.
#include "../cases/convolutions.hpp"
#include "contender.hpp"

namespace bench {
namespace {

/// The way to make its products is one more option of a layer.
template <const convolution& C, auto... Options>
using layer = ia::nn::conv2d<C.channels, C.outputs, C.kernel, ia::pad<C.pad()>, ia::stride<C.stride>, ia::groups<C.groups>, ia::no_bias, Options...>;

template <const auto& Works>
void offer_all(registry& r) {
  for_each_work<Works>([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    static constexpr convolution c = Works[I];
    using net = typename std::conditional_t<c.winograd, std::type_identity<layer<c, ia::winograd>>, std::type_identity<layer<c>>>::type;
    r.offer(me, name_of(c, pass::forward), [](const arrays& a) {
      ia::weights<net> theta;
      std::copy_n(a.in[1], c.weights(), ia::get<"weight">(theta).data());
      return repeat([ready = ia::prepare(apply, theta), x = ia::view<const float, 1, c.channels, c.size, c.size>(a.in[0]),
                     y = ia::view<float, 1, c.outputs, c.out_size(), c.out_size()>(a.out[0])]() mutable { ready.into(y)(x); });
    });
  });
}

}  // namespace

void convolutions_of_intarsia(registry& r) {
  offer_all<resnet50>(r);
  offer_all<winograd>(r);
  offer_all<depthwise>(r);
}

}  // namespace bench
