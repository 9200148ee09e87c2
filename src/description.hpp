// SPDX-License-Identifier: Apache-2.0
// The records that named functions leave in a binary (intarsia/run/describe.hpp). Receives images, returns what each record
// says; a damaged record is an `error`, never more. The graph in it is checked before anybody may run a pass on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "image.hpp"
#include "intarsia/ir/graph.hpp"
#include "intarsia/plan/product.hpp"
#include "intarsia/run/cost.hpp"

namespace intarsia::tool {

struct description {
  const image* in = nullptr;
  address at = 0;
  std::string name, target, signature;
  int number = 0;  // among the functions of this name, from 1; 0: the only one
  bool prepared = false;
  plan::machine machine{};
  call_cost cost{};
  index prepared_bytes = 0;
  std::vector<address> kernels;  // their functions; 0 where the binary does not tell
  std::vector<std::uint32_t> fingerprints;
  std::shared_ptr<const ir::graph> graph;  // none: made by another version of the library
};

/// Every record of a binary, by name. One that stands in the binary twice is told once.
std::vector<description> descriptions_in(const binary& b);

/// One record; `at` is where its first byte is.
description read_description(const image& i, address at);

/// The functions that `name` means: all of that name, or one, as in `step#2`. Throws with the nearest names if there is none.
std::vector<description> find(const std::vector<description>& all, const std::string& name, const std::string& target, const std::string& path);
/// The same where it has to be one.
description find_one(const std::vector<description>& all, const std::string& name, const std::string& target, const std::string& path);

/// step, or step#2 where there are several.
std::string label_of(const description& d);

/// Why a graph cannot be what a trace has made; empty for a good one. Passes may run on good ones.
std::string fault_in(const ir::graph& g);

}  // namespace intarsia::tool
