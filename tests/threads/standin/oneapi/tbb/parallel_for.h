// SPDX-License-Identifier: Apache-2.0
// What intarsia/threads.hpp asks of oneTBB, by threads of its own, for ThreadSanitizer: the real library is not compiled for it, so
// that every hand-over in it looks like a race. Each part has a thread.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace tbb {

struct task_group_context {
  enum kind { isolated };
  enum traits { default_traits = 0, fp_settings = 1 };
  task_group_context(kind, int) {}
};
struct simple_partitioner {};

template <class T>
struct blocked_range {
  T first, last;
  blocked_range(T b, T e) : first(b), last(e) {}
  T begin() const { return first; }
  T end() const { return last; }
};

template <class T, class F>
void parallel_for(T begin, T end, const F& f) {
  std::vector<std::thread> threads;
  for (T i = begin; i < end; ++i) threads.emplace_back([&f, i] { f(i); });
  for (std::thread& t : threads) t.join();
}
template <class F>
void parallel_for(blocked_range<int> r, const F& f, simple_partitioner, task_group_context&) {
  parallel_for(r.begin(), r.end(), [&f](int i) { f(blocked_range<int>(i, i + 1)); });
}

namespace this_task_arena {
template <class F>
auto isolate(const F& f) { return f(); }
}  // namespace this_task_arena

struct task_arena {
  explicit task_arena(int) {}
  template <class F>
  auto execute(const F& f) { return f(); }
};
struct global_control {
  enum parameter { max_allowed_parallelism, thread_stack_size };
  global_control(parameter, std::size_t) {}
};

}  // namespace tbb
