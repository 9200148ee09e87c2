// SPDX-License-Identifier: Apache-2.0
// The specification of one kernel: loops, access maps, instructions, tile. It is a template argument, so equal layers
// of any programs share one kernel, and its unused tail is zeros, which symbols leave out.
#pragma once

#include <initializer_list>

#include "intarsia/fuse/capacity.hpp"
#include "intarsia/ir/dtype.hpp"
#include "intarsia/ir/opcode.hpp"
#include "intarsia/support/shape.hpp"

namespace intarsia::plan {

inline constexpr int max_loops = 12;
using fuse::max_accesses;
using fuse::max_guards;
using fuse::max_instructions;
using fuse::max_sinks;
using fuse::max_stores;

/// A sequence of elements in memory: strides in elements, one for each loop.
struct access {
  ir::dtype type = ir::dtype::none;
  std::int8_t guard_first = 0;  // rows of `guards` that tell whether the element exists
  std::int8_t guards = 0;
  index stride[max_loops] = {};
  double fill = 0;  // read where it does not
};

/// value = (offset + sum coef * loop) / den (0: no division), valid if the division is exact and 0 <= value < extent.
/// `stride` is what the value adds to the address, for indices that divide.
struct guard {
  index offset = 0;
  index den = 0;
  index extent = 0;
  index stride = 0;
  index coef[max_loops] = {};
};

enum class step : std::uint8_t { none, load, constant, position, within, accumulator, sink, map };

/// One value of a nest. load: a is the access. constant: value. position: offset `value` and coefficients of guard row
/// a. within: guard rows a to a + b - 1. sink: the total of sink a. map: op on a, b, c.
struct instruction {
  step what = step::none;
  ir::opcode op = ir::opcode::none;
  ir::dtype type = ir::dtype::none;
  ir::dtype from = ir::dtype::none;  // of the operand of a cast
  std::int8_t a = 0;
  std::int8_t b = 0;
  std::int8_t c = 0;
  double value = 0;
};

struct store_to {
  std::int8_t access = 0;
  std::int8_t value = 0;
};

/// A running total of the values of all outer iterations: of term, or of term * factor.
struct sink_of {
  ir::opcode op = ir::opcode::none;  // add, max, min
  std::int8_t term = 0;
  std::int8_t factor = -1;
};

/// for all outer loops: { for all reduction loops: body, accumulate; epilogue, stores, sinks }; conclusion, its stores.
struct nest {
  std::int8_t loops = 0;
  std::int8_t outer = 0;       // loops [outer, loops) are reduced over
  std::int8_t lane = -1;       // the loop whose iterations lie on the SIMD lanes
  std::int8_t accesses = 0;
  std::int8_t guards = 0;
  std::int8_t zeros = max_guards;  // rows [zeros, guards): where a product's operand is not a zero of its border
  std::int8_t body = 0;        // instructions [0, body) stand in the reduction loops
  std::int8_t epilogue = 0;    // instructions [body, epilogue) once for each outer iteration
  std::int8_t instructions = 0;  // and [epilogue, instructions) once, on what the sinks hold
  std::int8_t stores = 0;      // for each outer iteration
  std::int8_t all_stores = 0;  // and [stores, all_stores) once
  std::int8_t sinks = 0;
  ir::opcode reduction = ir::opcode::none;  // none, add, max, min, argmax, argmin
  std::int8_t term = 0;        // what is reduced
  std::int8_t factor = -1;     // or the product term * factor
  std::int8_t place = -1;      // position along the reduced axes, for argmax
  std::int8_t window = -1;     // the operand whose windows overlap in a tile: each of its vectors passes by once for all of them
  std::int8_t beginning = -1;  // the addition in the epilogue whose loaded operand the sums begin with
  std::int8_t partial = 1;     // sums kept for each result: steps of the innermost reduction take turns
  index extent[max_loops] = {};
  std::int8_t tile[max_loops] = {};  // iterations (vectors, on the lane loop) done together in registers
  store_to store[max_stores] = {};
  sink_of sink[max_sinks] = {};
  instruction code[max_instructions] = {};
  access at[max_accesses] = {};
  guard rows[max_guards] = {};
};

/// Whether guards only clip an access: with these lanes, what exists of a vector is a range of them.
constexpr bool is_clipped(const nest& k, const access& a, int lane) {
  if (a.guards == 0 || ir::size_of(a.type) < 4 || lane < 0) return false;
  const index along = a.stride[lane];
  for (int r = 0; r < a.guards; ++r) {
    const guard& g = k.rows[a.guard_first + r];
    if (g.den > 1 || (g.coef[lane] != 0 && g.coef[lane] != along)) return false;
  }
  return along >= 0 && along <= 2;
}

/// Whether all lanes that the reduction reads are every second element: they may stand in any order in its sums, which are put
/// in their own at the end.
constexpr bool reads_every_second(const nest& k) {
  if (k.lane < 0 || k.lane >= k.outer || k.place >= 0 || k.beginning >= 0 || k.reduction == ir::opcode::none) return false;
  bool found = false;
  for (int i = 0; i < k.body; ++i) {
    const instruction& c = k.code[i];
    if (c.what == step::constant || c.what == step::map) continue;
    if (c.what != step::load) return false;
    const access& a = k.at[c.a];
    if (a.stride[k.lane] == 0) continue;
    if (a.stride[k.lane] != 2 || a.type != ir::dtype::f32 || (a.guards > 0 && (a.fill != 0 || !is_clipped(k, a, k.lane)))) return false;
    found = true;
  }
  return found;
}

/// Whether one thing reads the value of instruction i, and that once: it need not be kept.
constexpr bool is_read_once(const nest& k, int i) {
  int reads = (k.term == i) + (k.factor == i) + (k.place == i);
  for (int j = i + 1; j < k.instructions; ++j) {
    const instruction& c = k.code[j];
    const int arity = c.what == step::map ? ir::facts_of(c.op).arity : 0;
    reads += (arity > 0 && c.a == i) + (arity > 1 && c.b == i) + (arity > 2 && c.c == i);
  }
  for (int s = 0; s < k.all_stores; ++s) reads += k.store[s].value == i;
  for (int s = 0; s < k.sinks; ++s) reads += (k.sink[s].term == i) + (k.sink[s].factor == i);
  return reads == 1;
}

constexpr index iterations_in(const nest& k) {
  index iterations = 1;
  for (int l = 0; l < k.loops; ++l) iterations *= k.extent[l];
  return iterations;
}

/// Whether the nest becomes part of its caller. A call takes 1 to 2 ns, 1,024 multiply-adds 20; and compilers copy what is
/// inlined into each of the dozen functions between the nest and the caller (g++: 7 % of the time for small convolutions).
constexpr bool is_small(const nest& k) { return iterations_in(k) <= 1024; }

/// Whether all of a nest is written out, without loops, and the compiler decides what stays in registers. (3x3 by 2x2 with clang:
/// 1.95 to 1.6 ns on Zen 5.)
constexpr bool is_tiny(const nest& k) { return iterations_in(k) <= 16; }

/// Whether the steps of loop l mask different lanes, in each tile of a short row.
constexpr bool masks_lanes(const nest& k, int l) {
  if (k.lane < 0 || k.extent[k.lane] > 32) return false;
  for (int r = 0; r < k.guards && r < k.zeros; ++r)
    if (k.rows[r].coef[l] != 0 && k.rows[r].coef[k.lane] != 0) return true;
  return false;
}

/// Whether the loops of the reduction from loop l on are written out as well: there are few multiply-adds in them, for `sums` results
/// at a time. (g++ does so by itself. Depthwise 3x3, stride 2, 144x56x56 to input, clang, AVX2, Zen 4: 105 to 56 us.)
/// More where the masks are constants then. (Depthwise 3x3, 960x7x7, AVX2, Zen 4: 16.0 to 14.4 us.)
constexpr bool is_short(const nest& k, int l, index sums) {
  index products = sums;
  for (int i = l; i < k.loops; ++i) products *= i == k.lane ? 64 : k.extent[i];
  return l >= k.outer && k.factor >= 0 && products <= (masks_lanes(k, l) ? 96 : 24);
}

/// A hash of what a nest looks like: loops, tile, how many of everything.
constexpr std::uint32_t fingerprint(const nest& k) {
  std::uint32_t hash = 2166136261u;
  auto mix = [&hash](index v) { hash = (hash ^ static_cast<std::uint32_t>(v)) * 16777619u; };
  for (int n : {int{k.loops}, int{k.outer}, int{k.lane}, int{k.accesses}, int{k.body}, int{k.instructions}, int{k.all_stores}, int{k.sinks}}) mix(n);
  for (int l = 0; l < k.loops; ++l) mix(k.extent[l]), mix(k.tile[l]);
  return hash;
}

/// How a loop is cut into tiles: `count` of `size` iterations, then `rests` of `rest`.
struct steps {
  index count = 0, size = 1, rests = 0, rest = 0;
};

/// Sums of products take tiles as equal as can be, since a small one waits for its own sums; others take whole tiles and
/// what is left, since whole squares are stored best.
constexpr steps steps_of(index iterations, index tile, bool products) {
  if (!products || iterations == 0) return {iterations / tile, tile, iterations % tile > 0, iterations % tile};
  const index tiles = (iterations + tile - 1) / tile, size = (iterations + tiles - 1) / tiles;
  const index smaller = tiles * size - iterations;
  return {tiles - smaller, size, smaller, size - 1};
}

/// A kernel and the memory it is called with.
struct bound_nest {
  nest kernel{};
  int buffer[max_accesses] = {};   // of plan::memory
  index offset[max_accesses] = {}; // elements
};

}  // namespace intarsia::plan
