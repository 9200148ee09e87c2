// SPDX-License-Identifier: Apache-2.0
// A progress bar in the last line of standard error: made with the number of steps, advanced with ++.
// Shows nothing where standard error is no terminal.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <iostream>
#include <string>

namespace examples {

class progress {
 public:
  explicit progress(std::size_t steps) : steps_(steps) {}
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress() { hide(); }

  progress& operator++() {
    const std::size_t length = ++done_ * width / steps_;
    if (terminal_ && length != shown_)
      std::cerr << "\r[" << std::string(length, '#') << std::string(width - length, ' ') << ']' << std::flush;
    shown_ = length;
    return *this;
  }

  /// Makes room for a line of text; the next ++ shows the bar again.
  void hide() {
    if (terminal_) std::cerr << "\r\033[K" << std::flush;
    shown_ = hidden;
  }

 private:
  static constexpr std::size_t width = 60, hidden = width + 1;
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  const std::size_t steps_;
  std::size_t done_ = 0, shown_ = hidden;
};

}  // namespace examples
