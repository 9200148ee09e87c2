// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace intarsia::tool {

namespace {

summary count(const machine_code& m, std::span<const std::size_t> which) {
  summary s;
  std::set<std::string> vectors, others;
  for (const std::size_t k : which) {
    const instruction& i = m.code[k];
    ++s.instructions;
    ++s.by_kind[static_cast<std::size_t>(i.what)];
    s.loads += i.loads;
    s.stores += i.stores;
    s.spills += i.stack;
    s.gathers += i.gathers;
    s.divisions += i.division;
    s.flops += i.flops;
    s.bytes += i.size;
    if (i.what == kind::call) s.callees.push_back(i.note.empty() ? i.text() : i.note);
    for (const std::string& r : i.registers) (r[0] == 'z' || r[0] == 'v' ? vectors : others).insert(r);
  }
  s.vector_registers = static_cast<int>(vectors.size());
  s.other_registers = static_cast<int>(others.size());
  return s;
}

}  // namespace

summary summary_of(const machine_code& m) {
  std::vector<std::size_t> all(m.code.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return count(m, all);
}
summary summary_of(const machine_code& m, const loop& l) { return count(m, l.members); }

int vector_registers_of(architecture machine, const std::string& target) { return machine == architecture::aarch64 || target.starts_with("AVX3") ? 32 : 16; }

}  // namespace intarsia::tool
