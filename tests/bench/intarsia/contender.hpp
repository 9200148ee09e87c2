// SPDX-License-Identifier: Apache-2.0
// What Intarsia's units share: who they are, and a loop over works at compile time.
#pragma once

#include <intarsia/intarsia.hpp>

#include <array>
#include <memory>
#include <utility>

#include "../bench.hpp"

namespace ia = intarsia;

namespace bench {

inline const contender me{"Intarsia " BENCH_COMPILER " " BENCH_TARGET, __VERSION__, role::intarsia, BENCH_TARGET};

#if defined(BENCH_BRIEF)
inline constexpr bool only_brief = true;
#else
inline constexpr bool only_brief = false;
#endif

/// Calls f with each position of `Works`; in the short form with those that belong to it.
template <const auto& Works, class F>
void for_each_work(F f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    auto one = [&]<std::size_t N>(std::integral_constant<std::size_t, N> n) {
      if constexpr (!only_brief || Works[N].brief) f(n);
    };
    (one(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<Works.size()>{});
}

inline constexpr auto apply = ia::compile([](auto model, auto x) { return model(x); });

// one for each family, in a file of its own
void small_of_intarsia(registry&);
void images_of_intarsia(registry&);
void convolutions_of_intarsia(registry&);
void gradients_of_intarsia(registry&);
void lenet_of_intarsia(registry&);
void resnet18_of_intarsia(registry&);
void pointwise_of_intarsia(registry&);
void streaming_of_intarsia(registry&);

}  // namespace bench
