// SPDX-License-Identifier: Apache-2.0
// Options of windowed operations: empty types made by variable templates, in any order.
// One value serves all spatial axes; else there is one for each.
#pragma once

#include <initializer_list>

#include "intarsia/support/diagnose.hpp"

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
  int winograd = 0;  // as in ir::contraction
  int given = 0;    // kinds of options, as bits
  verdict wrong{};  // the first option that cannot be used

  constexpr bool valid() const { return wrong.ok(); }
  constexpr void refuse(option in, int axis, index got, index wanted, relation how) {
    if (valid()) wrong = {{}, fault::option, axis, got, wanted, how, in};
  }

  constexpr bool has(option in) const { return (given >> static_cast<int>(in) & 1) != 0; }
  /// Each kind of option once.
  constexpr void once(option in) {
    if (has(in)) refuse(in, -1, 2, 1, relation::times);
    given |= 1 << static_cast<int>(in);
  }

  constexpr bool extends() const { return extra[0] != 0 || extra[1] != 0 || extra[2] != 0; }
  /// For an operation that does not know the option.
  constexpr verdict without(option in) const { return {{}, fault::option, -1, 0, 0, relation::exactly, in}; }

  /// One value for all axes, or one for each.
  constexpr void spread(index (&to)[max_spatial], std::initializer_list<index> from, int nd, option in, index least) {
    if (from.size() != 1 && static_cast<int>(from.size()) != nd) return refuse(in, -1, static_cast<index>(from.size()), nd, relation::values);
    for (int d = 0; d < nd; ++d) {
      to[d] = from.begin()[from.size() == 1 ? 0 : d];
      if (to[d] < least) refuse(in, d, to[d], least, relation::at_least);
    }
  }
};

inline constexpr index any_padding = -(index{1} << 40);

template <index... P>
struct pad_option {
  constexpr void apply(window_options& w, int nd) const {
    w.once(option::pad);
    w.spread(w.lo, {P...}, nd, option::pad, any_padding);
    w.spread(w.hi, {P...}, nd, option::pad, any_padding);
  }
};
template <index... P>
struct pad_sides_option {
  constexpr void apply(window_options& w, int nd) const {
    w.once(option::pad);
    if (static_cast<int>(sizeof...(P)) != 2 * nd) w.refuse(option::pad_sides, -1, sizeof...(P), 2 * nd, relation::exactly);
    int i = 0;
    for (index p : std::initializer_list<index>{P...})
      if (i < 2 * nd) (i % 2 == 0 ? w.lo : w.hi)[i / 2] = p, ++i;
  }
};
template <index... S>
struct stride_option {
  constexpr void apply(window_options& w, int nd) const { w.once(option::stride), w.spread(w.stride, {S...}, nd, option::stride, 1); }
};
template <index... D>
struct dilation_option {
  constexpr void apply(window_options& w, int nd) const { w.once(option::dilation), w.spread(w.dilation, {D...}, nd, option::dilation, 1); }
};
template <index... P>
struct output_padding_option {
  constexpr void apply(window_options& w, int nd) const { w.once(option::output_padding), w.spread(w.extra, {P...}, nd, option::output_padding, 0); }
};
template <index G>
struct groups_option {
  constexpr void apply(window_options& w, int) const {
    w.once(option::groups);
    w.groups = G >= 1 ? G : 1;
    if (G < 1) w.refuse(option::groups, -1, G, 1, relation::at_least);
  }
};

template <int Tile>
struct winograd_option {
  constexpr void apply(window_options& w, int) const {
    w.once(option::winograd);
    w.winograd = Tile;
    if (Tile != 1 && Tile != 2 && Tile != 4) w.refuse(option::winograd_tile, -1, Tile, 4, relation::divisor_of);
  }
};

template <class O>
concept window_option_like = requires(O o, window_options w) { o.apply(w, 1); };

template <class... Options>
constexpr window_options make_window_options(int nd) {
  window_options w;
  [[maybe_unused]] auto one = [&w, nd]<class O>(O o) {
    if constexpr (window_option_like<O>) o.apply(w, nd);
    else w.refuse(option::foreign, -1, 0, 0, relation::exactly);
  };
  (one(Options{}), ...);
  (void)nd;
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
/// A 3x3 correlation may be computed with Winograd's transforms: fewer multiplications, larger rounding errors.
inline constexpr support::winograd_option<1> winograd{};
/// The same with tiles of 2x2 or 4x4 results, whichever is given.
template <int Tile>
inline constexpr support::winograd_option<Tile> winograd_tile{};
/// Rows and columns added at the end of a transposed convolution's result.
template <index... P>
inline constexpr support::output_padding_option<P...> output_padding{};

}  // namespace intarsia
