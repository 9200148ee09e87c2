// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "error.hpp"

extern char** environ;

namespace intarsia::tool {

namespace {

struct pipe_ends {
  int read = -1, write = -1;
  pipe_ends() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw error("no pipe can be opened");
    read = ends[0];
    write = ends[1];
  }
  ~pipe_ends() { close_read(), close_write(); }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  void close_read() {
    if (read >= 0) close(read);
    read = -1;
  }
  void close_write() {
    if (write >= 0) close(write);
    write = -1;
  }
};

/// Writes and reads by turns, so that neither side waits for the other.
void exchange(pipe_ends& in, pipe_ends& out, const std::string& input, std::string& output) {
  std::size_t written = 0;
  fcntl(in.write, F_SETFL, O_NONBLOCK);
  if (input.empty()) in.close_write();
  for (;;) {
    pollfd waits[2] = {{out.read, POLLIN, 0}, {in.write, POLLOUT, 0}};
    if (poll(waits, in.write >= 0 ? 2 : 1, -1) < 0 && errno != EINTR) return;
    if (in.write >= 0 && (waits[1].revents & (POLLOUT | POLLERR | POLLHUP)) != 0) {
      const ssize_t n = write(in.write, input.data() + written, input.size() - written);
      if (n > 0) written += static_cast<std::size_t>(n);
      if ((n < 0 && errno != EAGAIN) || written == input.size()) in.close_write();
    }
    if ((waits[0].revents & (POLLIN | POLLHUP)) != 0) {
      char buffer[65536];
      const ssize_t n = read(out.read, buffer, sizeof buffer);
      if (n <= 0) return;
      output.append(buffer, static_cast<std::size_t>(n));
    }
  }
}

}  // namespace

outcome run(const std::vector<std::string>& command, const std::string& input) {
  pipe_ends in, out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  outcome result;
  pid_t child = -1;
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  result.started = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  if (result.started) {
    in.close_read();
    out.close_write();
    exchange(in, out, input, result.output);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  }
  std::signal(SIGPIPE, previous);
  return result;
}

std::string first_program(const std::vector<std::string>& names) {
  static std::map<std::string, bool> known;
  for (const std::string& name : names) {
    auto at = known.find(name);
    if (at == known.end()) at = known.emplace(name, run({name, "--version"}).status == 0).first;
    if (at->second) return name;
  }
  return "";
}

temporary_file::temporary_file(std::span<const unsigned char> bytes) {
  path_ = (std::filesystem::temp_directory_path() / "intarsia-XXXXXX").string();
  const int file = mkstemp(path_.data());
  std::size_t written = 0;
  while (file >= 0 && written < bytes.size()) {
    const ssize_t n = write(file, bytes.data() + written, bytes.size() - written);
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  if (file >= 0) close(file);
  if (file < 0 || written < bytes.size()) throw error("no temporary file can be written");
}

temporary_file::~temporary_file() { std::remove(path_.c_str()); }

}  // namespace intarsia::tool
