// SPDX-License-Identifier: Apache-2.0
// Which Highway target a call path is for. Every path to a kernel is a template on this tag, so that two units
// compiled with different flags never share a function (the linker would keep one of them for both).
#pragma once

#include "intarsia/support/config.hpp"

#include <hwy/detect_targets.h>

namespace intarsia {

template <long long HighwayTarget>
struct target {};

/// The target of the flags that this unit is compiled with.
using static_target = target<HWY_STATIC_TARGET>;

/// How code outside of a target's namespace reaches its kernels: what they are (`nest`) and for which machine the plan is.
template <class Target>
struct kernels_of;

/// Whose plan a target follows, so that targets which differ in how they run their kernels share one plan.
template <class Target>
struct plan_of {
  using machine = kernels_of<Target>;
};

}  // namespace intarsia
