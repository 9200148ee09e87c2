// SPDX-License-Identifier: Apache-2.0
// A loop whose counter is a constant in each turn.
#pragma once

#include <type_traits>
#include <utility>

#include "intarsia/support/config.hpp"

namespace intarsia::support {

/// f(std::integral_constant<int, I>{}) for each I from First to Count - 1; in blocks, as clang nests a fold no deeper than 256.
template <int Count, int First = 0, class F>
INTARSIA_INLINE constexpr void for_each_number(F&& f) {
  constexpr int left = Count - First, block = left < 128 ? left : 128;
  [&f]<int... I>(std::integer_sequence<int, I...>) INTARSIA_INLINE_LAMBDA { (f(std::integral_constant<int, First + I>{}), ...); }(std::make_integer_sequence<int, block>{});
  if constexpr (left > block) for_each_number<Count, First + block>(f);
}

}  // namespace intarsia::support
