// SPDX-License-Identifier: Apache-2.0
// Shapes: as a type (`shape<6, 8>`, what errors print) and as a value (`extents`, what passes compute with).
// Invariant: at most `max_rank` extents, and their product fits in `index`.
#pragma once

#include <cstddef>
#include <limits>

namespace intarsia {

using index = std::ptrdiff_t;

/// The largest number of axes of any value, those of pooling windows over 3-D images included.
inline constexpr int max_rank = 8;

template <std::size_t... D>
struct shape {
  static constexpr int rank = sizeof...(D);
};

/// A shape as a value.
struct extents {
  int rank = 0;
  index of[max_rank] = {};

  constexpr index operator[](int axis) const { return of[axis]; }
  constexpr index& operator[](int axis) { return of[axis]; }
  constexpr void push(index extent) { of[rank++] = extent; }
  constexpr index size() const {
    index product = 1;
    for (int i = 0; i < rank; ++i) product *= of[i];
    return product;
  }
  friend constexpr bool operator==(const extents&, const extents&) = default;
};

template <std::size_t... D>
inline constexpr extents extents_of{static_cast<int>(sizeof...(D)), {static_cast<index>(D)...}};

/// Which axes of a finer shape make up each axis of a shape: axis d is the row-major join of [first[d], last[d]).
struct refinement {
  bool exists = false;
  int first[max_rank] = {};
  int last[max_rank] = {};
};
constexpr refinement refine(const extents& fine, const extents& coarse) {
  refinement r;
  int at = 0;
  for (int d = 0; d < coarse.rank; ++d) {
    r.first[d] = at;
    index joined = 1;
    if (coarse[d] == 1 && at < fine.rank && fine[at] == 1) ++at;
    while (joined < coarse[d] && at < fine.rank) joined *= fine[at++];
    r.last[d] = at;
    if (joined != coarse[d]) return {};
  }
  while (at < fine.rank && fine[at] == 1) ++at;
  r.exists = at == fine.rank;
  return r;
}

/// Which axis of `b` is each axis of `a`, -1 for axes of one element, where the shapes differ in nothing but those.
struct correspondence {
  bool exists = false;
  int axis[max_rank] = {};
};
constexpr correspondence match_but_ones(const extents& a, const extents& b) {
  correspondence c;
  int at = 0;
  for (int d = 0; d < a.rank; ++d) {
    c.axis[d] = -1;
    if (a[d] == 1) continue;
    while (at < b.rank && b[at] == 1) ++at;
    if (at == b.rank || b[at] != a[d]) return c;
    c.axis[d] = at++;
  }
  while (at < b.rank && b[at] == 1) ++at;
  c.exists = at == b.rank;
  return c;
}

namespace support {
/// Whether the product of the extents, counted in bytes, fits in `index`.
constexpr bool product_fits(const extents& e, std::size_t element_size) {
  index limit = std::numeric_limits<index>::max() / static_cast<index>(element_size);
  for (int i = 0; i < e.rank; ++i) {
    if (e[i] <= 0) return e[i] == 0;
    limit /= e[i];
  }
  return limit > 0;
}
}  // namespace support
}  // namespace intarsia
