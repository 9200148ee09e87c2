// SPDX-License-Identifier: Apache-2.0
// One instruction, and what it does. Receives a line that objdump prints, in Intel's syntax or ARM's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image.hpp"

namespace intarsia::tool {

enum class kind : std::uint8_t { fma, arithmetic, shuffle, load, store, move, mask, integer, branch, call, ret, other };
inline constexpr int kinds = 12;
const char* name_of(kind k);

struct instruction {
  address at = 0;
  unsigned size = 0;
  std::string mnemonic, operands;
  std::string note;               // who is called, what is referred to
  kind what = kind::other;
  bool loads = false;             // reads memory
  bool stores = false;            // writes memory
  bool stack = false;             // either, in the function's own frame
  bool division = false;
  bool gathers = false;           // reads or writes element by element
  bool conditional = false;       // a branch that may fall through
  int flops = 0;                  // of all its lanes; a multiply-add is two
  std::optional<address> target;  // of a jump inside of the function
  std::vector<std::string> registers;

  /// "vmovaps [rsp+0x20],ymm3"
  std::string text() const { return operands.empty() ? mnemonic : mnemonic + " " + operands; }
  /// Words that patterns can ask for: "store spill".
  std::string tags() const;
};

/// Without a mnemonic where the line has none. `framed`: rbp, or x29, points into the frame.
instruction parse(architecture machine, std::string_view line, bool framed);

}  // namespace intarsia::tool
