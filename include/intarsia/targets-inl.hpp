// SPDX-License-Identifier: Apache-2.0
// For a source file that compiles itself once for each Highway target (docs/howto/targets.md): inside of
// HWY_NAMESPACE, `namespace ia = intarsia::HWY_NAMESPACE;` has the whole language, and `compile` and `prepare` of that target.
#include "intarsia/intarsia.hpp"
#include "intarsia/kernels/nest-inl.hpp"

#if defined(INTARSIA_TARGETS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_TARGETS
#undef INTARSIA_TARGETS
#else
#define INTARSIA_TARGETS
#endif

namespace intarsia::HWY_NAMESPACE {
using namespace intarsia;

/// `intarsia::compile` for the target that is being compiled.
template <fixed_string Name = "", class Lambda>
constexpr compiled<Lambda, Name, target<HWY_TARGET>> compile(Lambda) {
  return {};
}
}  // namespace intarsia::HWY_NAMESPACE
#endif  // toggle
