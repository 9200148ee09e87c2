// SPDX-License-Identifier: Apache-2.0
// What llvm-mca says of a loop, where it is installed: a static model of a processor, without caches.
#pragma once

#include <optional>
#include <string>

#include "loops.hpp"

namespace intarsia::tool {

struct estimate {
  std::string processor;
  double cycles = 0;        // an iteration
  double flops = 0;         // a cycle
  double peak = 0;          // a cycle, of independent multiply-adds of full width on the same model
  std::string bound;        // the busiest port
  double pressure = 0;      // cycles of it an iteration
};

/// `processor`: as llvm-mca knows it; empty: the first that has the target. Nothing where llvm-mca is not there or gives up.
std::optional<estimate> estimate_of(const machine_code& m, const loop& l, const std::string& target, const std::string& processor = "");

}  // namespace intarsia::tool
