// SPDX-License-Identifier: Apache-2.0
// Running a program: a pointer for every buffer, then the kernels in their order.
// Receives the addresses of arguments and results; allocates nothing.
#pragma once

#include <cstring>

#include "intarsia/compile.hpp"
#include "intarsia/run/target.hpp"

namespace intarsia::run {

/// The elements of constexpr tensors, in their own types, one array a node.
template <class Program, int Node>
struct embedded {
  static constexpr ir::node node = Program::padded::view()[Node];
  using T = ir::element_t<node.type>;
  struct table {
    alignas(64) T of[static_cast<std::size_t>(node.shape.size())];
  };
  static constexpr table make() {
    table t{};
    for (index i = 0; i < node.shape.size(); ++i) t.of[i] = static_cast<T>(Program::padded::view().values[node.aux + static_cast<int>(i)]);
    return t;
  }
  static constexpr table elements = make();
};

struct memory {
  const void* const* arguments;
  void* const* outputs;
  char* workspace;
};

template <class Program, int Buffer>
INTARSIA_INLINE char* address_of(const memory& m) {
  constexpr plan::buffer b = Program::planned::view().buffers[Buffer];
  if constexpr (b.where == plan::space::argument) return static_cast<char*>(const_cast<void*>(m.arguments[b.number]));
  else if constexpr (b.where == plan::space::output) return static_cast<char*>(m.outputs[b.number]);
  else if constexpr (b.where == plan::space::workspace) return m.workspace + b.offset;
  else {
    constexpr int node = [] {
      const auto g = Program::padded::view();
      for (int i = 0; i < g.size(); ++i)
        if (g[i].what == ir::kind::data && g[i].aux == b.number) return i;
      return -1;
    }();
    return reinterpret_cast<char*>(const_cast<typename embedded<Program, node>::T*>(embedded<Program, node>::elements.of));
  }
}

template <class Program, int Group, int... Buffer>
INTARSIA_INLINE void zero_borders(const memory& m, std::integer_sequence<int, Buffer...>) {
  [[maybe_unused]] auto one = [&m]<int B>(std::integral_constant<int, B>) {
    constexpr plan::buffer b = Program::planned::view().buffers[B];
    if constexpr (b.zeroed && b.first == Group) std::memset(address_of<Program, B>(m), 0, static_cast<std::size_t>(b.elements * ir::size_of(b.type)));
  };
  (one(std::integral_constant<int, Buffer>{}), ...);
}

template <class Program, class Target, int Group, int... A>
INTARSIA_INLINE void run_group(const memory& m, std::integer_sequence<int, A...>) {
  using kernel = typename Program::template kernel<Group>;
  using nest = typename kernels_of<Target>::template nest<kernel::bound.kernel>;
  zero_borders<Program, Group>(m, std::make_integer_sequence<int, Program::planned::view().buffers.size()>{});
  typename nest::pointers p{{(address_of<Program, kernel::bound.buffer[A]>(m) +
                              kernel::bound.offset[A] * ir::size_of(kernel::bound.kernel.at[A].type))...}};
  nest::run(p);
}

template <class Program, class Target, int... Group>
INTARSIA_INLINE void run_groups(const memory& m, std::integer_sequence<int, Group...>) {
  (run_group<Program, Target, Group>(m, std::make_integer_sequence<int, Program::template kernel<Group>::bound.kernel.accesses>{}), ...);
}

template <class Program, int... Late>
INTARSIA_INLINE void copy_late(const memory& m, std::integer_sequence<int, Late...>) {
  [[maybe_unused]] auto one = [&m]<int L>(std::integral_constant<int, L>) {
    constexpr plan::late_copy c = Program::planned::view().late[L];
    constexpr plan::buffer b = Program::planned::view().buffers[c.from];
    std::memcpy(const_cast<void*>(m.arguments[c.argument]), address_of<Program, c.from>(m), static_cast<std::size_t>(b.elements * ir::size_of(b.type)));
  };
  (one(std::integral_constant<int, Late>{}), ...);
  (void)m;
}

/// Forward, backward and updates: all kernels of the program, with the workspace given.
template <class Program, class Target>
INTARSIA_INLINE void execute_in(const memory& m) {
  run_groups<Program, Target>(m, std::make_integer_sequence<int, Program::groups>{});
  copy_late<Program>(m, std::make_integer_sequence<int, Program::planned::view().late.size()>{});
}

inline constexpr index stack_limit = 64 * 1024;

/// The same with a workspace on the stack up to 64 KiB, thread-local above.
template <class Program, class Target>
INTARSIA_INLINE void execute(const void* const* arguments, void* const* outputs) {
  if constexpr (Program::workspace_bytes == 0) execute_in<Program, Target>({arguments, outputs, nullptr});
  else if constexpr (Program::workspace_bytes <= stack_limit) {
    alignas(64) char workspace[Program::workspace_bytes];
    execute_in<Program, Target>({arguments, outputs, workspace});
  } else {
#if defined(INTARSIA_NO_STATIC_WORKSPACE)
    static_assert(Program::workspace_bytes <= stack_limit,
                  "intarsia: [workspace] this call needs more than 64 KiB of workspace, and the build forbids static ones: use ia::prepare");
#else
    alignas(64) static thread_local char workspace[Program::workspace_bytes];
    execute_in<Program, Target>({arguments, outputs, workspace});
#endif
  }
}

}  // namespace intarsia::run
