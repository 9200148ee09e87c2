// SPDX-License-Identifier: Apache-2.0
// Filters on images, as statements of a function: the kernel an argument, or a constant that the compiler sees through.
#include "../cases/images.hpp"
#include "contender.hpp"

namespace bench {
namespace {

constexpr auto filter = ia::compile([](auto x, auto k) { return ia::corr2d(x, k); });

/// Small images are tensors of the program, and the filter a statement.
template <std::size_t H, std::size_t W, std::size_t KH, std::size_t KW>
struct operands {
  ia::tensor<float, H, W> x;
  ia::tensor<float, KH, KW> k;
  ia::tensor<float, H - KH + 1, W - KW + 1> y;
};

template <std::size_t H, std::size_t W>
constexpr auto outer_product = [] {
  ia::tensor<float, H, W> k{};
  for (std::size_t i = 0; i < H; ++i)
    for (std::size_t j = 0; j < W; ++j) k(i, j) = binomial<H>()[i] * binomial<W>()[j];
  return k;
}();

}  // namespace

void images_of_intarsia(registry& r) {
  for_each_work<images>([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    static constexpr image i = images[I];
    using source = ia::view<const float, i.height, i.width>;
    using result = ia::view<float, i.out_height(), i.out_width()>;
    r.offer(me, i.name(), [](const arrays& a) {
      if constexpr (i.separable) {
        static constexpr auto smooth = ia::compile([](auto x) { return ia::corr2d(x, outer_product<i.kernel_height, i.kernel_width>); });
        return repeat([x = source(a.in[0]), y = result(a.out[0])]() mutable { smooth.into(y)(x); });
      } else if constexpr (i.small()) {
        auto o = std::make_shared<operands<i.height, i.width, i.kernel_height, i.kernel_width>>();
        std::copy_n(a.in[0], i.height * i.width, o->x.data());
        std::copy_n(a.in[1], i.kernel_height * i.kernel_width, o->k.data());
        return repeat([&o = *o] { o.y = ia::corr2d(o.x, o.k); }, [o, to = a.out[0]] { std::copy_n(o->y.data(), i.pixels(), to); });
      } else
        return repeat([x = source(a.in[0]), k = ia::view<const float, i.kernel_height, i.kernel_width>(a.in[1]), y = result(a.out[0])]() mutable { filter.into(y)(x, k); });
    });
  });
}

}  // namespace bench
