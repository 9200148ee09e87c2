// SPDX-License-Identifier: Apache-2.0
// What a user of the installed library compiles; consumers.py builds it in each of the ways that docs/howto/build.md names.
#include <intarsia/intarsia.hpp>

#include <iostream>

namespace ia = intarsia;

constexpr auto f = ia::compile([](auto x, auto k) { return ia::sum(ia::corr2d(x, k)); });

int main() {
  const ia::tensor<float, 3, 3> x{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
  const ia::tensor<float, 2, 2> k{{0, 1}, {2, 3}};
  std::cout << f(x, k) << '\n';
}
