// SPDX-License-Identifier: Apache-2.0
// Elementary functions of float and double vectors of any tag: x -> f(x), without tables, the same rule in every lane.
// NaN in, NaN out; infinities, signed zeros, overflow and gradual underflow as C99's Annex F has them, on every target.
//
// Worst error in units in the last place, over all targets (float: every input; double: samples):
//            exp   log   log1p  expm1  tanh  sigmoid  erf   sin   cos
//   float
//   double
// sin and cos: up to |x| = 1e4 (float) and 1e6 (double) here, beyond by the C library.
//
// The coefficients are printed by tests/reference/elementary_coefficients.py.
#include <cmath>
#include <cstddef>
#include <limits>

#include "intarsia/support/config.hpp"

#include <hwy/highway.h>

#if defined(INTARSIA_KERNELS_ELEMENTARY) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_ELEMENTARY
#undef INTARSIA_KERNELS_ELEMENTARY
#else
#define INTARSIA_KERNELS_ELEMENTARY
#endif

HWY_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

namespace elementary {

/// Numbers of each element type; `_parts` sum up to a constant, the leading ones so short that multiples of them are exact.
template <class T>
struct constants;

template <>
struct constants<float> {
  static constexpr int mantissa = 23;
  static constexpr float round = 0x1.8p23f;
  static constexpr float log2_e = 0x1.715476p+0f;
  static constexpr float two_over_pi = 0x1.45f306p-1f;
  static constexpr float sqrt_half = 0x1.6a09e6p-1f;
  static constexpr float least_normal = 0x1p-126f;
#if HWY_NATIVE_FMA
  static constexpr float ln2_parts[] = {0x1.62e43p-1f, -0x1.05c61p-29f};
  static constexpr float half_pi_parts[] = {0x1.921fb6p+0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};
#else
  static constexpr float ln2_parts[] = {0x1.62e4p-1f, 0x1.8p-20f, -0x1.05c61p-29f};
  static constexpr float half_pi_parts[] = {0x1.92p+0f, 0x1.fb4p-12f, 0x1.444p-24f, 0x1.68c234p-39f};
#endif
  static constexpr float ln2_split[] = {0x1.62e4p-1f, 0x1.7f7d1cp-20f};
  static constexpr float exp_normal = 87.f, exp_least = -104.f, exp_greatest = 0x1.62e42ep+6f;
  static constexpr float expm1_least = -20.f, tanh_one = 10.f, sigmoid_one = 20.f, erf_one = 4.f, far = 1e4f;
  static constexpr int sigmoid_scale = 32;
  static constexpr float exp_c[] = {0x1p-1f, 0x1.5554b2p-3f, 0x1.5554cap-5f, 0x1.12266cp-7f, 0x1.6d6fc4p-10f};
  static constexpr float log_c[] = {-0x1p-1f, 0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a02p-3f, -0x1.547294p-3f, 0x1.22d8dap-3f, -0x1.0d8172p-3f, 0x1.05606ep-3f, -0x1.38d20cp-4f};
  static constexpr float sin_c[] = {-0x1.555556p-3f, 0x1.111176p-7f, -0x1.a05bb2p-13f, 0x1.7cd43p-19f};
  static constexpr float cos_c[] = {-0x1p-1f, 0x1.55554ap-5f, -0x1.6c0c1ap-10f, 0x1.99e0eap-16f};
  static constexpr float erf_split = 1.f;
  static constexpr float erf_c[] = {0};
  static constexpr float erfc_c[] = {0};
};
}  // namespace elementary
}  // namespace intarsia::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // toggle
