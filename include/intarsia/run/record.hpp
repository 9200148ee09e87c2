// SPDX-License-Identifier: Apache-2.0
// The form of a record, for who writes it (describe.hpp) and who reads it in a binary (the command-line tool):
//   head, addresses of the kernels, bytes: name, target, signature, ... as `description::write_pass` has them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace intarsia::run {

/// All that comes before the addresses of the kernels, in the machine's order of bytes, in a binary for 64 bits.
struct record_head {
  unsigned char magic[16];
  std::uint32_t format;
  std::uint32_t kernels;  // addresses that follow
  std::uint32_t bytes;    // that follow the addresses
  std::uint32_t hash;     // of those bytes
};
static_assert(sizeof(record_head) == 32);

/// No text: 0x8f does not begin a character, 0xc1 never occurs.
inline constexpr unsigned char record_magic[16] = {0x8f, 'i', 'n', 't', 'a', 'r', 's', 'i', 'a', 0xc1, 'r', 'e', 'c', 'o', 'r', 'd'};
inline constexpr std::uint32_t record_format = 1;

constexpr std::uint32_t hash_of(const unsigned char* bytes, std::size_t count) {
  std::uint32_t hash = 2166136261u;
  for (std::size_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

}  // namespace intarsia::run
