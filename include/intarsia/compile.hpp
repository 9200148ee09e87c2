// SPDX-License-Identifier: Apache-2.0
// The table of contents: every pass, in order, with the reason for the order.
// Each result is a constant of its own, so that it can be printed and tested, and because compilers count the steps of
// one constant evaluation.
#pragma once

#include "intarsia/differentiate/differentiate.hpp"
#include "intarsia/fuse/fuse.hpp"
#include "intarsia/fuse/pack.hpp"
#include "intarsia/fuse/pad.hpp"
#include "intarsia/fuse/residues.hpp"
#include "intarsia/plan/lower.hpp"
#include "intarsia/plan/plan.hpp"
#include "intarsia/plan/tile.hpp"
#include "intarsia/simplify/fold.hpp"
#include "intarsia/simplify/simplify.hpp"

namespace intarsia {

/// A program from its trace to its kernels. `Trace::run()` returns the graph that the user's expression makes.
/// `Prepared`: what depends on parameters alone is in a section of its own, for `ia::prepare`.
template <class Trace, class Machine, bool Prepared = false>
struct compilation {
  /// 1. What the user wrote.
  using traced = support::frozen<Trace>;

  /// 2. Gradients, while values still have the identity that the user gave them: merged twins would share derivatives.
  struct differentiate_pass {
    static constexpr ir::graph run() { return differentiate::run(traced::view()); }
  };
  using differentiated = support::frozen<differentiate_pass>;

  /// 3. Algebra, common subexpressions, dead code: on values and derivatives together, which share most of their terms.
  struct simplify_pass {
    static constexpr ir::graph run() { return simplify::run(differentiated::view()); }
  };
  /// For `prepare`: scales and shifts that parameters decide, into the weights; before borders hide the contractions.
  struct fold_pass {
    static constexpr ir::graph run() { return simplify::run(simplify::folded(support::frozen<simplify_pass>::view())); }
  };
  using simplified = support::frozen<std::conditional_t<Prepared, fold_pass, simplify_pass>>;

  /// 4. Strided gradients as dense ones; borders as explicit zeros, so that contractions need no bounds; again simplified, because windows of one value
  ///    mostly ask for the same border.
  struct pad_pass {
    static constexpr ir::graph run() { return simplify::run(fuse::with_padding(fuse::with_residues(simplified::view()))); }
  };
  using padded = support::frozen<pad_pass>;

  /// 5. The batch, cut into tiles that stay in cache: before fusion, because values of different sections cannot share a nest.
  static constexpr index lanes = Machine::machine.vector_bytes / 4;
  struct copy_pass {
    static constexpr ir::graph run() {
      const fuse::batching b = fuse::find_batch(padded::view(), lanes, Prepared);
      if (b.size.empty()) return fuse::with_packing(padded::view(), lanes);
      return fuse::with_copies(padded::view(), b);
    }
  };
  using copied = support::frozen<copy_pass>;
  struct batch_pass {
    static constexpr fuse::batching run() { return fuse::find_batch(copied::view(), lanes, Prepared); }
  };
  using batched = support::frozen<batch_pass>;
  struct tile_pass {
    static constexpr ir::graph run() { return fuse::one_tile(copied::view(), batched::view()); }
  };
  using tiled = std::conditional_t<batched::view().tiled(), support::frozen<tile_pass>, copied>;

  /// 6. Which values share a loop nest: needs the final graph, decides what exists in memory.
  struct read_pass {
    static constexpr fuse::readers run() { return fuse::find_readers(tiled::view(), batched::view()); }
  };
  using read = support::frozen<read_pass>;
  struct fuse_pass {
    static constexpr fuse::grouping run() { return fuse::run(tiled::view(), batched::view(), read::view()); }
  };
  using fused = support::frozen<fuse_pass>;

  /// 7. A place for everything that exists in memory: needs the order of the groups for lifetimes.
  struct lifetime_pass {
    static constexpr plan::memory run() { return plan::lifetimes(tiled::view(), batched::view(), fused::view()); }
  };
  using living = support::frozen<lifetime_pass>;
  struct place_pass {
    static constexpr auto sizes() { return living::sizes; }
    static constexpr plan::memory run() { return plan::place(living::view(), fused::view().groups.size()); }
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

  /// 8. One loop nest a group, with its addresses; lanes and tiles by the target's cost model.
  template <int Group>
  struct kernel {
    static constexpr plan::bound_nest make() {
      plan::bound_nest b = plan::lowering(tiled::view(), batched::view(), fused::view(), planned::view(), Group).run();
      b.kernel = plan::tiled(b.kernel, Machine::machine);
      return b;
    }
    static constexpr plan::bound_nest bound = make();
  };
};

}  // namespace intarsia
