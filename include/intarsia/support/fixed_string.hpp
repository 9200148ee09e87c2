// SPDX-License-Identifier: Apache-2.0
// A string that can be a template argument: names of values, functions and parameters.
#pragma once

#include <cstddef>
#include <string_view>

namespace intarsia {

/// A string literal as a structural value, for `ia::named<"h">(e)`, `ia::get<"conv1.weight">(w)`.
template <std::size_t N>
struct fixed_string {
  char text[N]{};

  constexpr fixed_string(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

}  // namespace intarsia
