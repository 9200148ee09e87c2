// SPDX-License-Identifier: Apache-2.0
// What works, contenders and the runner share. A work is declared once, in cases/; a contender (a compilation of Intarsia,
// a peer) is a module that offers tasks for the works it can do; the runner gives all of them the same data.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Elements of an operand, filled with numbers from `low` to `high`.
struct input {
  std::size_t size;
  float low = -1, high = 1;
  bool whole = false;
};
/// Whole numbers: sums of their products are exact in any order, so results are compared with tolerance 0.
inline input whole(std::size_t size, int most) { return {size, static_cast<float>(-most), static_cast<float>(most), true}; }
inline input labels(std::size_t size, int classes) { return {size, 0, static_cast<float>(classes - 1), true}; }

struct work {
  std::string family, name;
  double flops, bytes;  // nominal: every tap multiplied, every operand read and every result written once
  std::vector<input> inputs;
  std::vector<std::size_t> outputs;
  double tolerance = 0;  // of the largest element of a result
  bool brief = false;    // part of the short form
};

/// Everybody's operands, one contender's results.
struct arrays {
  std::vector<const float*> in;
  std::vector<float*> out;
};

struct task {
  std::function<void(std::size_t)> run;         // so many times
  std::function<void()> finish = [] {};         // brings results that `run` leaves elsewhere into `out`
};
using setup = std::function<task(const arrays&)>;

/// A task that is one call of `body`. The loop is compiled here, beside the body, so that it costs nothing.
template <class Body>
task repeat(Body body, std::function<void()> finish = [] {}) {
  return {[body](std::size_t n) mutable {
            for (; n > 0; --n) {
              body();
              asm volatile("" ::: "memory");
            }
          },
          std::move(finish)};
}

enum class role { intarsia, peer, aside };  // aside: shown, but not what Intarsia is compared with
struct contender {
  std::string name, version;
  role is = role::peer;
  std::string target = {};  // the instruction set that it is compiled for, where that is a choice
};

class registry {
 public:
  virtual ~registry() = default;
  /// `c` can do the work of this name.
  virtual void offer(const contender& c, const std::string& work, setup make) = 0;
  /// The multiply-adds that the machine can do: `flops` in one run.
  virtual void roof(const std::string& target, double flops, task t) = 0;
};

}  // namespace bench

/// What each module defines.
#define BENCH_MODULE extern "C" __attribute__((visibility("default"))) void contend([[maybe_unused]] bench::registry& r)
BENCH_MODULE;
