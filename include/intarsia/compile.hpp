// SPDX-License-Identifier: Apache-2.0
// The table of contents: every pass, in order, with the reason for the order.
// Each result is a constant of its own, so that it can be printed and tested, and because compilers count the steps of
// one constant evaluation.
#pragma once

#include "intarsia/differentiate/differentiate.hpp"
#include "intarsia/fuse/bands.hpp"
#include "intarsia/fuse/col2im.hpp"
#include "intarsia/fuse/fuse.hpp"
#include "intarsia/fuse/im2col.hpp"
#include "intarsia/fuse/pack.hpp"
#include "intarsia/fuse/pad.hpp"
#include "intarsia/fuse/residues.hpp"
#include "intarsia/fuse/slices.hpp"
#include "intarsia/fuse/winograd.hpp"
#include "intarsia/plan/lower.hpp"
#include "intarsia/plan/plan.hpp"
#include "intarsia/plan/tile.hpp"
#include "intarsia/simplify/fold.hpp"
#include "intarsia/simplify/separable.hpp"
#include "intarsia/simplify/simplify.hpp"

namespace intarsia {

/// Each pass as a function from graph to graph, for whoever runs them: the compiler below, or a tool on a graph that it was given.
namespace passes {

/// 2. Gradients, while values still have the identity that the user gave them: merged twins would share derivatives.
constexpr ir::graph differentiated(const ir::graph_view& traced) { return differentiate::run(traced); }

/// 3. Algebra, common subexpressions, dead code: on values and derivatives together, which share most of their terms.
constexpr ir::graph simplified(const ir::graph_view& differentiated) {
  if (simplify::has_data(differentiated)) return simplify::run(simplify::separated(differentiated));
  return simplify::run(differentiated);
}
/// For `prepare`: scales and shifts that parameters decide, into the weights; before borders hide the contractions.
constexpr ir::graph folded(const ir::graph_view& simplified) { return simplify::run(simplify::folded(simplified)); }

/// 4. Gradients with more weights than image as sums of columns, strided ones as dense ones; borders as explicit zeros, so that
///    contractions need no bounds; again simplified, because windows of one value mostly ask for the same border.
constexpr ir::graph padded(const ir::graph_view& simplified) {
  if (fuse::has_col2im(simplified)) return padded(fuse::with_col2im(simplified));
  if (fuse::has_residues(simplified)) return simplify::run(fuse::with_padding(fuse::with_residues(simplified)));
  return simplify::run(fuse::with_padding(simplified));
}

/// 5. The batch, cut into tiles that stay in cache: before fusion, because values of different sections cannot share a nest.
///    Where it is not cut, windows written out and Winograd's transforms, which need the borders, and panels for what is left.
constexpr ir::graph copied(const ir::graph_view& padded, index lanes, bool prepared) {
  const fuse::batching b = fuse::find_batch(padded, lanes, prepared);
  if (!b.size.empty()) return fuse::with_copies(padded, b);
  if (fuse::has_im2col(padded, lanes)) return copied(fuse::with_im2col(padded, lanes), lanes, prepared);
  if (fuse::has_winograd(padded)) return fuse::with_packing(fuse::with_winograd(padded, lanes), lanes, prepared);
  return fuse::with_packing(padded, lanes, prepared);
}
constexpr fuse::batching batched(const ir::graph_view& copied, index lanes, bool prepared) {
  const fuse::batching b = fuse::find_batch(copied, lanes, prepared);
  if (!b.size.empty() || prepared) return b;
  const fuse::batching rows = fuse::find_bands(copied);
  if (!rows.size.empty()) return rows;
  const fuse::batching slices = fuse::find_slices(copied);
  return slices.size.empty() ? b : slices;
}
constexpr ir::graph tiled(const ir::graph_view& copied, const fuse::batching_view& batch) { return fuse::one_tile(copied, batch); }

/// 6. Which values share a loop nest: needs the final graph, decides what exists in memory.
constexpr fuse::readers read(const ir::graph_view& tiled, const fuse::batching_view& batch) { return fuse::find_readers(tiled, batch); }
constexpr fuse::grouping fused(const ir::graph_view& tiled, const fuse::batching_view& batch, const fuse::readers_view& read) {
  return fuse::run(tiled, batch, read);
}

/// 7. A place for everything that exists in memory: needs the order of the groups for lifetimes.
constexpr plan::memory living(const ir::graph_view& tiled, const fuse::batching_view& batch, const fuse::grouping_view& groups) {
  return plan::lifetimes(tiled, batch, groups);
}
constexpr plan::memory planned(const plan::memory_view& living, int groups) { return plan::place(living, groups); }

/// 8. One loop nest a group, with its addresses; lanes and tiles by the target's cost model.
constexpr plan::bound_nest kernel(const ir::graph_view& tiled, const fuse::batching_view& batch, const fuse::grouping_view& groups,
                                  const plan::memory_view& memory, int group, const plan::machine& machine) {
  plan::bound_nest b = plan::lowering(tiled, batch, groups, memory, group).run();
  b.kernel = plan::tiled(b.kernel, machine);
  return b;
}

}  // namespace passes

/// A program from its trace to its kernels. `Trace::run()` returns the graph that the user's expression makes.
/// `Prepared`: what depends on parameters alone is in a section of its own, for `ia::prepare`.
template <class Trace, class Machine, bool Prepared = false>
struct compilation {
  static constexpr plan::machine machine = Machine::machine;
  static constexpr index lanes = machine.vector_bytes / 4;

