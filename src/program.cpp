// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include "error.hpp"

namespace intarsia::tool {

program::program(const description& d) {
  if (d.graph == nullptr)
    throw error("'" + d.name + "' was compiled with another version of Intarsia: its expression can be shown by that version's tool, its kernels by this one");
  const index lanes = d.machine.vector_bytes / 4;
  traced = *d.graph;
  simplified = passes::simplified(passes::differentiated(traced));
  if (d.prepared) simplified = passes::folded(simplified);
  padded = passes::padded(simplified);
  const ir::graph copied = passes::copied(padded, lanes, d.prepared);
  batch = passes::batched(copied, lanes, d.prepared);
  tiled = fuse::batching_view(batch).tiled() ? passes::tiled(copied, batch) : copied;
  groups = passes::fused(tiled, batch, passes::read(tiled, batch));
  memory = passes::planned(passes::living(tiled, batch, groups), groups.groups.size());
  for (int k = 0; k < groups.groups.size(); ++k) kernels.push_back(passes::kernel(tiled, batch, groups, memory, k, d.machine));
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    const bool in_tiles = groups.groups[static_cast<int>(k)].time % 2 == 1;
    works.push_back(work_of(kernels[k], memory, in_tiles ? fuse::batching_view(batch).tiles() : 1));
  }
  cost = run::cost_of(padded, memory, groups.groups.size());
  same = cost == d.cost && kernels.size() == d.fingerprints.size();
  for (std::size_t k = 0; same && k < kernels.size(); ++k) same = plan::fingerprint(kernels[k].kernel) == d.fingerprints[k];
}

std::string program::text(const std::string& name) const {
  return run::explanation(name, cost, traced, simplified, tiled, groups, memory, [this](int k) -> const plan::bound_nest& { return kernels[static_cast<std::size_t>(k)]; });
}

}  // namespace intarsia::tool
