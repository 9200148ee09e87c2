// SPDX-License-Identifier: Apache-2.0
// A threaded function beside the serial one: the same bits with 1, 2, 3 and 8 threads.
#pragma once

#include <intarsia/threads.hpp>

#include <cstdint>
#include <cstring>

#include <oneapi/tbb/global_control.h>

namespace threads {
namespace ia = intarsia;

/// Fractions that no sum keeps exactly.
template <class Tensor>
void fill(Tensor&& t, std::uint32_t seed) {
  for (auto& e : t) {
    seed = seed * 1664525u + 1013904223u;
    e = static_cast<std::remove_cvref_t<decltype(e)>>(seed >> 8) / (1 << 24) - 0.5f;
  }
}
template <class M>
void fill(ia::weights<M>& w, std::uint32_t seed) {
  ia::for_each_parameter(w, [&](auto, auto v) { fill(v, seed += 7); });
}

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (requires { a.data(); }) return std::memcmp(a.data(), b.data(), a.size() * sizeof(*a.data())) == 0;
  else return std::memcmp(&a, &b, sizeof a) == 0;
}
template <class M>
bool same(const ia::weights<M>& a, const ia::weights<M>& b) {
  return std::memcmp(a.data(), b.data(), ia::weights<M>::bytes) == 0;
}

/// More threads than processors, and stacks that hold the thread-local workspaces of all functions in a test.
struct eight_threads {
  tbb::global_control threads{tbb::global_control::max_allowed_parallelism, 8};
  tbb::global_control stack{tbb::global_control::thread_stack_size, 64 << 20};
};

/// Whether `run` holds in arenas of 1, 2, 3 and 8 threads.
template <class Run>
bool for_all_thread_counts(Run run) {
  const eight_threads here;
  bool good = true;
  for (int n : {1, 2, 3, 8})
    for (int again = 0; again < 3; ++again) good = tbb::task_arena(n).execute(run) && good;
  return good;
}

/// One result, of at least `Cut` nests in parts.
template <int Cut, auto Function, class Result, class... A>
bool same_bits(const A&... args) {
  static_assert(ia::kernels_cut<ia::threaded<8>(Function), A...> >= Cut);
  auto expected = std::make_unique<Result>(), found = std::make_unique<Result>();
  Function.into(*expected)(args...);
  return for_all_thread_counts([&] {
    std::memset(static_cast<void*>(found->data()), 0xff, found->size() * sizeof(*found->data()));
    ia::threaded<8>(Function).into(*found)(args...);
    return same(*expected, *found);
  });
}

}  // namespace threads
