// SPDX-License-Identifier: Apache-2.0
// Each pass keeps the value: random programs, interpreted before and after, exactly equal on integer-valued data.
#include <boost/test/unit_test.hpp>

#include <intarsia/compile.hpp>
#include <intarsia/ir/print.hpp>

#include "../reference/interpret.hpp"
#include "../reference/random_graph.hpp"

using namespace intarsia;

namespace {

std::vector<reference::graphs::elements> data_for(const ir::graph_view& g, std::uint64_t seed) {
  std::vector<reference::graphs::elements> all;
  reference::random_graph r(seed + 1000);
  for (const ir::argument& a : g.arguments) {
    reference::graphs::elements e(static_cast<std::size_t>(a.shape.size()));
    for (double& v : e) v = r.below(7) - 3;
    all.push_back(e);
  }
  return all;
}

void same(const char* pass, std::uint64_t seed, const ir::graph_view& before, const ir::graph_view& after, const std::vector<reference::graphs::elements>& data) {
  const auto a = reference::graphs::results(before, data), b = reference::graphs::results(after, data);
  BOOST_REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) {
      std::size_t e = 0;
      while (e < a[i].size() && e < b[i].size() && a[i][e] == b[i][e]) ++e;
      BOOST_FAIL(pass << " changed result " << i << " of program " << seed << " at element " << e << ": " << a[i][e] << " became " << b[i][e] << "\n"
                      << ir::to_text(before) << "\n" << ir::to_text(after));
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(passes_keep_the_value) {
  int nodes = 0, smaller = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const ir::graph traced = reference::random_graph::make(seed, 10 + static_cast<int>(seed % 51), true);
    const auto data = data_for(traced, seed);
    const ir::graph derived = differentiate::run(traced);
    for (const ir::node& n : derived.nodes) BOOST_REQUIRE(n.what != ir::kind::gradient);
    const ir::graph simple = simplify::run(derived);
    same("simplify", seed, derived, simple, data);
    const ir::graph again = simplify::run(simple);
    same("simplify, again,", seed, simple, again, data);
    const ir::graph dense = fuse::with_residues(simple);
    same("residues", seed, simple, dense, data);
    const ir::graph padded = simplify::run(fuse::with_padding(dense));
    same("padding", seed, dense, padded, data);
    const ir::graph packed = fuse::with_packing(padded, 4);
    same("packing", seed, padded, packed, data);
    nodes += derived.nodes.size();
    smaller += derived.nodes.size() - simple.nodes.size();
  }
  BOOST_TEST_MESSAGE("600 programs, " << nodes << " nodes, " << smaller << " simplified away");
  BOOST_TEST(smaller > 0);
}

/// The derivatives of a convolution with channels, to its input as sums of columns, to its kernel by columns.
BOOST_AUTO_TEST_CASE(columns_keep_the_value) {
  int to_input = 0, to_kernel = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    reference::random_graph r(seed);
    extents x, w;
    support::window_options o;
    x.push(1 + r.below(2)), x.push(2 * (1 + r.below(2)));
    w.push(1 + r.below(3)), w.push(x[1]);
    for (int d = 0; d < 2; ++d) {
      x.push(3 + r.below(7)), w.push(1 + r.below(4));
      o.lo[d] = r.below(3), o.hi[d] = r.below(3), o.stride[d] = 1 + r.below(3), o.dilation[d] = 1 + r.below(2);
    }
    const support::verdict v = support::correlation_rule(x, w, 2, o);
    if (!v.ok()) continue;
    ir::contraction c;
    c.share(0, 0, -1, x[0]);
    c.share(-1, 1, 1, x[1]);
    c.share(1, -1, 0, w[0]);
    for (int d = 2; d < 4; ++d) support::add_window(c, o, d - 2, ir::lhs, d, x[d], ir::out, d, v.shape[d], ir::rhs, d, w[d]);
    const int image = r.argument(x), taps = r.argument(w), dy = r.argument(v.shape);
    r.g.outputs.push({ir::contract(r.g, dy, taps, x, ir::exchange(c, ir::out, ir::lhs))});
    r.g.outputs.push({ir::contract(r.g, image, dy, w, ir::exchange(c, ir::out, ir::rhs))});
    const auto data = data_for(r.g, seed);
    const ir::graph summed = fuse::with_col2im(r.g, true);
    to_input += summed.nodes.size() > r.g.nodes.size();
    same("col2im", seed, r.g, summed, data);
    const ir::graph padded = fuse::with_padding(r.g), written = fuse::with_im2col(padded, 2, true);
    to_kernel += written.nodes.size() > padded.nodes.size();
    same("im2col", seed, padded, written, data);
  }
  BOOST_TEST(to_input > 100);
  BOOST_TEST(to_kernel > 100);
}

BOOST_AUTO_TEST_CASE(live_buffers_do_not_overlap) {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const ir::graph g = simplify::run(fuse::with_padding(fuse::with_residues(simplify::run(differentiate::run(reference::random_graph::make(seed, 10 + static_cast<int>(seed % 51), true))))));
    const fuse::batching b = fuse::find_batch(g, 16, false);
    const fuse::grouping r = fuse::run(g, b, fuse::find_readers(g, b));
    const plan::memory m = plan::place(plan::lifetimes(g, b, r), r.groups.size());
    for (int i = 0; i < m.buffers.size(); ++i)
      for (int j = 0; j < i; ++j) {
        const plan::buffer &p = m.buffers[i], &q = m.buffers[j];
        if (p.where != plan::space::workspace || q.where != plan::space::workspace || p.first < 0 || q.first < 0) continue;
        const bool together = p.first <= q.last && q.first <= p.last;
        const bool overlap = p.offset < q.offset + plan::bytes_of(q) && q.offset < p.offset + plan::bytes_of(p);
        BOOST_REQUIRE_MESSAGE(!(together && overlap), "program " << seed << ": buffers " << i << " and " << j << " live together and overlap");
      }
    // every value that a group reads was stored by an earlier group, or by itself at the same point
    for (int i = 0; i < g.nodes.size(); ++i)
      if (r.fates[i] == fuse::fate::computed) {
        auto meet = [&](int from, bool) { BOOST_REQUIRE(r.group_of[from] <= r.group_of[i]); };
        for (int operand : g[i].in)
          if (operand >= 0) fuse::detail::walk(g, r, operand, true, meet);
      }
  }
}
