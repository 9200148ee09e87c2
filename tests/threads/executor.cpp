// SPDX-License-Identifier: Apache-2.0
// The executor: parts really run on several threads, in the caller's floating-point mode, and a thread that waits takes no other
// call; what cannot be cut runs as ever.
#include <boost/test/unit_test.hpp>

#include "threads/check.hpp"

#include <atomic>
#include <cfenv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include <sys/mman.h>

namespace ia = intarsia;
using threads::fill, threads::same;

namespace {

constexpr auto scale = ia::compile<"scale">([](auto x) { return x * 0.7f + 0.1f; });
constexpr auto length = ia::compile([](auto x) { return ia::sqrt(ia::sum(ia::square(x))); });
constexpr auto two = ia::compile([](auto a, auto b) { return ia::matmul(ia::softmax<1>(ia::matmul(a, b)), b); });
using large = ia::tensor<float, 1024, 1024>;
using square = ia::tensor<float, 160, 160>;

/// Minor page faults of each thread until now.
std::map<std::string, long> faults() {
  std::map<std::string, long> of;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "stat");
    std::string line;
    std::getline(file, line);
    long value[10];
    std::istringstream rest(line.substr(line.rfind(')') + 4));
    for (long& v : value) rest >> v;
    of[thread.path()] = value[6];
  }
  return of;
}

/// How many threads were the first to write to some of the pages of a result.
int writers(int threads) {
  static ia::boxed<large> x;
  void* fresh = mmap(nullptr, sizeof(large), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(fresh, sizeof(large), MADV_NOHUGEPAGE);
  ia::view<float, 1024, 1024> y(static_cast<float*>(fresh));
  tbb::task_arena arena(threads);
  arena.execute([] {});
  auto before = faults();
  arena.execute([&] { ia::threaded<8>(scale).into(y)(x); });
  int found = 0;
  for (const auto& [thread, count] : faults()) found += count - before[thread] >= 64;
  munmap(fresh, sizeof(large));
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(several_threads_write) {
  const threads::eight_threads here;
  BOOST_TEST(writers(1) == 1);
  int most = 0;
  for (int i = 0; i < 1000 && most < 2; ++i) most = std::max(most, writers(4));
  BOOST_TEST(most >= 2);
}

BOOST_AUTO_TEST_CASE(rounding_is_the_callers) {
  static ia::boxed<large> x, nearest, upward, found;
  fill(*x, 1);
  const threads::eight_threads here;
  tbb::task_arena arena(4);
  arena.execute([&] { ia::threaded<8>(scale).into(nearest)(x); });
  for (int i = 0; i < 20; ++i)
    arena.execute([&] {
      std::fesetround(FE_UPWARD);
      scale.into(upward)(x);
      ia::threaded<8>(scale).into(found)(x);
      std::fesetround(FE_TONEAREST);
      BOOST_TEST(same(*found, *upward));
      BOOST_TEST(!same(*nearest, *upward));
    });
}

// While a call waits for its parts, its thread must not begin another one, which has the same workspace.
BOOST_AUTO_TEST_CASE(one_call_at_a_time) {
  const threads::eight_threads here;
  static thread_local int calls = 0;
  std::atomic<int> nested = 0, parts = 0;
  tbb::task_arena(8).execute([&] {
    for (int round = 0; round < 20; ++round)
      tbb::parallel_for(0, 64, [&](int n) {
        nested += calls++ > 0;
        ia::run::for_each_part(4, [&](int i) {
          std::this_thread::sleep_for(std::chrono::microseconds(n * i * 37 % 300));
          ++parts;
        });
        --calls;
      });
  });
  BOOST_TEST(nested == 0);
  BOOST_TEST(parts == 20 * 64 * 4);
}

BOOST_AUTO_TEST_CASE(calls_within_tasks) {
  static_assert(ia::cost<two, square, square>.workspace_bytes > 64 * 1024);
  static_assert(ia::kernels_cut<ia::threaded<8>(two), square, square> >= 2);
  constexpr int calls = 40;
  static ia::boxed<square> a[calls], b, found[calls];
  fill(*b, 100);
  for (int i = 0; i < calls; ++i) fill(*a[i], static_cast<std::uint32_t>(i));
  BOOST_TEST(threads::for_all_thread_counts([&] {
    tbb::parallel_for(0, calls, [&](int i) { ia::threaded<8>(two).into(found[i])(a[i], b); });
    bool good = true;
    for (int i = 0; i < calls; ++i) good = same(*found[i], two(*a[i], *b)) && good;
    return good;
  }));
}

BOOST_AUTO_TEST_CASE(what_is_not_cut_runs) {
  static ia::boxed<large> x;
  fill(*x, 2);
  const ia::tensor<float, 3> small{1, 2, 3};
  static_assert(ia::kernels_cut<ia::threaded<8>(length), large> == 0);
  static_assert(ia::kernels_cut<ia::threaded<8>(scale), ia::tensor<float, 3>> == 0);
  static_assert(ia::kernels_cut<ia::threaded<1>(scale), large> == 0);
  BOOST_TEST(ia::threaded<8>(length)(x) == length(x));
  BOOST_TEST(same(ia::threaded<8>(scale)(small), scale(small)));
}
