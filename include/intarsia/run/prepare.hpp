// SPDX-License-Identifier: Apache-2.0
// Partial evaluation: what depends on a model's parameters alone is computed once, calls run the rest.
// Invariant: a call allocates nothing. The argument types of all calls that the program makes on a prepared function
// register themselves before main, so that `prepare` knows them.
#pragma once

#include <memory>
#include <new>

#include "intarsia/run/weights.hpp"

namespace intarsia {

namespace run {

/// One set of argument types that a prepared function is called with somewhere in the program.
struct preparation {
  index prepared_bytes;
  index workspace_bytes;
  void (*fill)(const void* const* parameters, char* prepared);
  preparation* next;
  index offset;  // of its block among all
};

template <class Function, class Target, class M>
struct preparations {
  static inline preparation* first = nullptr;
  static index total() {
    index bytes = 0;
    for (preparation* p = first; p != nullptr; p = p->next) p->offset = bytes, bytes += (p->prepared_bytes + 63) / 64 * 64;
    return bytes;
  }
  static index workspace() {
    index bytes = 0;
    for (const preparation* p = first; p != nullptr; p = p->next) bytes = p->workspace_bytes > bytes ? p->workspace_bytes : bytes;
    return bytes;
  }
};

struct release_aligned {
  void operator()(char* p) const { ::operator delete(p, std::align_val_t{64}); }
};
inline char* allocate_aligned(index bytes) { return static_cast<char*>(::operator new(static_cast<std::size_t>(bytes > 0 ? bytes : 1), std::align_val_t{64})); }

template <class Lambda, class Target, class M, class... Args>
struct prepared_instance {
  using whole = instance<Lambda, Target, weights<M>, Args...>;
  using program = compilation<typename whole::trace, typename plan_of<Target>::machine, true>;
  static constexpr int parameters = argument<weights<M>>::leaves;
  static_assert(program::planned::view().late.size() == 0);
  /// The parameters are a copy that nobody else sees.
  static constexpr auto whose = [] {
    owners<overlap<program>::arguments> of{};
    for (int a = 0; a < parameters; ++a) of.argument[a] = memory_of::ourselves;
    return of;
  }();

  static void fill(const void* const* at, char* prepared) {
    memory m{at, nullptr, nullptr, prepared};
    run_section<program, Target, 0>(m);
  }
  template <int... Section>
  INTARSIA_INLINE static void run_rest(const memory& m, std::integer_sequence<int, Section...>) {
    (run_section<program, Target, Section + 1>(m), ...);
  }

  // made before main, wherever a call with these types stands in the program
  static inline preparation self = [] {
    preparation p{program::prepared_bytes, program::workspace_bytes, &fill, nullptr, 0};
    return p;
  }();
  static inline const bool registered = [] {
    self.next = preparations<Lambda, Target, M>::first;
    preparations<Lambda, Target, M>::first = &self;
    return true;
  }();
};

/// A prepared function whose results have their places.
template <class Prepared, class... Out>
struct prepared_into {
  const Prepared& function;
  std::tuple<Out...> results;

  template <class... A>
  INTARSIA_INLINE void operator()(A&&... args) {
    function.template call<false>(results, args...);
  }
  template <class... A>
    requires(verdict_on_call_into<typename Prepared::lambda, "prepared", typename Prepared::target, std::tuple<Out...>, const weights<typename Prepared::model>&, A...>().count > 0)
  refused<support::told<verdict_on_call_into<typename Prepared::lambda, "prepared", typename Prepared::target, std::tuple<Out...>, const weights<typename Prepared::model>&, A...>()>::why>
  operator()(A&&... args);
};

}  // namespace run

/// A function with its parameters built in. Copies share the packed weights and have a workspace of their own: one for
/// each thread.
template <class Lambda, fixed_string Name, class Target, class M>
class prepared {
 public:
  using lambda = Lambda;
  using target = Target;
  using model = M;

  explicit prepared(const weights<M>& w)
      : block_(run::allocate_aligned(run::preparations<Lambda, Target, M>::total()), run::release_aligned{}), theta_(std::make_shared<weights<M>>(w)), workspace_(make_workspace()) {
    fill();
  }
  prepared(const prepared& other) : block_(other.block_), theta_(other.theta_), workspace_(make_workspace()) {}
  prepared(prepared&&) noexcept = default;
  prepared& operator=(prepared other) noexcept {
    std::swap(block_, other.block_);
    std::swap(theta_, other.theta_);
    std::swap(workspace_, other.workspace_);
    return *this;
  }

