// SPDX-License-Identifier: Apache-2.0
// The pointwise operations, with the facts that passes ask for: name, number of operands, cost.
#pragma once

#include <cstdint>

namespace intarsia::ir {

enum class opcode : std::uint8_t {
  none,
  // one operand
  neg, abs, sqrt, rsqrt, exp, log, log1p, expm1, sin, cos, tanh, sigmoid, erf, relu, logical_not, is_nan, cast,
  // two operands
  add, sub, mul, div, min, max, less, less_equal, equal, not_equal, logical_and, logical_or,
  // three: mask, then, else
  select,
  // reductions only
  argmax, argmin,
  count
};

struct op_facts {
  const char* name;
  int arity;
  int cost;        // cycles of a vector, roughly: what recomputing it takes
  bool commutes;   // a op b is b op a, to the bit
};

constexpr op_facts facts_of(opcode op) {
  switch (op) {
    case opcode::neg: return {"neg", 1, 1, false};
    case opcode::abs: return {"abs", 1, 1, false};
    case opcode::sqrt: return {"sqrt", 1, 6, false};
    case opcode::rsqrt: return {"rsqrt", 1, 10, false};
    case opcode::exp: return {"exp", 1, 12, false};
    case opcode::log: return {"log", 1, 14, false};
    case opcode::log1p: return {"log1p", 1, 16, false};
    case opcode::expm1: return {"expm1", 1, 16, false};
    case opcode::sin: return {"sin", 1, 20, false};
    case opcode::cos: return {"cos", 1, 20, false};
    case opcode::tanh: return {"tanh", 1, 16, false};
    case opcode::sigmoid: return {"sigmoid", 1, 16, false};
    case opcode::erf: return {"erf", 1, 24, false};
    case opcode::relu: return {"relu", 1, 1, false};
    case opcode::logical_not: return {"not", 1, 1, false};
    case opcode::is_nan: return {"is_nan", 1, 1, false};
    case opcode::cast: return {"cast", 1, 1, false};
    case opcode::add: return {"add", 2, 1, true};
    case opcode::sub: return {"sub", 2, 1, false};
    case opcode::mul: return {"mul", 2, 1, true};
    case opcode::div: return {"div", 2, 6, false};
    case opcode::min: return {"min", 2, 2, false};
    case opcode::max: return {"max", 2, 2, false};
    case opcode::less: return {"less", 2, 1, false};
    case opcode::less_equal: return {"less_equal", 2, 1, false};
    case opcode::equal: return {"equal", 2, 1, true};
    case opcode::not_equal: return {"not_equal", 2, 1, true};
    case opcode::logical_and: return {"and", 2, 1, true};
    case opcode::logical_or: return {"or", 2, 1, true};
    case opcode::select: return {"select", 3, 1, false};
    case opcode::argmax: return {"argmax", 1, 3, false};
    case opcode::argmin: return {"argmin", 1, 3, false};
    default: return {"none", 0, 0, false};
  }
}

/// Whether the operation means something for floating-point numbers only.
constexpr bool needs_float(opcode op) { return op >= opcode::sqrt && op <= opcode::erf; }

}  // namespace intarsia::ir
