// SPDX-License-Identifier: Apache-2.0
// What a generated source tells the runner about its convolutions: shapes, the CRC-32 of the four results, a function.
// It stands between them: generated sources do not see Boost.Test, the runner does not see Intarsia.
#pragma once

#include <cstdint>
#include <span>

#include "reference/naive_correlation.hpp"

namespace conv_cover {

/// The four operands, and the four results, everywhere in this order.
struct operand {
  enum { x, k, b, g };
};
struct result {
  enum { y, dx, dk, db };
};

struct convolution {
  const char* name;
  int dimensions;
  reference::correlation shape;
  std::uint32_t crc[4];
  void (*run)(const float* const (&operands)[4], float* const (&results)[4]);
};

/// The convolutions of one source, linked into the list that the runner walks: those of the one target that it was
/// compiled for, or a function that gives those of the target that Highway has chosen.
struct part {
  const char* target;  // null: whatever is chosen
  std::span<const convolution> (*get)();
  std::span<const convolution> of;
  const part* next;

  static const part*& all() {
    static const part* head = nullptr;
    return head;
  }
  template <int N>
  part(const char* name, const convolution (&list)[N]) : target(name), get(nullptr), of(list), next(all()) {
    all() = this;
  }
  explicit part(std::span<const convolution> (*of_chosen)()) : target(nullptr), get(of_chosen), next(all()) { all() = this; }
};

}  // namespace conv_cover
