// SPDX-License-Identifier: Apache-2.0
// A binary as bytes at addresses. Receives an object file, executable, shared library or archive, which may be damaged or
// hostile; returns one `image` for each object in it, in which relocations are applied. Nothing of the binary is run.
//
// The sections of an object file, which has no addresses yet, get some, so that everything after this is the same for all.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intarsia::tool {

using address = std::uint64_t;

enum class architecture : std::uint8_t { x86_64, aarch64 };

struct symbol {
  address at = 0;
  std::uint64_t size = 0;  // 0: unknown
  std::string name;        // mangled
};

class image {
 public:
  /// A piece of the file that is in memory when the program runs.
  struct chunk {
    address at = 0;
    std::span<const unsigned char> bytes;
    bool executable = false;
    std::string section;
  };

  std::string member;                   // name in the archive, else empty
  std::string path;                     // of the file, where the image is all of it
  std::span<const unsigned char> file;  // the object itself
  bool relocatable = false;             // an object file, whose addresses are ours
  architecture machine = architecture::x86_64;
  std::vector<chunk> chunks;                  // in the order of their addresses
  std::vector<symbol> functions;              // in the order of their addresses
  std::map<address, address> pointers;        // words that relocation fills in
  std::map<address, std::string> references;  // mangled names that relocation puts into instructions and tables

  const chunk* chunk_at(address at) const;
  /// The bytes from an address to the end of its chunk.
  std::span<const unsigned char> bytes_at(address at) const;
  std::optional<address> pointer_at(address at) const;
  const symbol* function_at(address at) const;  // that begins there
  const symbol* function_around(address at) const;
};

/// A file in memory with the images in it, which point into it.
class binary {
 public:
  explicit binary(const std::string& path);                           // throws `error`
  binary(const std::string& name, std::vector<unsigned char> bytes);  // for tests
  binary(const binary&) = delete;
  binary& operator=(const binary&) = delete;
  const std::string& path() const { return path_; }
  std::span<const image> images() const { return images_; }

 private:
  void read(std::vector<unsigned char> bytes, const std::string& member);
  void read_thin(const std::vector<unsigned char>& archive);
  std::string path_;
  std::list<std::vector<unsigned char>> files_;
  std::vector<image> images_;
};

/// What a C++ symbol is called in the source; fit for a terminal, whatever it says.
std::string demangled(const std::string& symbol);

}  // namespace intarsia::tool
