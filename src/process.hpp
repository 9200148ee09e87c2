// SPDX-License-Identifier: Apache-2.0
// Other programs: run without a shell, given their input, asked for their output.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace intarsia::tool {

struct outcome {
  bool started = false;
  int status = -1;  // exit code; -1: not started, or ended by a signal
  std::string output;
};

/// Runs `command[0]`, found by PATH, with its errors thrown away.
outcome run(const std::vector<std::string>& command, const std::string& input = "");

/// The first of these programs that can be started with `--version`; empty if there is none. Asked once.
std::string first_program(const std::vector<std::string>& names);

/// A file that is there for as long as this lives.
class temporary_file {
 public:
  explicit temporary_file(std::span<const unsigned char> bytes);
  ~temporary_file();
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace intarsia::tool