  template <class... A>
  INTARSIA_INLINE auto operator()(A&&... args) const {
    typename run::prepared_instance<Lambda, Target, M, std::remove_cvref_t<A>...>::whole::results results;
    call<true>(results, args...);
    if constexpr (std::tuple_size_v<decltype(results)> == 1) return std::get<0>(std::move(results));
    else if constexpr (std::tuple_size_v<decltype(results)> > 1) return results;
  }
  template <class... A>
    requires run::refuses_call<Lambda, "prepared", Target, const weights<M>&, A...>
  refused<run::call_reason<Lambda, "prepared", Target, const weights<M>&, A...>> operator()(A&&... args) const;

  /// `ready.into(y)(x)`: the results written into the caller's tensors, views and numbers, as for a compiled function.
  template <class... Out>
  INTARSIA_INLINE auto into(Out&&... out) const {
    return run::prepared_into<prepared, Out...>{*this, std::tuple<Out...>(std::forward<Out>(out)...)};
  }

  /// Takes new weights, after training. Copies that share the packed weights see them too.
  void update(const weights<M>& w) {
    *theta_ = w;
    fill();
  }

 private:
  template <class, class...>
  friend struct run::prepared_into;
  template <bool Fresh, class Results, class... A>
  INTARSIA_INLINE void call(Results& results, A&... args) const {
    using instance = run::prepared_instance<Lambda, Target, M, std::remove_cvref_t<A>...>;
    (void)instance::registered;
    using program = typename instance::program;
    using whole = typename instance::whole;
    run::keep_description<Name, program, Target, true>();
    const void* at[whole::leaves];
    std::size_t bytes[whole::leaves];
    run::argument<weights<M>>::collect(*theta_, at, bytes);
    int next = instance::parameters;
    ((run::argument<std::remove_cvref_t<A>>::collect(args, at + next, bytes + next), next += run::argument<std::remove_cvref_t<A>>::leaves), ...);
    run::check_arguments<program>(at);
    void* to[whole::outputs > 0 ? whole::outputs : 1] = {};
    run::output_addresses_of<typename whole::returned>::collect(results, to);
    const auto rest = [this](const void* const* from, void* const* into) INTARSIA_INLINE_LAMBDA {
      instance::run_rest({from, into, workspace_.get(), block_.get() + instance::self.offset}, std::make_integer_sequence<int, program::sections - 1>{});
    };
    if constexpr (Fresh) rest(at, to);
    else run::execute_apart<program, instance::whose>(at, to, rest);
  }
  using workspace = std::unique_ptr<char, run::release_aligned>;
  static workspace make_workspace() { return workspace(run::allocate_aligned(run::preparations<Lambda, Target, M>::workspace())); }
  void fill() {
    const void* at[run::argument<weights<M>>::leaves];
    std::size_t bytes[run::argument<weights<M>>::leaves];
    run::argument<weights<M>>::collect(*theta_, at, bytes);
    for (const run::preparation* p = run::preparations<Lambda, Target, M>::first; p != nullptr; p = p->next) p->fill(at, block_.get() + p->offset);
  }

  std::shared_ptr<char> block_;
  std::shared_ptr<weights<M>> theta_;
  workspace workspace_;
};

/// `auto ready = ia::prepare(infer, theta); ready(x)`: everything that the parameters alone decide (packed weights, folded
/// batch norms) is computed now; a call runs the rest and allocates nothing.
template <class Lambda, fixed_string Name, class Target, class M>
prepared<Lambda, Name, Target, M> prepare(const compiled<Lambda, Name, Target>&, const weights<M>& theta) {
  return prepared<Lambda, Name, Target, M>(theta);
}
template <class Lambda, fixed_string Name, class Target, support::no_weights X>
refused<support::told<support::weights_needed("prepare")>::why> prepare(const compiled<Lambda, Name, Target>&, const X&);
template <class Lambda, fixed_string Name, class Target, class M>
refused<support::told<support::weights_needed("prepare")>::why> prepare(const weights<M>&, const compiled<Lambda, Name, Target>&);

}  // namespace intarsia
