// SPDX-License-Identifier: Apache-2.0
// Random programs compiled to kernels and run, against their interpretation: exactly equal on integer-valued data.
// FIRST and COUNT choose the programs of this unit.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include "../reference/interpret.hpp"
#include "../reference/random_graph.hpp"

using namespace intarsia;

namespace {


template <std::uint64_t Seed>
struct random_trace {
  static constexpr ir::graph run() { return reference::random_graph::make(Seed, 10 + static_cast<int>(Seed % 31), true); }
};

template <std::uint64_t Seed>
void compare() {
  using program = compilation<random_trace<Seed>, kernels_of<static_target>>;
  const ir::graph_view g = program::differentiated::view();
  reference::random_graph r(Seed + 1000);
  std::vector<reference::graphs::elements> data;
  std::vector<std::vector<float>> arguments, outputs;
  for (const ir::argument& a : g.arguments) {
    data.emplace_back(static_cast<std::size_t>(a.shape.size()));
    for (double& v : data.back()) v = r.below(7) - 3;
    arguments.emplace_back(data.back().begin(), data.back().end());
  }
  for (const ir::output& o : g.outputs) outputs.emplace_back(static_cast<std::size_t>(g[o.node].shape.size()), -1.f);
  std::vector<const void*> at;
  std::vector<void*> to;
  for (auto& a : arguments) at.push_back(a.data());
  for (auto& o : outputs) to.push_back(o.data());
  run::execute<program, static_target>(at.data(), to.data());

  const auto wanted = reference::graphs::results(g, data);
  for (int o = 0; o < g.outputs.size(); ++o) {
    const auto& expected = wanted[static_cast<std::size_t>(o)];
    const auto& got = outputs[static_cast<std::size_t>(o)];
    for (std::size_t e = 0; e < got.size(); ++e)
      if (got[e] != static_cast<float>(expected[e]))
        BOOST_FAIL("program " << Seed << ", result " << o << ", element " << e << " of " << got.size() << ": " << got[e] << ", expected " << expected[e] << "\n"
                              << ir::to_text(program::tiled::view()));
  }
}

template <int... I>
void compare_all(std::integer_sequence<int, I...>) {
  (compare<FIRST + I>(), ...);
}

}  // namespace

BOOST_AUTO_TEST_CASE(programs) { compare_all(std::make_integer_sequence<int, COUNT>{}); }
