// SPDX-License-Identifier: Apache-2.0
// One unit of a program, REPORT its only function: prints which target its kernels ran on, results that every target has
// in common, and the layout of public types.
//
// The target is told by the numbers: a float sum of one large element and many small ones loses those that meet the large
// one in its lane, so that it depends on the number of lanes. A kernel of the wrong target gives another sum. Sums of products
// have more partial sums than others.
#include <cstdio>

#include "shared.hpp"

namespace ia = intarsia;

extern "C" std::size_t allocated;  // by main.cpp's operator new

namespace {

template <class Tensor>
void fill(Tensor& t, int seed) {
  for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = static_cast<typename Tensor::value_type>(static_cast<int>(i * 7 + seed) % 5 - 2);
}

void print_sums() {
  ia::tensor<float, 1, 512> x;
  for (float& e : x) e = 1;
  x(0, 0) = 16777216;  // 2^24: one more is lost
  const float statement = ia::sum(x);
  float into = 0;
  shared::total.into(into)(x);
  ia::weights<shared::scale> ones;
  ia::for_each_parameter(ones, [](auto, auto v) {
    for (float& e : v) e = 1;
  });
  const auto ready = ia::prepare(shared::apply, ones);
  std::printf("sums %.0f %.0f %.0f\nproducts %.0f %.0f\n", statement, shared::total(x), into, shared::apply(ones, x).data()[0], ready(x).data()[0]);
}

void print_results() {
  ia::weights<shared::net> theta;
  int seed = 0;
  ia::for_each_parameter(theta, [&](auto, auto v) { fill(v, seed++); });
  ia::tensor<float, 2, 1, 8, 8> x;
  fill(x, 1);
  ia::tensor<float, 2, 3> y;
  fill(y, 2);
  const std::size_t before = allocated;
  const auto ready = ia::prepare(shared::apply, theta);
  std::printf("prepared %zu bytes\n", allocated - before);
  const ia::tensor<float, 2, 3> prepared = ready(x);
  const float loss = shared::train(theta, x, y, 0.5f);
  double checksum = 0;
  int weight = 1;
  ia::for_each_parameter(theta, [&](auto, auto v) {
    for (float e : v) checksum += weight++ % 101 * double(e);
  });
  ia::tensor<float, 8, 8> image;
  fill(image, 3);
  image = ia::transpose(image) * 2;
  std::printf("results %g %.0f %g %g\n", loss, checksum, static_cast<float>(ia::sum(prepared)), static_cast<float>(ia::sum(ia::corr2d(image, ia::tensor<float, 2, 2>{{0, 1}, {2, 3}}))));
}

template <class... T>
void print_layout() {
  std::printf("layout");
  ((std::printf(" %zu/%zu", sizeof(T), alignof(T))), ...);
  std::printf("\n");
}

}  // namespace

extern "C" void REPORT() {
  std::printf("target %s\n", hwy::TargetName(HWY_STATIC_TARGET));
  print_sums();
  print_results();
  print_layout<ia::tensor<float>, ia::tensor<float, 1>, ia::tensor<float, 3>, ia::tensor<float, 2, 3>, ia::tensor<float, 5, 5>, ia::tensor<float, 1000>, ia::tensor<double, 3>,
               ia::tensor<double, 7, 9>, ia::tensor<bool, 9>, ia::tensor<signed char, 65>, ia::view<float, 3>, ia::view<const double, 2, 2>,
               ia::boxed<ia::tensor<float, 100>>, ia::weights<shared::net>, decltype(shared::train), decltype(ia::prepare(shared::apply, ia::weights<shared::net>()))>();
}
