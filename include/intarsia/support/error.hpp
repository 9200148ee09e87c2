// SPDX-License-Identifier: Apache-2.0
// Errors at run time: bad input from outside (files, labels, buffers), found before anything is written.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "intarsia/support/config.hpp"
#if INTARSIA_EXCEPTIONS
#include <stdexcept>
#endif

namespace intarsia {

/// Called instead of throwing where exceptions are off; it must not return.
using error_handler = void (*)(const char* message);

namespace support {
inline void print_and_abort(const char* message) {
  std::fputs(message, stderr);
  std::fputc('\n', stderr);
  std::abort();
}
inline error_handler& current_error_handler() {
  static error_handler handler = &print_and_abort;
  return handler;
}
}  // namespace support

/// Replaces the handler that builds without exceptions call. Returns the old one.
inline error_handler set_error_handler(error_handler handler) {
  error_handler old = support::current_error_handler();
  support::current_error_handler() = handler;
  return old;
}

#if INTARSIA_EXCEPTIONS
/// What a call throws when its input cannot be used; nothing has been written then.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
#endif

namespace support {
// Takes a plain string, so that checks in a compiled function leave no trace of std::string in it.
[[noreturn, gnu::noinline, gnu::cold]] inline void fail(const char* message) {
#if INTARSIA_EXCEPTIONS
  throw error(message);
#else
  current_error_handler()(message);
  std::abort();
#endif
}
[[noreturn]] inline void fail(const std::string& message) { fail(message.c_str()); }
}  // namespace support
}  // namespace intarsia
