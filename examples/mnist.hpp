// SPDX-License-Identifier: Apache-2.0
// Reads MNIST digits with zlib. Receives the path of the embedded file (four
// IDX files in one gzip stream) or of a directory with the four official files
// (raw or .gz). Returns pixels (0 background to 255 ink, count x 28 x 28,
// row-major) and labels (0 to 9); throws std::runtime_error on anything else.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace examples {

inline constexpr std::size_t digit_side = 28;
inline constexpr std::size_t digit_size = digit_side * digit_side;

struct digits {
    std::vector<std::uint8_t> images;
    std::vector<std::uint8_t> labels;
    std::size_t count = 0;
};

struct mnist {
    digits train, test;
};

namespace detail {

// No official file holds more. Bounds what a damaged header can make us
// allocate, and keeps every read within the int that gzread returns.
inline constexpr std::size_t max_digit_count = 60'000;

class idx_reader {
public:
    explicit idx_reader(const std::filesystem::path& file)
        : name_(file.string()), stream_(gzopen(name_.c_str(), "rb")) {
        if (!stream_) {
            fail("cannot be opened");
        }
    }

    std::vector<std::uint8_t> read_images() {
        const std::size_t count = read_header(0x0000'0803, "images");
        const std::size_t rows = read_u32();
        const std::size_t columns = read_u32();
        if (rows != digit_side || columns != digit_side) {
            fail("images are " + std::to_string(rows) + " x " + std::to_string(columns) +
                 ", expected 28 x 28");
        }
        return read_bytes(count * digit_size);
    }

    std::vector<std::uint8_t> read_labels() {
        const std::size_t count = read_header(0x0000'0801, "labels");
        auto labels = read_bytes(count);
        for (const auto label : labels) {
            if (label > 9) {
                fail("label " + std::to_string(label) + " is not a digit");
            }
        }
        return labels;
    }

    // Reading past the last byte also makes zlib check the gzip checksum.
    void expect_end() {
        std::uint8_t extra = 0;
        if (read_some(&extra, 1) != 0) {
            fail("holds more data than its headers announce");
        }
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error("MNIST file '" + name_ + "': " + what);
    }

private:
    struct close_stream {
        void operator()(gzFile stream) const noexcept { gzclose(stream); }
    };

    std::size_t read_header(std::uint32_t expected_magic, const std::string& what) {
        if (read_u32() != expected_magic) {
            fail("wrong magic number, no IDX " + what + " here");
        }
        const std::size_t count = read_u32();
        if (count == 0 || count > max_digit_count) {
            fail("announces " + std::to_string(count) + " " + what + ", expected 1 to " +
                 std::to_string(max_digit_count));
        }
        return count;
    }

    std::uint32_t read_u32() {
        std::array<std::uint8_t, 4> bytes{};
        read_exactly(bytes.data(), bytes.size());
        std::uint32_t value = 0;
        for (const auto byte : bytes) { // IDX is big-endian
            value = value << 8 | byte;
        }
        return value;
    }

    std::vector<std::uint8_t> read_bytes(std::size_t size) {
        std::vector<std::uint8_t> bytes(size);
        read_exactly(bytes.data(), size);
        return bytes;
    }

    void read_exactly(std::uint8_t* target, std::size_t size) {
        if (read_some(target, size) != size) {
            fail("is truncated");
        }
    }

    std::size_t read_some(std::uint8_t* target, std::size_t size) {
        const int got = gzread(stream_.get(), target, static_cast<unsigned>(size));
        // A gzip stream cut short counts as a plain end in gzread's result;
        // only gzerror tells.
        int status = Z_OK;
        const std::string message = gzerror(stream_.get(), &status);
        if (status == Z_BUF_ERROR) {
            fail("is truncated");
        }
        if (got < 0 || (status != Z_OK && status != Z_STREAM_END)) {
            fail("cannot be read: " + message);
        }
        return static_cast<std::size_t>(got);
    }

    std::string name_;
    std::unique_ptr<std::remove_pointer_t<gzFile>, close_stream> stream_;
};

inline digits join_digits(std::vector<std::uint8_t> images, std::vector<std::uint8_t> labels,
                          const idx_reader& source) {
    const std::size_t count = labels.size();
    if (images.size() != count * digit_size) {
        source.fail("has " + std::to_string(count) + " labels for " +
                    std::to_string(images.size() / digit_size) + " images");
    }
    return {std::move(images), std::move(labels), count};
}

// The file as fetched or, failing that, with .gz appended.
inline std::filesystem::path raw_or_gz(const std::filesystem::path& dir, const std::string& name) {
    std::error_code ignored; // a missing file is reported below, by name
    for (const auto& file : {dir / name, dir / (name + ".gz")}) {
        if (std::filesystem::is_regular_file(file, ignored)) {
            return file;
        }
    }
    throw std::runtime_error("MNIST directory '" + dir.string() + "' has neither " + name +
                             " nor " + name + ".gz");
}

inline digits load_pair(const std::filesystem::path& dir, const std::string& prefix) {
    idx_reader image_file(raw_or_gz(dir, prefix + "-images-idx3-ubyte"));
    auto images = image_file.read_images();
    image_file.expect_end();
    idx_reader label_file(raw_or_gz(dir, prefix + "-labels-idx1-ubyte"));
    auto labels = label_file.read_labels();
    label_file.expect_end();
    return join_digits(std::move(images), std::move(labels), label_file);
}

} // namespace detail

// The embedded part: train images, train labels, test images, test labels.
inline mnist load_mnist(const std::filesystem::path& gz_file) {
    detail::idx_reader reader(gz_file);
    const auto next_digits = [&reader] {
        auto images = reader.read_images();
        auto labels = reader.read_labels();
        return detail::join_digits(std::move(images), std::move(labels), reader);
    };
    mnist result;
    result.train = next_digits();
    result.test = next_digits();
    reader.expect_end();
    return result;
}

// The four official files, as fetch_mnist.sh leaves them in `dir`.
inline mnist load_mnist_full(const std::filesystem::path& dir) {
    return {detail::load_pair(dir, "train"), detail::load_pair(dir, "t10k")};
}

} // namespace examples
