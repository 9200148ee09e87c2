// SPDX-License-Identifier: Apache-2.0
// Which functions say for which target they are. Those of the unit's own target need not: the command line says it, and
// clang works through the list of features again for every function that has one (15 % of the time for a unit of kernels).
// Included again for every target; receives what Highway's own macros are for it.
#include "intarsia/support/config.hpp"

#include <hwy/highway.h>

#undef INTARSIA_BEFORE_NAMESPACE
#undef INTARSIA_AFTER_NAMESPACE
#undef INTARSIA_ATTR
#if HWY_TARGET == HWY_STATIC_TARGET
#define INTARSIA_BEFORE_NAMESPACE() static_assert(true, "For requiring trailing semicolon")
#define INTARSIA_AFTER_NAMESPACE() static_assert(true, "For requiring trailing semicolon")
#define INTARSIA_ATTR
#else
#define INTARSIA_BEFORE_NAMESPACE() HWY_BEFORE_NAMESPACE()
#define INTARSIA_AFTER_NAMESPACE() HWY_AFTER_NAMESPACE()
#define INTARSIA_ATTR HWY_ATTR
#endif
