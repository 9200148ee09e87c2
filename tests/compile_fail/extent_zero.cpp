// SPDX-License-Identifier: Apache-2.0
// Tensors without elements.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;
template <int In>
struct net {
  using convolution = ia::nn::conv2d<In, 6, 3>;
  BOOST_HANA_DEFINE_STRUCT(net, (convolution, conv));
  constexpr auto operator()(auto x) const { return conv(x); }
};

void case_1() {
#if INTARSIA_CASE == 1
  ia::tensor<float, 3, 0> none;  // error 1: [extent_zero] tensor; axis 1: got 0, wanted at least 1; [3, 0]
#elif !INTARSIA_CASE
  ia::tensor<float, 3, 1> some;
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  ia::view<float, 0> none(nullptr);  // error 2: [extent_zero] tensor; axis 0: got 0, wanted at least 1; [0]
#elif !INTARSIA_CASE
  float f;
  ia::view<float, 1> some(&f);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  ia::weights<net<0>> theta;  // error 3: [extent_zero] weights; axis 1: got 0, wanted at least 1; [6, 0, 3, 3]; at conv.weight
#elif !INTARSIA_CASE
  ia::weights<net<1>> theta;
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::broadcast_to<0, 3>(ia::tensor<float, 3>{});  // error 4: [extent_zero] broadcast_to; axis 0: got 0, wanted at least 1
#elif !INTARSIA_CASE
  auto y = ia::broadcast_to<1, 3>(ia::tensor<float, 3>{});
#endif
}
