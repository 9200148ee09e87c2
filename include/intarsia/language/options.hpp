// SPDX-License-Identifier: Apache-2.0
// Options of windowed operations: empty types made by variable templates, in any order.
// One value serves all spatial axes; else there is one for each.
#pragma once

#include <initializer_list>

#include "intarsia/support/shape.hpp"

namespace intarsia {

namespace support {

inline constexpr int max_spatial = 3;

struct window_options {
  index lo[max_spatial] = {0, 0, 0};
  index hi[max_spatial] = {0, 0, 0};
  index stride[max_spatial] = {1, 1, 1};
  index dilation[max_spatial] = {1, 1, 1};
  index extra[max_spatial] = {0, 0, 0};  // transposed convolution: rows added at the end of the result
  index groups = 1;
  bool valid = true;
};

constexpr bool spread(index (&to)[max_spatial], std::initializer_list<index> from, int nd, index least) {
  if (from.size() != 1 && static_cast<int>(from.size()) != nd) return false;
  for (int d = 0; d < nd; ++d) {
    to[d] = from.begin()[from.size() == 1 ? 0 : d];
    if (to[d] < least) return false;
  }
  return true;
}

template <index... P>
struct pad_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int nd) const {
    w.valid = w.valid && spread(w.lo, {P...}, nd, -(index{1} << 40)) && spread(w.hi, {P...}, nd, -(index{1} << 40));
  }
};
template <index... P>
struct pad_sides_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int nd) const {
    if (static_cast<int>(sizeof...(P)) != 2 * nd) w.valid = false;
    int i = 0;
    for (index p : {P...})
      if (i < 2 * nd) (i % 2 == 0 ? w.lo : w.hi)[i / 2] = p, ++i;
  }
};
template <index... S>
struct stride_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int nd) const { w.valid = w.valid && spread(w.stride, {S...}, nd, 1); }
};
template <index... S>
struct dilation_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int nd) const { w.valid = w.valid && spread(w.dilation, {S...}, nd, 1); }
};
template <index... S>
struct output_padding_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int nd) const { w.valid = w.valid && spread(w.extra, {S...}, nd, 0); }
};
template <index G>
struct groups_option {
  constexpr void apply(window_options& w, [[maybe_unused]] int) const {
    w.groups = G;
    w.valid = w.valid && G >= 1;
  }
};

template <class... Options>
constexpr window_options make_window_options([[maybe_unused]] int nd) {
  window_options w;
  (Options{}.apply(w, nd), ...);
  return w;
}

}  // namespace support

/// Zeros on both sides of each spatial axis: `pad<2>`, `pad<1, 2>`. Negative padding crops.
template <index... P>
inline constexpr support::pad_option<P...> pad{};
/// Sides that differ, axis by axis: `pad_sides<top, bottom, left, right>`.
template <index... P>
inline constexpr support::pad_sides_option<P...> pad_sides{};
template <index... S>
inline constexpr support::stride_option<S...> stride{};
template <index... D>
inline constexpr support::dilation_option<D...> dilation{};
template <index G>
inline constexpr support::groups_option<G> groups{};
/// Rows and columns added at the end of a transposed convolution's result.
template <index... P>
inline constexpr support::output_padding_option<P...> output_padding{};

}  // namespace intarsia
