// SPDX-License-Identifier: Apache-2.0
// Reads MNIST digits with zlib: from a directory with the four official files, or from one gzip stream that holds the
// four end to end. A file that is anything else ends in a std::runtime_error.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace examples {

inline constexpr std::size_t digit_side = 28, digit_size = digit_side * digit_side;

struct digits {
  std::vector<std::uint8_t> images;  // 28 x 28 each, row-major, 0 paper to 255 ink
  std::vector<std::uint8_t> labels;  // 0 to 9
};

struct mnist {
  digits train, test;
};

/// Reads IDX files from a stream, compressed or not.
class idx_reader {
 public:
  explicit idx_reader(const std::filesystem::path& file) : name_(file.string()), stream_(gzopen(name_.c_str(), "rb")) {
    if (!stream_) fail("cannot be opened");
  }

  std::vector<std::uint8_t> images() { return read({digit_side, digit_side}); }

  std::vector<std::uint8_t> labels() {
    std::vector<std::uint8_t> result = read({});
    for (std::uint8_t label : result)
      if (label > 9) fail("has the label " + std::to_string(label));
    return result;
  }

  void expect_end() {
    std::uint8_t more = 0;
    if (gzread(stream_.get(), &more, 1) != 0) fail("does not end where its headers say");  // also a wrong checksum
    check_whole();
  }

  [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error("MNIST file '" + name_ + "' " + what); }

 private:
  static constexpr std::size_t max_count = 60'000;  // no official file holds more

  std::vector<std::uint8_t> read(std::initializer_list<std::size_t> item_extents) {
    if (read_u32() != 0x0801 + item_extents.size()) fail("has another header than expected");  // bytes, number of axes
    std::size_t size = read_u32();
    if (size == 0 || size > max_count) fail("announces " + std::to_string(size) + " items");
    for (std::size_t extent : item_extents) {
      if (read_u32() != extent) fail("has images of another size than 28 x 28");
      size *= extent;
    }
    std::vector<std::uint8_t> bytes(size);
    read_bytes(bytes.data(), size);
    return bytes;
  }

  std::size_t read_u32() {
    std::array<std::uint8_t, 4> b{};  // most significant first
    read_bytes(b.data(), b.size());
    return static_cast<std::size_t>(b[0]) << 24 | static_cast<std::size_t>(b[1]) << 16 | static_cast<std::size_t>(b[2]) << 8 | b[3];
  }

  void read_bytes(std::uint8_t* to, std::size_t size) {
    const int got = gzread(stream_.get(), to, static_cast<unsigned>(size));
    check_whole();
    if (got < 0) fail("is damaged");
    if (static_cast<std::size_t>(got) != size) fail("is truncated");
  }

  // A compressed stream that is cut short looks like a plain end to gzread.
  void check_whole() {
    int status = Z_OK;
    gzerror(stream_.get(), &status);
    if (status == Z_BUF_ERROR) fail("is truncated");
  }

  struct close {
    void operator()(gzFile stream) const { gzclose(stream); }
  };
  std::string name_;
  std::unique_ptr<gzFile_s, close> stream_;
};

inline digits read_digits(idx_reader& images, idx_reader& labels) {
  digits result;
  result.images = images.images();
  result.labels = labels.labels();
  if (result.images.size() != result.labels.size() * digit_size) labels.fail("has not one label for each image");
  return result;
}

inline digits read_digits(const std::filesystem::path& images, const std::filesystem::path& labels) {
  idx_reader image_file(images), label_file(labels);
  digits result = read_digits(image_file, label_file);
  image_file.expect_end();
  label_file.expect_end();
  return result;
}

inline mnist read_mnist(const std::filesystem::path& path) {
  if (is_directory(path))
    return {read_digits(path / "train-images-idx3-ubyte", path / "train-labels-idx1-ubyte"),
            read_digits(path / "t10k-images-idx3-ubyte", path / "t10k-labels-idx1-ubyte")};
  idx_reader file(path);
  mnist result;
  result.train = read_digits(file, file);
  result.test = read_digits(file, file);
  file.expect_end();
  return result;
}

}  // namespace examples
