// SPDX-License-Identifier: Apache-2.0
// What goes wrong while looking at a binary: a sentence for the person who asked.
#pragma once

#include <stdexcept>
#include <string>

namespace intarsia::tool {

class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace intarsia::tool
