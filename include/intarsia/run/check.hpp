// SPDX-License-Identifier: Apache-2.0
// What can only be checked at run time, before anything is written: labels in their range.
#pragma once

#include <string>

#include "intarsia/compile.hpp"
#include "intarsia/support/each.hpp"
#include "intarsia/support/error.hpp"
#include "intarsia/support/text.hpp"

namespace intarsia::run {

template <class T>
[[gnu::noinline, gnu::cold]] void report_label(const T* labels, index count, index limit) {
  index at = 0;
  while (at < count && labels[at] >= 0 && static_cast<index>(labels[at]) < limit) ++at;
  support::fail(support::join({"intarsia: [label_range] label ", std::to_string(labels[at]), " at position ", std::to_string(at), " is not in 0..", std::to_string(limit - 1)}));
}

/// Errors: [label_range].
template <class Program>
INTARSIA_INLINE void check_arguments([[maybe_unused]] const void* const* arguments) {
  support::for_each_number<Program::padded::view().checks.size()>([&]<int I>(std::integral_constant<int, I>) INTARSIA_INLINE_LAMBDA {
    constexpr ir::check check = Program::padded::view().checks[I];
    constexpr ir::argument argument = Program::padded::view().arguments[check.argument];
    using T = ir::element_t<argument.type>;
    const T* labels = static_cast<const T*>(arguments[check.argument]);
    bool good = true;
    for (index i = 0; i < argument.shape.size(); ++i) good = good & (labels[i] >= 0) & (static_cast<index>(labels[i]) < check.limit);
    if (!good) [[unlikely]] report_label(labels, argument.shape.size(), check.limit);
  });
}

}  // namespace intarsia::run
