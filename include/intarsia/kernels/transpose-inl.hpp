// SPDX-License-Identifier: Apache-2.0
// A square of vectors, transposed in registers: results whose lanes lie far apart in memory are stored as rows.
#include "intarsia/kernels/attributes-inl.hpp"
#include "intarsia/support/config.hpp"

#if defined(INTARSIA_KERNELS_TRANSPOSE) == defined(HWY_TARGET_TOGGLE)
#ifdef INTARSIA_KERNELS_TRANSPOSE
#undef INTARSIA_KERNELS_TRANSPOSE
#else
#define INTARSIA_KERNELS_TRANSPOSE
#endif

INTARSIA_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Whether `transpose` knows squares of this many lanes of this element.
template <class T, std::size_t Lanes>
inline constexpr bool can_transpose = HWY_TARGET != HWY_SCALAR && sizeof(T) == 4 && (Lanes == 4 || Lanes == 8 || Lanes == 16);

#if HWY_TARGET != HWY_SCALAR
/// 4 x 4 elements in every 128-bit block of four vectors.
template <class D, class V>
HWY_INLINE void transpose_blocks(D d, V& a, V& b, V& c, V& e) {
  const hn::Repartition<std::uint64_t, D> wide;
  const auto ab_lo = hn::BitCast(wide, hn::InterleaveLower(d, a, b)), ab_hi = hn::BitCast(wide, hn::InterleaveUpper(d, a, b));
  const auto ce_lo = hn::BitCast(wide, hn::InterleaveLower(d, c, e)), ce_hi = hn::BitCast(wide, hn::InterleaveUpper(d, c, e));
  a = hn::BitCast(d, hn::InterleaveLower(wide, ab_lo, ce_lo));
  b = hn::BitCast(d, hn::InterleaveUpper(wide, ab_lo, ce_lo));
  c = hn::BitCast(d, hn::InterleaveLower(wide, ab_hi, ce_hi));
  e = hn::BitCast(d, hn::InterleaveUpper(wide, ab_hi, ce_hi));
}

/// v[i] lane j becomes v[j] lane i.
template <std::size_t Lanes, class D, class V>
HWY_INLINE void transpose(D d, V (&v)[Lanes]) {
  if constexpr (Lanes == 4) transpose_blocks(d, v[0], v[1], v[2], v[3]);
#if HWY_MAX_BYTES >= 32
  else if constexpr (Lanes == 8) {
    transpose_blocks(d, v[0], v[1], v[2], v[3]);
    transpose_blocks(d, v[4], v[5], v[6], v[7]);
    HWY_UNROLL(4)
    for (int i = 0; i < 4; ++i) {
      const V low = hn::ConcatLowerLower(d, v[4 + i], v[i]), high = hn::ConcatUpperUpper(d, v[4 + i], v[i]);
      v[i] = low;
      v[4 + i] = high;
    }
  }
#endif
#if HWY_MAX_BYTES >= 64
  else if constexpr (Lanes == 16) {
    HWY_UNROLL(4)
    for (int b = 0; b < 16; b += 4) transpose_blocks(d, v[b], v[b + 1], v[b + 2], v[b + 3]);
    // 4 x 4 blocks: row i of every group of four holds column i of the blocks
    HWY_UNROLL(4)
    for (int i = 0; i < 4; ++i) {
      const V p = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(v[4 + i]), v[i]), q = hn::OddEvenBlocks(v[4 + i], hn::SwapAdjacentBlocks(v[i]));
      const V r = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(v[12 + i]), v[8 + i]), s = hn::OddEvenBlocks(v[12 + i], hn::SwapAdjacentBlocks(v[8 + i]));
      v[i] = hn::ConcatLowerLower(d, r, p);
      v[4 + i] = hn::ConcatLowerLower(d, s, q);
      v[8 + i] = hn::ConcatUpperUpper(d, r, p);
      v[12 + i] = hn::ConcatUpperUpper(d, s, q);
    }
  }
#endif
}

#else
template <std::size_t Lanes, class D, class V>
HWY_INLINE void transpose(D, V (&)[Lanes]) {}
#endif

}  // namespace intarsia::HWY_NAMESPACE
INTARSIA_AFTER_NAMESPACE();
#endif  // toggle
