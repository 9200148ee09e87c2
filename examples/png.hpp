// SPDX-License-Identifier: Apache-2.0
// Reads and writes 8-bit gray PNG files with libpng's simplified interface.
// Colour becomes luminance, transparency is laid on black. What cannot be used ends in a std::runtime_error.
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
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> pixels;  // row-major
};

[[noreturn]] inline void fail_png(const std::filesystem::path& file, png_image& png, const std::string& what) {
  png_image_free(&png);
  throw std::runtime_error("PNG file '" + file.string() + "': " + what);
}

inline gray_image read_png(const std::filesystem::path& file) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&png, file.c_str())) fail_png(file, png, png.message);
  // Before anything of that size is allocated: the header may be damaged.
  if (png.width > 16'384 || png.height > 16'384) fail_png(file, png, "larger than 16,384 x 16,384");
  // libpng takes 16-bit samples for linear light and would bend their values.
  if ((png.format & PNG_FORMAT_FLAG_LINEAR) != 0) fail_png(file, png, "16 bits a sample, expected 8");

  png.format = PNG_FORMAT_GRAY;
  gray_image result{png.width, png.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(png))};
  if (!png_image_finish_read(&png, nullptr, result.pixels.data(), 0, nullptr)) fail_png(file, png, png.message);
  return result;
}

inline void write_png(const std::filesystem::path& file, const gray_image& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_GRAY;
  if (image.pixels.size() != image.width * image.height) fail_png(file, png, "another number of pixels than width x height");
  if (!png_image_write_to_file(&png, file.c_str(), 0, image.pixels.data(), 0, nullptr)) fail_png(file, png, png.message);
}

}  // namespace examples
