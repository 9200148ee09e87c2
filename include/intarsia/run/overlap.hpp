// SPDX-License-Identifier: Apache-2.0
// Results in memory that the program also reads: as if everything were read first. Results in each other's memory are refused.
#pragma once

#include <cstdint>
#include <cstring>

#include "intarsia/run/execute.hpp"
#include "intarsia/support/error.hpp"

namespace intarsia::run {

/// Memory that a caller may give us any part of; an object of its own, the same as another one or apart from it; memory of ours.
enum class memory_of : std::uint8_t { anybody, object, ourselves };
template <int Arguments>
struct owners {
  memory_of result = memory_of::anybody;
  memory_of argument[Arguments > 0 ? Arguments : 1] = {};
};

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

  /// What a call asks about them. (Values, not calls: g++ would keep the whole graph in the program to answer these.)
  struct table {
    index argument_bytes[arguments > 0 ? arguments : 1] = {};
    index output_bytes[outputs > 0 ? outputs : 1] = {};
    int assigned[outputs > 0 ? outputs : 1] = {};  // the argument, or -1
    index offset[outputs + 1] = {};  // of each result in a buffer for all of them, and its size
    /// Whether result o may take the very place of argument a: each of its elements is read for the last time by the
    /// kernel that writes the result's element there.
    bool in_place[outputs > 0 ? outputs : 1][arguments > 0 ? arguments : 1] = {};
  };
  static constexpr table make() {
    table t;
    for (int a = 0; a < arguments; ++a) t.argument_bytes[a] = bytes_of_argument(a);
    for (int o = 0; o < outputs; ++o) {
      t.output_bytes[o] = bytes_of_output(o);
      t.assigned[o] = Program::traced::view().outputs[o].assigned;
      t.offset[o + 1] = t.offset[o] + (t.output_bytes[o] + 63) / 64 * 64;
    }
    const auto g = Program::tiled::view();
    const auto r = Program::fused::view();
    const auto batch = Program::batched::view();
    const plan::argument_reads reads(g, batch, r);
    for (int s = 0; s < r.stores.size(); ++s) {
      const fuse::store& st = r.stores[s];
      if (st.output < 0 || st.home || g.outputs[st.output].assigned >= 0) continue;
      for (int a = 0; a < arguments; ++a) {
        const auto& x = Program::traced::view().arguments[a];
        const auto& y = Program::traced::view()[Program::traced::view().outputs[st.output].node];
        t.in_place[st.output][a] = x.type == y.type && x.shape == y.shape && !reads.late(a, st.group, st.value) && !batch.repeats();
      }
    }
    return t;
  }
  static constexpr table facts = make();

  /// Whether memory at a and b is in part the same. (Modulo 2^64: both compilers fold the difference of two members of one
  /// object; of comparisons of addresses g++ folds neither, and 3x3 by 2x2 took 2.4 ns instead of 2.0 to 2.25 on Zen 5.)
  INTARSIA_INLINE static bool meet(const void* a, index a_size, const void* b, index b_size) {
    const auto ahead = reinterpret_cast<std::uintptr_t>(a) - reinterpret_cast<std::uintptr_t>(b);
    return a_size > 0 && b_size > 0 && (ahead < static_cast<std::uintptr_t>(b_size) || -ahead < static_cast<std::uintptr_t>(a_size));
  }

  /// (Of two objects, equal addresses: g++ folds the difference of two members one way only. 3x3 by 2x2, Zen 4: 1.8 to 1.5 ns.)
  template <owners<arguments> Owners>
  INTARSIA_INLINE static bool exists(const void* const* at, void* const* to) {
    bool found = false;
    for (int o = 0; o < outputs; ++o)
      for (int a = 0; a < arguments; ++a) {
        if (Owners.argument[a] == memory_of::ourselves) continue;
        const bool same = to[o] == at[a], objects = Owners.result == memory_of::object && Owners.argument[a] == memory_of::object;
        const bool met = objects ? same : meet(to[o], facts.output_bytes[o], at[a], facts.argument_bytes[a]);
        found = found || (met && !(same && facts.in_place[o][a]));
      }
    return found;
  }

  /// Whether a result would be written over another one, or over an argument that the program assigns to.
  INTARSIA_INLINE static bool collides(const void* const* at, void* const* to) {
    bool found = false;
    for (int o = 1; o < outputs; ++o)
      for (int p = 0; p < o; ++p) {
        const int assigned = facts.assigned[o] >= 0 ? facts.assigned[o] : facts.assigned[p];
        if (facts.assigned[o] >= 0 && facts.assigned[p] >= 0) continue;
        const int result = facts.assigned[o] >= 0 ? p : o;
        const void* other = assigned >= 0 ? at[assigned] : to[p];
        const index size = assigned >= 0 ? facts.argument_bytes[assigned] : facts.output_bytes[p];
        found = found || meet(to[result], facts.output_bytes[result], other, size);
      }
    return found;
  }
};

[[gnu::noinline, gnu::cold]] inline void report_places() { support::fail("intarsia: [places] two results of a call in the same memory"); }

/// Results made beside their places and then copied. An own frame, so that the buffer costs nothing where nothing overlaps.
template <class Program, class Run>
[[gnu::noinline]] void execute_beside(const void* const* at, void* const* to, Run run) {
  using laps = overlap<Program>;
  alignas(64) static thread_local char beside[laps::facts.offset[laps::outputs]];
  void* there[laps::outputs];
  for (int o = 0; o < laps::outputs; ++o) there[o] = to[o] ? beside + laps::facts.offset[o] : nullptr;
  run(at, static_cast<void* const*>(there));
  for (int o = 0; o < laps::outputs; ++o)
    if (to[o]) std::memcpy(to[o], there[o], static_cast<std::size_t>(laps::facts.output_bytes[o]));
}

/// Runs the program by `run(at, to)`; where a result overlaps what is read, beside its place.
/// Errors: [places].
template <class Program, owners<overlap<Program>::arguments> Owners = owners<overlap<Program>::arguments>{}, class Run>
INTARSIA_INLINE void execute_apart(const void* const* at, void* const* to, Run run) {
  using laps = overlap<Program>;
  if (laps::collides(at, to)) [[unlikely]] report_places();
  if (!laps::template exists<Owners>(at, to)) [[likely]] return run(at, to);
  // copies: the addresses themselves stay in registers for the likely case
  const void* from[laps::arguments > 0 ? laps::arguments : 1] = {};
  void* into[laps::outputs > 0 ? laps::outputs : 1] = {};
  for (int a = 0; a < laps::arguments; ++a) from[a] = at[a];
  for (int o = 0; o < laps::outputs; ++o) into[o] = to[o];
  execute_beside<Program>(from, into, run);
}

}  // namespace intarsia::run
