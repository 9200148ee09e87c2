// SPDX-License-Identifier: Apache-2.0
// The ten learning steps written by hand for AVX2: image and wanted result stay in registers, a row in each.
#include <immintrin.h>

#include "../cases/small.hpp"

namespace {

float sum(__m256 v) {
  __m128 h = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  h = _mm_add_ps(h, _mm_movehl_ps(h, h));
  return _mm_cvtss_f32(_mm_add_ss(h, _mm_movehdup_ps(h)));
}

void learn(const float* x, const float* y, const float* first, float* kernel, float* loss) {
  const __m256i seven = _mm256_setr_epi32(-1, -1, -1, -1, -1, -1, -1, 0);
  __m256 left[6], right[6], wanted[6];
#pragma GCC unroll 6
  for (int i = 0; i < 6; ++i) {
    left[i] = _mm256_maskload_ps(x + 8 * i, seven);
    right[i] = _mm256_maskload_ps(x + 8 * i + 1, seven);
    wanted[i] = _mm256_maskload_ps(y + 7 * i, seven);
  }
  float k0 = first[0], k1 = first[1], squares = 0;
  for (int step = 0; step < bench::steps; ++step) {
    const __m256 a = _mm256_set1_ps(k0), b = _mm256_set1_ps(k1);
    const __m256 zero = _mm256_setzero_ps();
    __m256 s[2] = {zero, zero}, g0[2] = {zero, zero}, g1[2] = {zero, zero};  // even and odd rows: half the latency
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      const __m256 d = _mm256_fmadd_ps(left[i], a, _mm256_fmsub_ps(right[i], b, wanted[i]));
      s[i % 2] = _mm256_fmadd_ps(d, d, s[i % 2]);
      g0[i % 2] = _mm256_fmadd_ps(d, left[i], g0[i % 2]);
      g1[i % 2] = _mm256_fmadd_ps(d, right[i], g1[i % 2]);
    }
    squares = sum(_mm256_add_ps(s[0], s[1]));
    k0 -= 2 * bench::rate * sum(_mm256_add_ps(g0[0], g0[1]));
    k1 -= 2 * bench::rate * sum(_mm256_add_ps(g1[0], g1[1]));
  }
  kernel[0] = k0, kernel[1] = k1, *loss = squares;
}

}  // namespace

BENCH_MODULE {
  r.offer({"by hand", __VERSION__}, bench::learning, [](const bench::arrays& a) { return bench::repeat([a] { learn(a.in[0], a.in[1], a.in[2], a.out[0], a.out[1]); }); });
}
