// SPDX-License-Identifier: Apache-2.0
// Compiled functions whose long loop nests run in parts, on the threads of the caller's oneTBB arena. Not in the umbrella.
// Invariant: what the parts are is fixed when the program is compiled; the same bits for any number of threads.
#include "intarsia/intarsia.hpp"
#include "intarsia/kernels/parts-inl.hpp"

#ifndef INTARSIA_THREADS_HPP
#define INTARSIA_THREADS_HPP

#include <algorithm>
#include <iterator>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace intarsia {

namespace run {

/// Calls `f(0)` to `f(parts - 1)` on the threads of the caller's arena and waits for them.
template <class F>
void for_each_part(int parts, const F& f) {
  using context = tbb::task_group_context;
  // a thread that waits takes no task but these parts: another call would use this thread's workspace
  tbb::this_task_arena::isolate([&] {
    context mode(context::isolated, context::default_traits | context::fp_settings);  // the caller's rounding and denormals
    tbb::parallel_for(
        tbb::blocked_range<int>(0, parts), [&f](const tbb::blocked_range<int>& r) { for (int i = r.begin(); i < r.end(); ++i) f(i); }, tbb::simple_partitioner(), mode);
  });
}

/// The kernels of Target, each nest in at most Parts parts.
template <class Target, int Parts>
struct threads {};

template <class Target, int Parts, plan::nest K>
struct threaded_nest {
  static constexpr plan::partition<Parts> cut = plan::parts_of<Parts>(K, kernels_of<Target>::template nest<K>::N::lanes);
};
template <class Target, int Parts, plan::nest K>
struct nest_in_parts : parts_on<Target>::template nest<K, threaded_nest<Target, Parts, K>::cut.loop> {
  using part = typename parts_on<Target>::template nest<K, threaded_nest<Target, Parts, K>::cut.loop>;
  using typename part::pointers;
  static void run(const pointers& p) {
    static constexpr plan::partition<Parts> cut = threaded_nest<Target, Parts, K>::cut;
    for_each_part(cut.parts, [&p](int i) {
      pointers q = p;
      q.from = cut.begin[i], q.to = cut.begin[i + 1];
      part::run_apart(q);
    });
  }
};

/// Bands of rows are short nests: they are cut between bands, each part with what it keeps between its filters for itself.
template <class Target, int Parts>
struct bands_on<threads<Target, Parts>> {
  template <class Program, class F>
  static void run(const memory& m, const F& f) {
    constexpr index bands = Program::batched::view().tiles();
    constexpr int parts = bands / 2 < Parts ? static_cast<int>(bands / 2) : Parts;  // the last two make some rows twice
    for_each_part(parts, [&](int i) {
      alignas(64) static thread_local char workspace[Program::workspace_bytes > 0 ? Program::workspace_bytes : 1];
      const memory own{m.arguments, m.outputs, workspace, m.prepared};
      for (index tile = bands * i / parts; tile < bands * (i + 1) / parts; ++tile) f.template run<Target>(own, tile);
    });
  }
};

}  // namespace run

template <class Target, int Parts>
struct kernels_of<run::threads<Target, Parts>> : kernels_of<Target> {
  template <plan::nest K>
  static constexpr bool is_cut = run::threaded_nest<Target, Parts, K>::cut.loop >= 0;
  template <plan::nest K, bool Cut>
  struct choice {
    using type = typename kernels_of<Target>::template nest<K>;
  };
  template <plan::nest K>
  struct choice<K, true> {
    using type = run::nest_in_parts<Target, Parts, K>;
  };
  template <plan::nest K>
  using nest = typename choice<K, is_cut<K>>::type;
};

template <class Target, int Parts>
struct plan_of<run::threads<Target, Parts>> : plan_of<Target> {};

/// The same function on the threads of the arena that it is called in: each long loop nest in at most `Parts` parts.
/// The result has the bits of the serial call, whatever the number of threads. Called, prepared, asked as the function is.
template <int Parts = 8, class Lambda, fixed_string Name, class Target>
constexpr compiled<Lambda, Name, run::threads<Target, Parts>> threaded(compiled<Lambda, Name, Target>) {
  static_assert(Parts > 0);
  return {};
}

/// How many of a threaded function's kernels are cut into parts: `ia::kernels_cut<f, Args...>`, beside `ia::cost`'s `.kernels`.
template <auto Function, class... Arguments>
inline constexpr int kernels_cut = []<class Lambda, fixed_string Name, class Target, int Parts>(compiled<Lambda, Name, run::threads<Target, Parts>>) {
  using program = typename run::instance<Lambda, run::threads<Target, Parts>, Arguments...>::program;
  return []<int... G>(std::integer_sequence<int, G...>) {
    const bool cut[] = {kernels_of<run::threads<Target, Parts>>::template is_cut<program::template kernel<G>::bound.kernel>..., false};
    return static_cast<int>(std::count(std::begin(cut), std::end(cut), true));
  }(std::make_integer_sequence<int, program::groups>{});
}(Function);

}  // namespace intarsia
#endif
