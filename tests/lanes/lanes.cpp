// SPDX-License-Identifier: Apache-2.0
// One operation of each kernel class at sizes from 1 to two vectors and one element, on every target of this machine,
// with special values in every place, against the oracle; and between guard pages, at every misalignment. CASES names the header with the operations.
#define HWY_COMPILE_ALL_ATTAINABLE

#include "intarsia/support/config.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lanes/lanes.cpp"
#include <hwy/foreach_target.h>

#include "intarsia/targets-inl.hpp"
#include "lanes/program.hpp"

#include CASES

HWY_BEFORE_NAMESPACE();
namespace lanes::HWY_NAMESPACE {
namespace ia = intarsia::HWY_NAMESPACE;

constexpr ia::index vector_bytes = HWY_TARGET == HWY_SCALAR ? 1 : HWY_MAX_BYTES;
// the same vectors as AVX3's and SSE4's, but for single instructions: not all sizes again
constexpr bool few = HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_SSSE3;

/// The operation at these sizes as one program, on the caller's memory.
template <class Case, ia::index... N>
void run_together(const void* const* in, void* const* out) {
  constexpr auto f = ia::compile(program<Case, N...>{});
  [&]<std::size_t... I, std::size_t... O>(std::index_sequence<I...>, std::index_sequence<O...>) HWY_ATTR {
    f.into(result_view<Case, N...>(std::integral_constant<std::size_t, O>{}, out[O])...)(operand_view<Case, N...>(std::integral_constant<std::size_t, I>{}, in[I])...);
  }(std::make_index_sequence<sizeof...(N) * arity<Case>>{}, std::make_index_sequence<sizeof...(N)>{});
}
template <class Case>
void run_all(const void* const* in, void* const* out) {
  constexpr sizes list = sizes_of<Case>(vector_bytes, few);
  [&]<std::size_t... I>(std::index_sequence<I...>) HWY_ATTR {
    if constexpr (Case::apart) (run_together<Case, list.of[I]>(in + I * arity<Case>, out + I), ...);
    else run_together<Case, list.of[I]...>(in, out);
  }(std::make_index_sequence<static_cast<std::size_t>(list.count)>{});
}

struct table {
  function of[std::tuple_size_v<all_cases>];
};
template <class... Case>
constexpr table table_of(std::tuple<Case...>*) { return {{&run_all<Case>...}}; }
constexpr table functions = table_of(static_cast<all_cases*>(nullptr));

functions_of_target get() { return {vector_bytes, few, functions.of}; }

}  // namespace lanes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <boost/test/unit_test.hpp>

#include "lanes/check.hpp"
#include "memory/guarded.hpp"
#include "targets.hpp"

namespace lanes {
HWY_EXPORT(get);
functions_of_target of_target(std::int64_t target) {
  targets::force(target);
  return HWY_DYNAMIC_DISPATCH(get)();
}
}  // namespace lanes

namespace {

/// Calls check(case, target, its functions, the case's function) for all cases on all targets.
template <class Check>
void for_each_case(Check check) {
  BOOST_TEST(!targets::all().empty());
  for (const std::int64_t target : targets::all()) {
    const lanes::functions_of_target f = lanes::of_target(target);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (check(std::type_identity<std::tuple_element_t<I, lanes::all_cases>>{}, hwy::TargetName(target), f, f.of[I]), ...);
    }(std::make_index_sequence<std::tuple_size_v<lanes::all_cases>>{});
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(sizes_and_special_values) {
  for_each_case([]<class Case>(std::type_identity<Case>, const char* target, const lanes::functions_of_target& of, lanes::function f) { lanes::check<Case>(target, of, f); });
}

BOOST_AUTO_TEST_CASE(guard_pages) {
  for_each_case([]<class Case>(std::type_identity<Case>, const char* target, const lanes::functions_of_target& of, lanes::function f) { memory::check<Case>(target, of, f); });
}
#endif
