// SPDX-License-Identifier: Apache-2.0
// What one loop nest can hold: groups are cut to fit.
#pragma once

namespace intarsia::fuse {

inline constexpr int max_accesses = 28;
inline constexpr int max_instructions = 96;
inline constexpr int max_guards = 12;
inline constexpr int max_stores = 12;
inline constexpr int max_sinks = 6;

/// An upper bound of what a value, and all that is computed with it, asks of a nest.
struct weight {
  int instructions = 0;
  int accesses = 0;
  int guards = 0;
  int stores = 0;
  constexpr weight& operator+=(const weight& w) {
    instructions += w.instructions, accesses += w.accesses, guards += w.guards, stores += w.stores;
    return *this;
  }
  constexpr weight times(int n) const { return {instructions * n, accesses * n, guards * n, stores * n}; }
  friend constexpr weight operator+(weight a, const weight& b) { return a += b; }
  constexpr bool fits(const weight& room) const {
    return instructions <= room.instructions && accesses <= room.accesses && guards <= room.guards && stores <= room.stores;
  }
};
inline constexpr weight whole_nest{max_instructions, max_accesses, max_guards, max_stores};
inline constexpr weight half_nest{max_instructions / 2, max_accesses / 2, max_guards / 2, max_stores};

}  // namespace intarsia::fuse
