// SPDX-License-Identifier: Apache-2.0
#include "kernel.hpp"

#include <algorithm>
#include <charconv>

#include "error.hpp"

namespace intarsia::tool {

kernel kernel_of(const description& d, int number) {
  const address at = d.kernels[static_cast<std::size_t>(number)];
  if (at == 0) throw error("the binary does not tell where kernel " + std::to_string(number) + " of '" + d.name + "' is");
  kernel k;
  k.number = number;
  k.code = disassemble(*d.in, at);
  k.loops = loops_of(k.code);
  k.whole = summary_of(k.code);
  if (const loop* l = k.hot_loop()) k.hot = summary_of(k.code, *l);
  return k;
}

std::vector<kernel> kernels_of(const description& d, const std::string& which, const program* p) {
  const int count = static_cast<int>(d.kernels.size());
  if (which == "all") {
    std::vector<kernel> all;
    for (int k = 0; k < count; ++k) all.push_back(kernel_of(d, k));
    return all;
  }
  if (which.empty()) {
    int most = 0;
    for (int k = 1; p != nullptr && p->same && k < count; ++k)
      if (p->works[static_cast<std::size_t>(k)].flops > p->works[static_cast<std::size_t>(most)].flops) most = k;
    return {kernel_of(d, most)};
  }
  int number = -1;
  const auto [end, bad] = std::from_chars(which.data(), which.data() + which.size(), number);
  if (bad != std::errc{} || end != which.data() + which.size() || number < 0 || number >= count)
    throw error("'" + d.name + "' has " + (count == 1 ? "one kernel, 0" : "kernels 0 to " + std::to_string(count - 1)) + "; there is no '" + which + "'");
  return {kernel_of(d, number)};
}

}  // namespace intarsia::tool
