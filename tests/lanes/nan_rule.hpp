// SPDX-License-Identifier: Apache-2.0
// The operations that the NaN rule is tested with.
#pragma once

#include "ops/check.hpp"

namespace nan_rule {

namespace ia = intarsia;

inline const auto pointwise = std::tuple(
    OP1(-x), OP1(abs(x)), OP1(square(x)), OP1(sqrt(x)), OP1(rsqrt(x)), OP1(exp(x)), OP1(log(x)), OP1(log1p(x)), OP1(expm1(x)), OP1(sin(x)), OP1(cos(x)), OP1(tanh(x)), OP1(sigmoid(x)), OP1(erf(x)),
    OP1(relu(x)), OP1(leaky_relu(x)), OP1(gelu(x)), OP1(silu(x)), OP1(softplus(x)), OP1(pow<3>(x)), OP1(pow<0.5>(x)), OP1(pow<-2>(x)), OP1(clamp(x, 0.75, 1.5)), OP1(x * 0), OP1(x - 1), OP1(2 / x),
    OP1(maximum(x, 1)), OP1(minimum(1, x)), OP2(clamp(x, y, 1.5)), OP2(x + y), OP2(x - y), OP2(x * y), OP2(x / y), OP2(maximum(x, y)), OP2(minimum(x, y)), OP2(where(x < y, x, y)), OP1(x * transpose(x)));
inline const auto reductions = std::tuple(OP1(sum<1>(x)), OP1(sum<0>(x)), OP1(sum(x)), OP1(mean<1>(x)), OP1(max<1>(x)), OP1(max<0>(x)), OP1(min<1>(x)), OP1(min<0>(x)), OP1(max(x)), OP1(min(x)),
                                          OP1(argmax<1>(x)), OP1(argmin<0>(x)), OP1(logsumexp<1>(x)), OP1(softmax<1>(x)), OP1(softmax<0>(x)), OP1(log_softmax<1>(x)));
inline const auto windows = std::tuple(OP2(matmul(x, y)), OP2(linear(x, y)), OP2(corr2d(x, slice<0, 0, 3>(slice<1, 0, 2>(y)), ia::pad<1>)), OP1(max_pool<2>(x)), OP1(max_pool<3>(x, ia::pad<1>, ia::stride<1>)),
                                       OP1(avg_pool<2>(x)), OP1(zero_pad(x, ia::pad<1>)), OP2(concat<1>(x, y)), OP1(flip<1>(x)));

template <class T, std::size_t N>
using square_of = ia::tensor<T, N, N>;

/// What a list of operations returns for squares of N x N.
template <class List>
struct program_of;
template <class... Op>
struct program_of<std::tuple<Op...>> {
  using type = ops::values_of<Op...>;
};
template <class List>
using program = typename program_of<std::remove_const_t<List>>::type;
template <class List, class T, std::size_t N>
using results = decltype(ia::compile(program<List>{})(std::declval<square_of<T, N>>(), std::declval<square_of<T, N>>()));

/// One list at one size in one element type.
template <auto& List, class T, std::size_t N>
struct subject {
  using element = T;
  using operand = square_of<T, N>;
  using list = std::remove_cvref_t<decltype(List)>;
  using result = results<list, T, N>;
  static const list& operations() { return List; }
};

// sizes that end in every place of a vector of 2 to 16 lanes or miss it by one
using subjects = std::tuple<subject<pointwise, float, 19>, subject<pointwise, double, 11>, subject<reductions, float, 19>, subject<windows, float, 19>>;

}  // namespace nan_rule
