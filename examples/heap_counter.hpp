// SPDX-License-Identifier: Apache-2.0
// Counts the program's heap calls: malloc and its family, where operator new and every library go for memory, and free.
// Replaces glibc's functions; elsewhere, and under a sanitizer that replaces them itself, the count stays 0.
// Include it in one source file.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace examples {
inline std::atomic<long> heap_calls = 0;
}

#if defined(__has_feature)
#define EXAMPLES_HAS_FEATURE(feature) __has_feature(feature)
#else
#define EXAMPLES_HAS_FEATURE(feature) 0
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !EXAMPLES_HAS_FEATURE(address_sanitizer) && !EXAMPLES_HAS_FEATURE(thread_sanitizer) && !EXAMPLES_HAS_FEATURE(memory_sanitizer)

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) noexcept {
  ++examples::heap_calls;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  ++examples::heap_calls;
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) noexcept {
  ++examples::heap_calls;
  return __libc_realloc(block, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  ++examples::heap_calls;
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return memalign(alignment, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) noexcept {
  *block = memalign(alignment, bytes);
  return *block == nullptr ? ENOMEM : 0;
}
void free(void* block) noexcept {
  ++examples::heap_calls;
  __libc_free(block);
}

}  // extern "C"
#endif
#undef EXAMPLES_HAS_FEATURE
