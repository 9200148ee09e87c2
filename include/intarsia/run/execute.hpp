// SPDX-License-Identifier: Apache-2.0
// Running a program: a pointer for every buffer, then the kernels in their order.
// Receives the addresses of arguments and results; allocates nothing.
#pragma once

#include <cstring>

#include "intarsia/compile.hpp"
#include "intarsia/plan/padding.hpp"
#include "intarsia/run/refuse.hpp"
#include "intarsia/support/each.hpp"
#include "intarsia/support/target.hpp"

namespace intarsia::run {

/// The elements of constexpr tensors, in their own types, one array a node.
template <class Program, int Node>
struct embedded {
  static constexpr ir::node node = Program::tiled::view()[Node];
  using T = ir::element_t<node.type>;
  struct table {
    alignas(64) T of[static_cast<std::size_t>(node.shape.size())];
  };
  static constexpr table make() {
    table t{};
    for (index i = 0; i < node.shape.size(); ++i) t.of[i] = static_cast<T>(Program::tiled::view().values[node.aux + static_cast<int>(i)]);
    return t;
  }
  static constexpr table elements = make();
};

struct memory {
  const void* const* arguments;
  void* const* outputs;
  char* workspace;
  char* prepared = nullptr;
};

/// Where a buffer begins; for a tile of the batch, `address_of`.
template <class Program, int Buffer>
INTARSIA_INLINE char* start_of(const memory& m) {
  constexpr plan::buffer b = Program::planned::view().buffers[Buffer];
  if constexpr (b.where == plan::space::argument) return static_cast<char*>(const_cast<void*>(m.arguments[b.number]));
  else if constexpr (b.where == plan::space::output) return static_cast<char*>(m.outputs[b.number]);
  else if constexpr (b.where == plan::space::workspace) return m.workspace + b.offset;
  else if constexpr (b.where == plan::space::prepared) return m.prepared + b.offset;
  else {
    constexpr int node = [] {
      const auto g = Program::tiled::view();
      for (int i = 0; i < g.size(); ++i)
        if (g[i].what == ir::kind::data && g[i].aux == b.number) return i;
      return -1;
    }();
    return reinterpret_cast<char*>(const_cast<typename embedded<Program, node>::T*>(embedded<Program, node>::elements.of));
  }
}

template <class Program, int Buffer>
INTARSIA_INLINE char* address_of(const memory& m, index tile) {
  constexpr plan::buffer b = Program::planned::view().buffers[Buffer];
  if constexpr (b.tile_step == 0 || !Program::batched::view().repeats()) return start_of<Program, Buffer>(m) + b.tile_step * tile;
  else {
    constexpr index rows = Program::batched::view().size[1], last = Program::batched::view().beside();
    return start_of<Program, Buffer>(m) + b.tile_step / rows * (tile * rows < last ? tile * rows : last);
  }
}
/// The next buffer from number `from` on that is zeroed before this group, or -1.
template <class Program>
constexpr int next_zeroed(int group, int from) {
  const auto& buffers = Program::planned::view().buffers;
  for (int b = from; b < static_cast<int>(buffers.size()); ++b)
    if (buffers[b].zeroed && buffers[b].first == group) return b;
  return -1;
}
/// Axis `A` of the border of a value, and the further ones in its own part of it.
template <plan::padding Padding, int A = 0>
INTARSIA_INLINE void zero_border(char* at) {
  constexpr plan::padded_axis a = Padding.axis[A];
  if constexpr (a.from > 0) std::memset(at, 0, static_cast<std::size_t>(a.from * a.step));
  if constexpr (a.to < a.extent) std::memset(at + a.to * a.step, 0, static_cast<std::size_t>((a.extent - a.to) * a.step));
  if constexpr (A + 1 < Padding.axes)
    for (index i = a.from; i < a.to; ++i) zero_border<Padding, A + 1>(at + i * a.step);
}
/// Borders, and sums over the batch: zero before their first group, in tiles before the first tile.
template <class Program, int Group, int From = 0>
INTARSIA_INLINE void zero_buffers(const memory& m) {
  constexpr int found = next_zeroed<Program>(Group, From);
  if constexpr (found >= 0) {
    constexpr plan::buffer b = Program::planned::view().buffers[found];
    constexpr plan::padding padding = plan::padding_of(Program::tiled::view(), Program::fused::view(), Program::planned::view(), found);
    if constexpr (padding.axes > 0) zero_border<padding>(start_of<Program, found>(m));
    else std::memset(start_of<Program, found>(m), 0, static_cast<std::size_t>(b.elements * ir::size_of(b.type)));
    zero_buffers<Program, Group, found + 1>(m);
  }
  (void)m;
}

template <class Program, class Target, int Group, int... A>
INTARSIA_INLINE void run_kernel(const memory& m, index tile, std::integer_sequence<int, A...>) {
  using kernel = typename Program::template kernel<Group>;
  using nest = typename kernels_of<Target>::template nest<kernel::bound.kernel>;
  typename nest::pointers p{{(address_of<Program, kernel::bound.buffer[A]>(m, tile) +
                              kernel::bound.offset[A] * ir::size_of(kernel::bound.kernel.at[A].type))...}};
  nest::run(p);
}

template <class Program, class Target, int Section, int Group>
INTARSIA_INLINE void run_group(const memory& m, index tile) {
  if constexpr (Program::fused::view().groups[Group].time == Section) {
    if constexpr (Section % 2 == 0) zero_buffers<Program, Group>(m);
    run_kernel<Program, Target, Group>(m, tile, std::make_integer_sequence<int, Program::template kernel<Group>::bound.kernel.accesses>{});
  }
}

/// The bands of an image's rows, one after the other: `f.template run<Target>(m, tile)` for each.
template <class Target>
struct bands_on {
  template <class Program, class F>
  static INTARSIA_INLINE void run(const memory& m, const F& f) {
    for (index tile = 0; tile < Program::batched::view().tiles(); ++tile) f.template run<Target>(m, tile);
  }
};

/// All groups of a section in one tile.
template <class Program, int Section>
struct groups_of_tile {
  template <class Target>
  INTARSIA_INLINE void run(const memory& m, index tile) const {
    support::for_each_number<Program::groups>([&m, tile]<int Group>(std::integral_constant<int, Group>) INTARSIA_INLINE_LAMBDA { run_group<Program, Target, Section, Group>(m, tile); });
  }
};

template <class Program, class Target, int Section>
INTARSIA_INLINE void run_section(const memory& m) {
  constexpr groups_of_tile<Program, Section> all{};
  if constexpr (Section % 2 == 0) all.template run<Target>(m, 0);
  else if constexpr (Program::batched::view().in_bands()) bands_on<Target>::template run<Program>(m, all);
  else {
    support::for_each_number<Program::groups>([&m]<int Group>(std::integral_constant<int, Group>) {
      if constexpr (Program::fused::view().groups[Group].time == Section) zero_buffers<Program, Group>(m);
    });
    for (index tile = 0; tile < Program::batched::view().tiles(); ++tile) all.template run<Target>(m, tile);
  }
}

template <class Program, class Target, int... Section>
INTARSIA_INLINE void run_sections(const memory& m, std::integer_sequence<int, Section...>) {
  (run_section<Program, Target, Section>(m), ...);
}

template <class Program>
INTARSIA_INLINE void copy_late([[maybe_unused]] const memory& m) {
  support::for_each_number<Program::planned::view().late.size()>([&m]<int L>(std::integral_constant<int, L>) {
    constexpr plan::late_copy c = Program::planned::view().late[L];
    constexpr plan::buffer b = Program::planned::view().buffers[c.from];
    std::memcpy(const_cast<void*>(m.arguments[c.argument]), start_of<Program, c.from>(m), static_cast<std::size_t>(b.elements * ir::size_of(b.type)));
  });
}

/// Forward, backward and updates: all kernels of the program, with the workspace given.
template <class Program, class Target>
INTARSIA_INLINE void execute_in(const memory& m) {
  run_sections<Program, Target>(m, std::make_integer_sequence<int, Program::sections>{});
  copy_late<Program>(m);
}

/// The same with a workspace on the stack up to 64 KiB, thread-local above.
template <class Program, class Target>
INTARSIA_INLINE void execute(const void* const* arguments, void* const* outputs) {
  if constexpr (Program::workspace_bytes == 0) execute_in<Program, Target>({arguments, outputs, nullptr});
  else if constexpr (Program::workspace_bytes <= stack_limit) {
    alignas(64) char workspace[Program::workspace_bytes];
    execute_in<Program, Target>({arguments, outputs, workspace});
  } else {
    alignas(64) static thread_local char workspace[Program::workspace_bytes];
    execute_in<Program, Target>({arguments, outputs, workspace});
  }
}

}  // namespace intarsia::run
