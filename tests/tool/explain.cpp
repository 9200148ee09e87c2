// SPDX-License-Identifier: Apache-2.0
// What the library itself says of each function: its costs, then its text. No kernel is compiled.
#include "functions.hpp"

#include <iostream>

namespace ia = intarsia;

namespace {

template <auto Function, class... Arguments>
void tell(const Arguments&... arguments) {
  constexpr ia::call_cost c = ia::cost<Function, Arguments...>;
  std::cout << "== " << Function.name.view() << ' ' << c.flops << ' ' << c.bytes << ' ' << c.workspace_bytes << ' ' << c.kernels << '\n';
  ia::explain(std::cout, Function, arguments...);
}

}  // namespace

int main() {
  using namespace functions;
  tell<learn>(image{}, kernel{}, edges{});
  tell<convolve>(planes{}, filters{});
  tell<convolve_in_tiles>(planes{}, filters{});
  tell<train>(ia::init<classifier>(1), batch{}, labels{}, 0.1f);
  tell<smooth>(ia::tensor<float, 16>{});
  tell<smooth>(ia::tensor<float, 32>{});
}
