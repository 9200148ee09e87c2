// SPDX-License-Identifier: Apache-2.0
// Edge strength of a photograph: the length of the gradient that the two Sobel kernels measure, in one loop nest.
// usage: 04_edges [photo.png], 512 x 512; writes out/edges.png.
#include <intarsia/intarsia.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "png.hpp"

namespace ia = intarsia;

int main(int argc, char** argv) try {
  const examples::gray_image photo = examples::read_png(argc > 1 ? argv[1] : "examples/data/photo.png");
  if (photo.width != 512 || photo.height != 512) throw std::runtime_error("the photograph must be 512 x 512");

  const ia::tensor<float, 3, 3> sobel{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};
  const ia::view<const std::uint8_t, 512, 512> pixels(photo.pixels);
  const auto x = ia::cast<float>(pixels) / 255;
  const ia::boxed<ia::tensor<float, 510, 510>> strength =
      ia::sqrt(ia::square(ia::corr2d(x, sobel)) + ia::square(ia::corr2d(x, ia::transpose(sobel))));

  examples::gray_image edges{510, 510, std::vector<std::uint8_t>(510 * 510)};
  ia::view<std::uint8_t, 510, 510>(edges.pixels) = ia::cast<std::uint8_t>(ia::minimum(128 * strength, 255));
  std::filesystem::create_directories("out");
  examples::write_png("out/edges.png", edges);

  const float mean = ia::mean(strength), greatest = ia::max(strength);
  std::cout << "out/edges.png: edge strength " << std::fixed << std::setprecision(3) << mean << " on average, " << greatest << " at most\n";
} catch (const std::exception& e) {
  std::cerr << "04_edges: " << e.what() << '\n';
  return 1;
}
