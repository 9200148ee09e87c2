// SPDX-License-Identifier: Apache-2.0
// A function's machine code as instructions. Receives its address in an image; the text is objdump's, which knows every
// instruction that the compiler emits and runs apart from us.
#pragma once

#include <string>
#include <vector>

#include "instruction.hpp"

namespace intarsia::tool {

struct machine_code {
  const image* in = nullptr;
  address begin = 0;
  std::vector<instruction> code;
  std::uint64_t bytes() const { return code.empty() ? 0 : code.back().at + code.back().size - begin; }
  /// Bytes from the beginning, as listings show them: "1c0".
  std::string place(address at) const;
};

/// The function at an address. Where no symbol tells its size, it ends with the first return that nothing jumps beyond.
machine_code disassemble(const image& i, address begin);

/// The same bytes in the syntax that llvm-mca reads, one line an instruction.
std::vector<std::string> mca_lines(const image& i, address begin, std::uint64_t bytes);

}  // namespace intarsia::tool
