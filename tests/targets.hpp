// SPDX-License-Identifier: Apache-2.0
// The targets that this binary was compiled for and this processor runs; the others are named with the reason.
#pragma once

#include <hwy/highway.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace targets {

inline const std::vector<std::int64_t>& all() {
  static const std::vector<std::int64_t> found = [] {
    const std::vector<std::int64_t> runnable = hwy::SupportedAndGeneratedTargets();
    std::printf("targets:");
    for (const std::int64_t t : runnable) std::printf(" %s", hwy::TargetName(t));
    std::puts("");
    for (const std::int64_t known : {HWY_AVX3_DL, HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_SSSE3}) {
      const char* why = (HWY_DISABLED_TARGETS & known) ? "not compiled: the build says so" : !(HWY_TARGETS & known) ? "not compiled: this compiler cannot make it" : !(hwy::SupportedTargets() & known) ? "not run: this processor does not have it" : nullptr;
      if (why != nullptr) std::printf("%s left out, %s\n", hwy::TargetName(known), why);
    }
    std::fflush(stdout);
    return runnable;
  }();
  return found;
}
/// From now on HWY_DYNAMIC_DISPATCH calls this target's functions.
inline void force(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace targets