  /// 1. What the user wrote.
  using traced = support::frozen<Trace>;

  struct differentiate_pass {
    static constexpr ir::graph run() { return passes::differentiated(traced::view()); }
  };
  using differentiated = support::frozen<differentiate_pass>;

  struct simplify_pass {
    static constexpr ir::graph run() { return passes::simplified(differentiated::view()); }
  };
  struct fold_pass {
    static constexpr ir::graph run() { return passes::folded(support::frozen<simplify_pass>::view()); }
  };
  using simplified = support::frozen<std::conditional_t<Prepared, fold_pass, simplify_pass>>;

  struct pad_pass {
    static constexpr ir::graph run() { return passes::padded(simplified::view()); }
  };
  using padded = support::frozen<pad_pass>;

  struct copy_pass {
    static constexpr ir::graph run() { return passes::copied(padded::view(), lanes, Prepared); }
  };
  using copied = support::frozen<copy_pass>;
  struct batch_pass {
    static constexpr fuse::batching run() { return passes::batched(copied::view(), lanes, Prepared); }
  };
  using batched = support::frozen<batch_pass>;
  struct tile_pass {
    static constexpr ir::graph run() { return passes::tiled(copied::view(), batched::view()); }
  };
  using tiled = std::conditional_t<batched::view().tiled(), support::frozen<tile_pass>, copied>;

  struct read_pass {
    static constexpr fuse::readers run() { return passes::read(tiled::view(), batched::view()); }
  };
  using read = support::frozen<read_pass>;
  struct fuse_pass {
    static constexpr fuse::grouping run() { return passes::fused(tiled::view(), batched::view(), read::view()); }
  };
  using fused = support::frozen<fuse_pass>;

  struct lifetime_pass {
    static constexpr plan::memory run() { return passes::living(tiled::view(), batched::view(), fused::view()); }
  };
  using living = support::frozen<lifetime_pass>;
  struct place_pass {
    static constexpr auto sizes() { return living::sizes; }
    static constexpr plan::memory run() { return passes::planned(living::view(), fused::view().groups.size()); }
  };
  using planned = support::frozen<place_pass>;

  static constexpr int groups = fused::view().groups.size();
  static constexpr int sections = [] {
    int last = 0;
    for (const fuse::group& g : fused::view().groups) last = g.time > last ? g.time : last;
    return last + 1;
  }();
  static constexpr index workspace_bytes = plan::bytes_in(planned::view(), plan::space::workspace);
  static constexpr index prepared_bytes = plan::bytes_in(planned::view(), plan::space::prepared);

  template <int Group>
  struct kernel {
    static constexpr plan::bound_nest bound = passes::kernel(tiled::view(), batched::view(), fused::view(), planned::view(), Group, machine);
  };
};

}  // namespace intarsia
