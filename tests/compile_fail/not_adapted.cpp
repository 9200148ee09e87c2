// SPDX-License-Identifier: Apache-2.0
// Models whose members have no names.
#include <intarsia/intarsia.hpp>

namespace ia = intarsia;

struct bare {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
struct outer {
  bare block;
  constexpr auto operator()(auto x) const { return block(x); }
};
BOOST_HANA_ADAPT_STRUCT(outer, block);
struct bare_table {
  ia::tensor<float, 3> table;
  constexpr auto operator()(auto x) const { return x; }
};
BOOST_HANA_ADAPT_STRUCT(bare_table, table);
struct trained_table {
  ia::parameter<ia::tensor<float, 3>> table;
  constexpr auto operator()(auto x) const { return x + table; }
};
BOOST_HANA_ADAPT_STRUCT(trained_table, table);
struct good {
  ia::nn::linear<4, 3> fc;
  constexpr auto operator()(auto x) const { return fc(x); }
};
BOOST_HANA_ADAPT_STRUCT(good, fc);

void case_1() {
#if INTARSIA_CASE == 1
  auto theta = ia::init<bare>(1);  // error 1: [not_adapted] weights; BOOST_HANA_ADAPT_STRUCT
#elif !INTARSIA_CASE
  auto theta = ia::init<good>(1);
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto theta = ia::init<outer>(1);  // error 2: [not_adapted] weights; member block
#elif !INTARSIA_CASE
  auto theta = ia::init<good>(1);
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  ia::weights<bare> theta;  // error 3: [not_adapted] weights
#elif !INTARSIA_CASE
  ia::weights<good> theta;
#endif
}

constexpr auto run = ia::compile([](auto m, auto x) { return m(x); });
inline ia::tensor<float, 4> x;

void case_4() {
#if INTARSIA_CASE == 4
  ia::weights<bare> theta;  // error 4: [not_adapted] weights
#elif !INTARSIA_CASE
  ia::weights<good> theta;
#endif
#if INTARSIA_CASE == 4 || !INTARSIA_CASE
  auto y = run(theta, x);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto theta = ia::init<bare_table>(1);  // error 5: [not_adapted] weights; member table; ia::parameter<...> is trained
#elif !INTARSIA_CASE
  auto theta = ia::init<trained_table>(1);
#endif
}
