// SPDX-License-Identifier: Apache-2.0
// Reads and writes PNG with libpng's simplified API. read_png receives a path
// and returns 8-bit gray pixels, row-major (colour becomes luminance, alpha is
// laid on black); write_png receives a path and such an image. Both throw
// std::runtime_error when the file or the image is not usable.
#pragma once

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace examples {

struct gray_image {
    std::vector<std::uint8_t> pixels;
    std::size_t width = 0;
    std::size_t height = 0;
};

namespace detail {

// Far above any example; bounds what a damaged header can make us allocate.
inline constexpr std::size_t max_pixel_count = std::size_t{1} << 28;

// The control block, freed on every way out.
class png_job {
public:
    explicit png_job(const std::filesystem::path& file) : file_(file.string()) {
        image.version = PNG_IMAGE_VERSION;
    }
    png_job(const png_job&) = delete;
    png_job& operator=(const png_job&) = delete;
    ~png_job() { png_image_free(&image); }

    const char* file() const noexcept { return file_.c_str(); }

    // libpng goes on after a warning, and so do we.
    void check(int success) const {
        if (success == 0 || PNG_IMAGE_FAILED(image)) {
            fail(image.message);
        }
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error("PNG file '" + file_ + "': " + what);
    }

    png_image image{};

private:
    std::string file_;
};

} // namespace detail

inline gray_image read_png(const std::filesystem::path& file) {
    detail::png_job job(file);
    job.check(png_image_begin_read_from_file(&job.image, job.file()));

    gray_image result;
    result.width = job.image.width;
    result.height = job.image.height;
    if (result.width > detail::max_pixel_count / result.height) {
        job.fail("is too large");
    }
    // libpng would take 16-bit samples for linear light and bend their values.
    if ((job.image.format & PNG_FORMAT_FLAG_LINEAR) != 0) {
        job.fail("has 16-bit samples, expected 8");
    }
    job.image.format = PNG_FORMAT_GRAY;
    // Zeros: with no background colour given, libpng composes alpha onto what
    // the buffer holds.
    result.pixels.assign(result.width * result.height, 0);
    job.check(png_image_finish_read(&job.image, nullptr, result.pixels.data(), 0, nullptr));
    return result;
}

inline void write_png(const std::filesystem::path& file, const gray_image& source) {
    detail::png_job job(file);
    if (source.width == 0 || source.height == 0) {
        job.fail("cannot hold an empty image");
    }
    if (source.width > detail::max_pixel_count / source.height) {
        job.fail("is too large");
    }
    if (source.pixels.size() != source.width * source.height) {
        job.fail(std::to_string(source.pixels.size()) + " pixels given for " +
                 std::to_string(source.width) + " x " + std::to_string(source.height));
    }
    job.image.width = static_cast<png_uint_32>(source.width);
    job.image.height = static_cast<png_uint_32>(source.height);
    job.image.format = PNG_FORMAT_GRAY;
    job.check(png_image_write_to_file(&job.image, job.file(), 0, source.pixels.data(), 0, nullptr));
}

} // namespace examples
