// SPDX-License-Identifier: Apache-2.0
// Constants of the elementary functions: coefficients and parts of constants are printed by
// tests/reference/elementary_coefficients.py.
#include <cstdint>

#include "intarsia/kernels/attributes-inl.hpp"

#if defined(INTARSIA_KERNELS_CONSTANTS) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_CONSTANTS
#undef INTARSIA_KERNELS_CONSTANTS
#else
#define INTARSIA_KERNELS_CONSTANTS
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE::elementary {

/// The numbers of an element type. The sum x + round has the integer nearest to x in its low bits. `_parts` sum up to a
/// constant: subtracting n times one of them is exact but for the last (without FMA: the last two; log2_e_parts: none is).
template <class T>
struct constants;

template <>
struct constants<float> {
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float round = 0x1.8p23f, integers = 0x1p23f, least_normal = 0x1p-126f, log1p_large = 0x1p100f, log1p_factor = 0x1p-64f;
  static constexpr int log1p_exponent = 64;
  static constexpr std::uint32_t one_bits = 0x3f800000, sqrt_half_bits = 0x3f3504f3, exponent_zero = 0;
  static constexpr float log2_e_parts[] = {0x1.715476p0f, 0x1.4ae0cp-26f};
  static constexpr float log2_e = log2_e_parts[0], two_over_pi = 0x1.45f306p-1f;
  static constexpr float exp_normal = 87, exp_least = -104, exp_most = 89;  // e^x: normal to +-, 0 below, inf above
  static constexpr float expm1_least = -20, tanh_most = 10, sigmoid_most = 20, erf_border = 1, erf_most = 4, far = 1e4f;
  static constexpr int sigmoid_scale = 32;
#if HWY_NATIVE_FMA
  static constexpr float ln2_parts[] = {0x1.62e43p-1f, -0x1.05c61p-29f};
  static constexpr float half_pi_parts[] = {0x1.921fb6p0f, -0x1.777a5cp-25f, -0x1.ee59dap-50f};
#else
  static constexpr float ln2_parts[] = {0x1.62e4p-1f, 0x1.8p-20f, -0x1.05c61p-29f};
  static constexpr float ln2_rest = ln2_parts[1] + ln2_parts[2];
  static constexpr float half_pi_parts[] = {0x1.92p0f, 0x1.fb8p-12f, -0x1.5ep-23f, 0x1.0b4612p-34f};
#endif
  static constexpr float exp_c[] = {0x1.fffff6p-2f, 0x1.5554bap-3f, 0x1.555f3ep-5f, 0x1.122192p-7f, 0x1.64c02p-10f};
  static constexpr float coth_c[] = {0x1.715476p1f, 0x1.d93082p-4f, -0x1.e3e65cp-11f};
  static constexpr float log_c[] = {-0x1p-1f, 0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a02p-3f, -0x1.547292p-3f, 0x1.22d8fp-3f,
      -0x1.0d8196p-3f, 0x1.055ffep-3f, -0x1.38d06p-4f};
  static constexpr float sin_c[] = {-0x1.555546p-3f, 0x1.11077cp-7f, -0x1.9955b4p-13f};
  static constexpr float cos_c[] = {-0x1p-1f, 0x1.55554ap-5f, -0x1.6c0c1ap-10f, 0x1.99e0eap-16f};
  static constexpr float erf_c[] = {0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2ce6p-4f, -0x1.b7f71ap-6f, 0x1.53f22cp-8f, -0x1.a351bcp-11f,
      0x1.47735ap-14f};
  static constexpr float erfc_c[] = {-0x1.027152p-11f, -0x1.a0447ep0f, -0x1.d75f68p-1f, -0x1.30a416p-3f, 0x1.02171ap-5f, -0x1.16b05p-8f,
      0x1.19f016p-12f};
  static constexpr float exp2_c[] = {0x1.62e432p-1f, 0x1.ebf9b8p-3f, 0x1.c6addcp-5f, 0x1.3cebc6p-7f, 0x1.5f9ecep-10f};
};

template <>
struct constants<double> {
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double round = 0x1.8p52, integers = 0x1p52, least_normal = 0x1p-1022, log1p_large = 0x1p900, log1p_factor = 0x1p-512;
  static constexpr int log1p_exponent = 512;
  static constexpr std::uint64_t one_bits = 0x3ff0000000000000, sqrt_half_bits = 0x3fe6a09e667f3bcd, exponent_zero = one_bits;
  static constexpr double log2_e_parts[] = {0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56};
  static constexpr double log2_e = log2_e_parts[0], two_over_pi = 0x1.45f306dc9c883p-1;
  static constexpr double exp_normal = 708, exp_least = -746, exp_most = 710;
  static constexpr double expm1_least = -40, tanh_most = 20, sigmoid_most = 40, erf_border = 1.25, erf_most = 6, far = 1e6;
  static constexpr int sigmoid_scale = 64;
#if HWY_NATIVE_FMA
  static constexpr double ln2_parts[] = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
  static constexpr double ln2_rest = ln2_parts[1];
  static constexpr double half_pi_parts[] = {0x1.921fb54442d18p0, 0x1.1a62633145c06p-54, 0x1.c1cd129024e09p-107};
#else
  static constexpr double ln2_parts[] = {0x1.62e42fefa4p-1, -0x1.844p-43, 0x1.abc9e3b39803fp-56};
  static constexpr double ln2_rest = ln2_parts[1] + ln2_parts[2];
  static constexpr double half_pi_parts[] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049c1p-104};
#endif
  static constexpr double exp_c[] = {0x1.0000000000003p-1, 0x1.55555555554b7p-3, 0x1.5555555552c81p-5, 0x1.11111111435f2p-7,
      0x1.6c16c17cbb50fp-10, 0x1.a01a006b62c5fp-13, 0x1.a019ad13aa56ep-16, 0x1.71e113f8303e5p-19, 0x1.289cd072f0b29p-22,
      0x1.aa1dcc1215de9p-26};
  static constexpr double coth_c[] = {0x1.71547652b82fep1, 0x1.d9303fea2f898p-4, -0x1.e50096de78876p-11, 0x1.63144fcd997b5p-17,
      -0x1.10f45217161e6p-23, 0x1.a4dd5ce485894p-30};
  static constexpr double log_c[] = {0x1.5555555555592p-1, 0x1.999999997ff2ap-2, 0x1.24924941ded06p-2, 0x1.c71c52177f001p-3,
      0x1.74663c188151dp-3, 0x1.39a201ae43d0cp-3, 0x1.2f02a5fc886bap-3};
  static constexpr double sin_c[] = {-0x1.5555555555549p-3, 0x1.111111110f89dp-7, -0x1.a01a019c11c32p-13, 0x1.71de35749521p-19,
      -0x1.ae5e619719315p-26, 0x1.5d911e69f54d7p-33};
  static constexpr double cos_c[] = {-0x1p-1, 0x1.555555555554cp-5, -0x1.6c16c16c15217p-10, 0x1.a01a019cbb1a1p-16, -0x1.27e4f80b61b67p-22,
      0x1.1ee9e85b9a23ap-29, -0x1.8fa9eab1479d7p-37};
  static constexpr double erf_c[] = {0x1.06eba8214db69p-3, -0x1.812746b037a14p-2, 0x1.ce2f21a0443bp-4, -0x1.b82ce312d79d1p-6,
      0x1.565bcd16e67edp-8, -0x1.c02db5151025bp-11, 0x1.f9a33d69cd01cp-14, -0x1.f4d38f0fd0c8ep-17, 0x1.b9f1a96abcbdfp-20,
      -0x1.5fb3b53294c4dp-23, 0x1.fe6e7825ae1d8p-27, -0x1.535deabab0aa9p-30, 0x1.8949fac19860bp-34, -0x1.2a53125967a3bp-38};
  static constexpr double erfc_c[] = {-0x1.a84a5d04debedp-18, -0x1.a0baf979b8c74p0, -0x1.d65b263ca089cp-1, -0x1.2e8ea18ddbfd3p-3,
      0x1.b4f2541fbd676p-6, 0x1.8515cca0e4902p-10, -0x1.d749cfe1990e2p-9, 0x1.c167844a285bfp-10, -0x1.1a395c3ddaa88p-11,
      0x1.07754289d8017p-13, -0x1.761a49514190cp-16, 0x1.8fd9648635eabp-19, -0x1.37020f886e763p-22, 0x1.4a593636c149ap-26,
      -0x1.a7e2de194221p-31, 0x1.e677c5eaa4a6ep-37};
  static constexpr double exp2_c[] = {0x1.62e42fefa3a19p-1, 0x1.ebfbdff82c5b1p-3, 0x1.c6b08d703cf39p-5, 0x1.3b2ab6fb9ddd1p-7,
      0x1.5d87fe9d6303fp-10, 0x1.43091315d7ec1p-13, 0x1.ffcb543b67d7ap-17, 0x1.62bfb6922486fp-20, 0x1.b675945580431p-24,
      0x1.e637a00243735p-28};
};

}  // namespace intarsia::HWY_NAMESPACE::elementary
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
