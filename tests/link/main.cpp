// SPDX-License-Identifier: Apache-2.0
// Asks the units that it is linked with, REPORTS, one after the other. Counts the bytes of aligned blocks, so that a unit
// which prepares for another one's target is seen.
#include <cstdlib>
#include <new>

extern "C" {
std::size_t allocated = 0;
}

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  allocated += bytes;
  const auto a = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(a, (bytes + a - 1) / a * a);
}
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }

#define DECLARE(name) extern "C" void name();
#define CALL(name) name();
REPORTS(DECLARE)

int main() { REPORTS(CALL) }
