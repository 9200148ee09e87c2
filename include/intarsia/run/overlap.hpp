// SPDX-License-Identifier: Apache-2.0
// Results in memory that the program also reads: as if everything were read first.
#pragma once

#include <cstring>

#include "intarsia/run/execute.hpp"

namespace intarsia::run {

template <class Program>
struct overlap {
  static constexpr int arguments = Program::traced::view().arguments.size();
  static constexpr int outputs = Program::traced::view().outputs.size();

  static constexpr index bytes_of_argument(int a) {
    const auto& x = Program::traced::view().arguments[a];
    return x.shape.size() * ir::size_of(x.type);
  }
  static constexpr index bytes_of_output(int o) {
    const auto g = Program::traced::view();
    return g.outputs[o].assigned >= 0 ? 0 : g[g.outputs[o].node].shape.size() * ir::size_of(g[g.outputs[o].node].type);
  }

  /// Whether result o may take the very place of argument a: each of its elements is read for the last time by the
  /// kernel that writes the result's element there.
  struct table {
    bool of[outputs > 0 ? outputs : 1][arguments > 0 ? arguments : 1] = {};
  };
  static constexpr table make() {
    table t;
    const auto g = Program::tiled::view();
    const auto r = Program::fused::view();
    const plan::argument_reads reads(g, r);
    for (int s = 0; s < r.stores.size(); ++s) {
      const fuse::store& st = r.stores[s];
      if (st.output < 0 || st.home || g.outputs[st.output].assigned >= 0) continue;
      for (int a = 0; a < arguments; ++a) {
        const auto& x = Program::traced::view().arguments[a];
        const auto& y = Program::traced::view()[Program::traced::view().outputs[st.output].node];
        t.of[st.output][a] = x.type == y.type && x.shape == y.shape && !reads.late(a, st.group);
      }
    }
    return t;
  }
  static constexpr table in_place = make();

  INTARSIA_INLINE static bool exists(const void* const* at, void* const* to) {
    bool found = false;
    for (int o = 0; o < outputs; ++o) {
      const char* begin = static_cast<const char*>(to[o]);
      for (int a = 0; a < arguments; ++a) {
        const char* other = static_cast<const char*>(at[a]);
        const bool meets = other < begin + bytes_of_output(o) && begin < other + bytes_of_argument(a);
        found = found || (meets && !(other == begin && in_place.of[o][a]));
      }
    }
    return found;
  }

  static constexpr index offset_of(int output) {
    index bytes = 0;
    for (int o = 0; o < output; ++o) bytes += (bytes_of_output(o) + 63) / 64 * 64;
    return bytes;
  }
};

/// Runs the program; where a result overlaps what is read, results are made beside their places and then copied.
template <class Program, class Target>
INTARSIA_INLINE void execute_apart(const void* const* at, void* const* to) {
  using laps = overlap<Program>;
  if (!laps::exists(at, to)) [[likely]] return execute<Program, Target>(at, to);
  // an own frame, so that the buffer costs nothing where nothing overlaps
  [&]() __attribute__((noinline)) {
    alignas(64) static thread_local char beside[laps::offset_of(laps::outputs)];
    void* there[laps::outputs];
    for (int o = 0; o < laps::outputs; ++o) there[o] = to[o] ? beside + laps::offset_of(o) : nullptr;
    execute<Program, Target>(at, there);
    for (int o = 0; o < laps::outputs; ++o)
      if (to[o]) std::memcpy(to[o], there[o], static_cast<std::size_t>(laps::bytes_of_output(o)));
  }();
}

}  // namespace intarsia::run
