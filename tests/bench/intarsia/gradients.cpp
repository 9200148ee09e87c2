// SPDX-License-Identifier: Apache-2.0
// Gradients of convolutions to their input and to their kernel, as `grad` of a scalar that has the wanted gradient.
#include "../cases/convolutions.hpp"
#include "contender.hpp"

namespace bench {
namespace {

template <auto... Options>
constexpr auto to_input = ia::compile([](auto x, auto k, auto dy) { return ia::grad(ia::sum(ia::corr2d(x, k, Options...) * dy), x); });
template <auto... Options>
constexpr auto to_kernel = ia::compile([](auto x, auto k, auto dy) { return ia::grad(ia::sum(ia::corr2d(x, k, Options...) * dy), k); });

/// The operand that the gradient does not depend on: it gives a shape and is never read.
template <std::size_t... Extents>
ia::view<const float, Extents...> unread() {
  static const ia::boxed<ia::tensor<float, Extents...>> zeros;
  return ia::view<const float, Extents...>(zeros->data());
}

template <const auto& Works>
void offer_all(registry& r) {
  for_each_work<Works>([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    static constexpr convolution c = Works[I];
    using source = ia::view<const float, 1, c.channels, c.size, c.size>;
    using kernel = ia::view<const float, c.outputs, c.channels / c.groups, c.kernel, c.kernel>;
    using result = ia::view<const float, 1, c.outputs, c.out_size(), c.out_size()>;
    r.offer(me, name_of(c, pass::to_input), [](const arrays& a) {
      constexpr auto& f = to_input<ia::pad<c.pad()>, ia::stride<c.stride>, ia::groups<c.groups>>;
      return repeat([x = unread<1, c.channels, c.size, c.size>(), k = kernel(a.in[0]), dy = result(a.in[1]),
                     dx = ia::view<float, 1, c.channels, c.size, c.size>(a.out[0])]() mutable { f.into(dx)(x, k, dy); });
    });
    r.offer(me, name_of(c, pass::to_kernel), [](const arrays& a) {
      constexpr auto& f = to_kernel<ia::pad<c.pad()>, ia::stride<c.stride>, ia::groups<c.groups>>;
      return repeat([x = source(a.in[0]), k = unread<c.outputs, c.channels / c.groups, c.kernel, c.kernel>(), dy = result(a.in[1]),
                     dk = ia::view<float, c.outputs, c.channels / c.groups, c.kernel, c.kernel>(a.out[0])]() mutable { f.into(dk)(x, k, dy); });
    });
  });
}

}  // namespace

void gradients_of_intarsia(registry& r) {
  offer_all<resnet50>(r);
  offer_all<depthwise>(r);
}

}  // namespace bench
