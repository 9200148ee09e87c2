// SPDX-License-Identifier: Apache-2.0
// One source, many targets: this file is compiled once for each instruction set that the compiler can make, and the
// first call takes the best one that the processor has.
#include <intarsia/support/config.hpp>
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "07_many_targets.cpp"
#include <hwy/foreach_target.h>

#include <intarsia/targets-inl.hpp>

HWY_BEFORE_NAMESPACE();
namespace HWY_NAMESPACE {
namespace ia = intarsia::HWY_NAMESPACE;
constexpr auto smooth = ia::compile([](auto x) { return ia::corr1d(x, ia::tensor<float, 1, 1, 3>{{{1, 2, 1}}}) / 4; });
void smooth_block(const float* in, float* out) { smooth.into(ia::view<float, 1, 1, 64>(out))(ia::view<const float, 1, 1, 66>(in)); }
const char* target() { return hwy::TargetName(HWY_TARGET); }
}  // namespace HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <iostream>

HWY_EXPORT(smooth_block);
HWY_EXPORT(target);

int main() {
  float in[66], out[64];
  for (int i = 0; i < 66; ++i) in[i] = static_cast<float>(i * i);
  for (const auto supported : hwy::SupportedAndGeneratedTargets()) {  // a program would leave the choice to Highway
    hwy::SetSupportedTargetsForTest(supported);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    HWY_DYNAMIC_DISPATCH(smooth_block)(in, out);
    std::cerr << HWY_DYNAMIC_DISPATCH(target)() << '\n';
    bool right = true;
    for (int i = 0; i < 64; ++i) right = right && out[i] == static_cast<float>((i + 1) * (i + 1)) + 0.5f;
    if (!right) return 1;
  }
  std::cout << "the same on every target: " << out[0] << ' ' << out[63] << '\n';
}
#endif
