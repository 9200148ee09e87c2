// SPDX-License-Identifier: Apache-2.0
// What a binary says of a function that has a name: a record among its constants, for the command-line tool, which runs the
// passes again on the graph in it. No code reads it, and functions without a name have none; INTARSIA_NO_DESCRIPTIONS leaves
// it out everywhere.
//
// The record is found by its first bytes, in whatever section it lies: g++ 12 ignores section names that templates ask for.
#pragma once

#include <array>
#include <string_view>

#include "intarsia/ir/wire.hpp"
#include "intarsia/run/cost.hpp"
#include "intarsia/run/record.hpp"
#include "intarsia/support/fixed_string.hpp"
#include "intarsia/support/target.hpp"

// Nothing refers to a record. Without `retain`, --gc-sections would drop it; with it, a function is kept that nobody calls.
#if defined(__has_cpp_attribute) && __has_cpp_attribute(gnu::retain)
#define INTARSIA_KEPT [[gnu::used, gnu::retain, gnu::visibility("hidden")]]
#else
#define INTARSIA_KEPT [[gnu::used, gnu::visibility("hidden")]]
#endif

namespace intarsia::run {

/// f32[6,8], i32[256]; the parts of a model together: model of 61706
template <class S>
constexpr void write_signature(S& text, const ir::graph_view& g) {
  auto number = [&text](index v) {
    index power = 1;
    while (v / power >= 10) power *= 10;
    for (; power > 0; power /= 10) text(static_cast<char>('0' + v / power % 10));
  };
  auto words = [&text](std::string_view w) {
    for (char c : w) text(c);
  };
  auto value = [&](ir::dtype type, const extents& shape) {
    words(ir::name_of(type));
    for (int d = 0; d < shape.rank; ++d) words(d == 0 ? "[" : ","), number(shape[d]);
    if (shape.rank > 0) words("]");
  };
  bool first = true;
  auto comma = [&] {
    if (!first) words(", ");
    first = false;
  };
  for (int i = 0; i < g.arguments.size();) {
    comma();
    if (g.arguments[i].is == ir::part::input) {
      value(g.arguments[i].type, g.arguments[i].shape);
      ++i;
      continue;
    }
    index elements = 0;
    for (; i < g.arguments.size() && g.arguments[i].is != ir::part::input; ++i) elements += g.arguments[i].shape.size();
    words("model of "), number(elements);
  }
  words(" -> ");
  first = true;
  for (const ir::output& o : g.outputs)
    if (o.assigned < 0) comma(), value(g[o.node].type, g[o.node].shape);
  int updates = 0;
  for (const ir::output& o : g.outputs) updates += o.assigned >= 0;
  if (updates > 0) comma(), words("updates "), number(updates);
}

struct record_start {
  record_head head{};
};
/// The kernel's own function; of one that is part of its callers, a copy.
template <class Program, class Target, int Group>
struct kernel_address {
  using nest = typename kernels_of<Target>::template nest<Program::template kernel<Group>::bound.kernel>;
  void (*run)(const typename nest::pointers&) = &nest::run_apart;
};

template <class Program, class Target, std::size_t Count, class Groups>
struct record;
template <class Program, class Target, std::size_t Count, int... Group>
struct record<Program, Target, Count, std::integer_sequence<int, Group...>> : record_start, kernel_address<Program, Target, Group>... {
  unsigned char bytes[Count] = {};
};

template <fixed_string Name, class Program, class Target, bool Prepared>
struct description {
  struct bytes {
    support::list<unsigned char> of;
    struct view {
      support::slice<unsigned char> of;
    };
    constexpr auto lists() const { return std::tie(of); }
  };
  struct write_pass {
    static constexpr bytes run() {
      ir::wire::writer w;
      auto text = [&w](std::string_view s) {
        w.natural(s.size());
        for (char c : s) w.byte(static_cast<unsigned char>(c));
      };
      text(Name.view()), text(kernels_of<Target>::name);
      support::list<char> signature;
      auto append = [&signature](char c) { signature.push(c); };
      write_signature(append, Program::traced::view());
      text({signature.data(), static_cast<std::size_t>(signature.size())});
      w(Prepared), w(Program::machine.vector_bytes), w(Program::machine.registers);
      constexpr call_cost c = cost_of(Program::padded::view(), Program::planned::view(), Program::groups);
      w(c.flops), w(c.bytes), w(c.workspace_bytes), w(Program::prepared_bytes), w(c.kernels);
      [&w]<int... G>(std::integer_sequence<int, G...>) {
        const std::uint32_t prints[] = {plan::fingerprint(Program::template kernel<G>::bound.kernel)..., 0};
        for (int g = 0; g < Program::groups; ++g) w(prints[g]);
      }(std::make_integer_sequence<int, Program::groups>{});
      w(ir::wire::dialect());
      ir::wire::write(w, Program::traced::view());
      return {w.bytes};
    }
  };
  using written = support::frozen<write_pass>;
  static constexpr std::size_t count = static_cast<std::size_t>(written::view().of.size());

  static constexpr auto make() {
    record<Program, Target, count, std::make_integer_sequence<int, Program::groups>> r;
    r.head = {{}, record_format, Program::groups, count, hash_of(written::view().of.data(), count)};
    for (int i = 0; i < 16; ++i) r.head.magic[i] = record_magic[i];
    for (std::size_t i = 0; i < count; ++i) r.bytes[i] = written::view().of[static_cast<int>(i)];
    return r;
  }
  INTARSIA_KEPT alignas(16) static constexpr auto held = make();
};

/// Stands in each call of a function; makes no code.
template <fixed_string Name, class Program, class Target, bool Prepared = false>
INTARSIA_INLINE void keep_description() {
#if !defined(INTARSIA_NO_DESCRIPTIONS)
  if constexpr (!Name.view().empty()) (void)&description<Name, Program, Target, Prepared>::held;
#endif
}

}  // namespace intarsia::run
