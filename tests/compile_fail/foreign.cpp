// SPDX-License-Identifier: Apache-2.0
// Arrays, containers and pointers where a tensor is needed.
#include <intarsia/intarsia.hpp>

#include <string>
#include <vector>

namespace ia = intarsia;

inline ia::tensor<float, 3> x;
inline ia::tensor<float, 2, 2> image;
inline std::vector<float> v(3);
inline float raw[3];
inline ia::view<float, 3> seen(raw);
constexpr auto adds = ia::compile<"adds">([](auto a) { return a + v; });
constexpr auto adds_two = ia::compile<"adds_two">([](auto a, auto b) { return a + b; });
// Other people's operators stay theirs.
inline const std::string text = std::string("a") + "b";
inline const bool less = v < v;

void case_1() {
#if INTARSIA_CASE == 1
  auto y = x + v;  // error 1: [argument] operator+; argument 2; a tensor or an expression is needed
#elif !INTARSIA_CASE
  auto y = x + seen;
#endif
}

void case_2() {
#if INTARSIA_CASE == 2
  auto y = raw < x;  // error 2: [argument] operator<; argument 1
#elif !INTARSIA_CASE
  auto y = seen < x;
#endif
}

void case_3() {
#if INTARSIA_CASE == 3
  x += &raw[0];  // error 3: [argument] operator+; argument 2
#elif !INTARSIA_CASE
  x += seen;
#endif
}

void case_4() {
#if INTARSIA_CASE == 4
  auto y = ia::exp(v);  // error 4: [argument] exp; argument 1
#elif !INTARSIA_CASE
  auto y = ia::exp(seen);
#endif
}

void case_5() {
#if INTARSIA_CASE == 5
  auto y = ia::where(x > 0, x, "none");  // error 5: [argument] where; argument 3
#elif !INTARSIA_CASE
  auto y = ia::where(x > 0, x, 0);
#endif
}

void case_6() {
#if INTARSIA_CASE == 6
  auto y = ia::corr2d(v, raw);  // error 6: [argument] corr2d; argument 1
#elif !INTARSIA_CASE
  auto y = ia::corr2d(image, image);
#endif
}

void case_7() {
#if INTARSIA_CASE == 7
  auto y = ia::sum<0>(v);  // error 7: [argument] sum; argument 1
#elif !INTARSIA_CASE
  auto y = ia::sum<0>(seen);
#endif
}

void case_8() {
#if INTARSIA_CASE == 8
  auto y = adds(x);  // error 8: [argument] operator+; argument 2
#elif !INTARSIA_CASE
  auto y = adds_two(x, x);
#endif
}
