// SPDX-License-Identifier: Apache-2.0
// NaN in, NaN out: a NaN in each place of each operand, for every operation, on every target of this machine. Which
// elements of a result are NaN is the oracle's to say; positions (argmax) are compared too.
#define HWY_COMPILE_ALL_ATTAINABLE

#include "intarsia/support/config.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lanes/nan_rule.cpp"
#include <hwy/foreach_target.h>

#include "intarsia/targets-inl.hpp"
#include "lanes/nan_rule.hpp"

HWY_BEFORE_NAMESPACE();
namespace nan_rule::HWY_NAMESPACE {
namespace ia = intarsia::HWY_NAMESPACE;

template <class Subject>
void run(const void* x, const void* y, void* result) {
  constexpr auto f = ia::compile(program<typename Subject::list>{});
  using operand = typename Subject::operand;
  *static_cast<typename Subject::result*>(result) = f(*static_cast<const operand*>(x), *static_cast<const operand*>(y));
}

struct table {
  void (*of[std::tuple_size_v<subjects>])(const void*, const void*, void*);
};
template <class... Subject>
constexpr table table_of(std::tuple<Subject...>*) { return {{&run<Subject>...}}; }
constexpr table functions = table_of(static_cast<subjects*>(nullptr));
void call(std::size_t subject, const void* x, const void* y, void* result) { functions.of[subject](x, y, result); }

}  // namespace nan_rule::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <memory>

#include "targets.hpp"

namespace nan_rule {
HWY_EXPORT(call);
void run_on(std::int64_t target, std::size_t subject, const void* x, const void* y, void* result) {
  targets::force(target);
  HWY_DYNAMIC_DISPATCH(call)(subject, x, y, result);
}
}  // namespace nan_rule

namespace {

using ops::lift, ops::array;

template <class T>
bool same_kind(T got, double wanted) {
  if constexpr (std::is_integral_v<T>) return got == static_cast<T>(wanted);
  else return std::isnan(got) == std::isnan(wanted);
}

template <std::size_t I>
void check() {
  using subject = std::tuple_element_t<I, nan_rule::subjects>;
  using operand = typename subject::operand;
  const operand ordinary[2] = {ops::random<operand>(1, 0.5, 2), ops::random<operand>(2, 0.5, 2)};
  auto result = std::make_unique<typename subject::result>();
  for (const int which : {0, 1})
    for (std::size_t place = 0; place < operand::size(); ++place) {
      operand in[2] = {ordinary[0], ordinary[1]};
      in[which].data()[place] = std::numeric_limits<typename subject::element>::quiet_NaN() * (place % 2 ? 1 : -1);
      const array<double> x = lift<double>(in[0]), y = lift<double>(in[1]);
      // the oracle once, then every target
      const auto expected = std::apply([&](const auto&... op) { return std::tuple(op.call(x, y)...); }, subject::operations());
      for (const std::int64_t target : targets::all()) {
        nan_rule::run_on(target, I, in, in + 1, result.get());
        auto compare = [&](const char* text, const auto& got, const array<double>& wanted) {
          std::size_t i = 0;
          bool right = true;
          if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(got)>>) right = same_kind(got, wanted.at[0]);
          else
            for (; i < wanted.at.size() && right; ++i) right = same_kind(got.data()[i], wanted.at[i]);
          BOOST_TEST(right, text << " on " << hwy::TargetName(target) << ": NaN at place " << place << " of operand " << which << ", element " << i - 1 << " should be " << wanted.at[i > 0 ? i - 1 : 0]);
        };
        [&]<std::size_t... J>(std::index_sequence<J...>) {
          (compare(std::get<J>(subject::operations()).text, std::get<J>(*result), std::get<J>(expected)), ...);
        }(std::make_index_sequence<std::tuple_size_v<typename subject::list>>{});
      }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_operation_on_every_target) {
  BOOST_TEST(!targets::all().empty());
  [&]<std::size_t... I>(std::index_sequence<I...>) { (check<I>(), ...); }(std::make_index_sequence<std::tuple_size_v<nan_rule::subjects>>{});
}
#endif
