// SPDX-License-Identifier: Apache-2.0
// The multiply-adds that the machine can do with vectors of this target: twelve chains hide the latency.
#include <intarsia/support/config.hpp>  // asks Highway for the best target

#include <hwy/highway.h>

#include "bench.hpp"

namespace hn = hwy::HWY_NAMESPACE;

BENCH_MODULE {
  constexpr int rounds = 1000, chains = 12;
  const hn::ScalableTag<float> d;
  r.roof(BENCH_TARGET, 2.0 * chains * rounds * static_cast<double>(hn::Lanes(d)), bench::repeat([] {
           const hn::ScalableTag<float> v;
           const auto a = hn::Set(v, 0.999f), b = hn::Set(v, 0.001f);
           auto s0 = a, s1 = hn::Add(a, a), s2 = hn::Add(s1, a), s3 = hn::Add(s2, a), s4 = hn::Add(s3, a), s5 = hn::Add(s4, a);
           auto s6 = hn::Add(s5, a), s7 = hn::Add(s6, a), s8 = hn::Add(s7, a), s9 = hn::Add(s8, a), s10 = hn::Add(s9, a), s11 = hn::Add(s10, a);
           for (int i = 0; i < rounds; ++i) {
             s0 = hn::MulAdd(s0, a, b), s1 = hn::MulAdd(s1, a, b), s2 = hn::MulAdd(s2, a, b), s3 = hn::MulAdd(s3, a, b);
             s4 = hn::MulAdd(s4, a, b), s5 = hn::MulAdd(s5, a, b), s6 = hn::MulAdd(s6, a, b), s7 = hn::MulAdd(s7, a, b);
             s8 = hn::MulAdd(s8, a, b), s9 = hn::MulAdd(s9, a, b), s10 = hn::MulAdd(s10, a, b), s11 = hn::MulAdd(s11, a, b);
           }
           for (auto s : {s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11}) {
             [[maybe_unused]] volatile float kept = hn::GetLane(s);
           }
         }));
}
