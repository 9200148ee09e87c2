// SPDX-License-Identifier: Apache-2.0
// The floors: work whose speed the library promises, beside the peak of the machine measured in the same run.
// Figures are to be read as ratios: GFLOP/s against `fma_peak`, bytes against `copy`.
#include <benchmark/benchmark.h>
#include <hwy/highway.h>

#include <cstring>
#include <vector>

#include <intarsia/intarsia.hpp>

#include "unit/lenet.hpp"

namespace ia = intarsia;
namespace hn = hwy::HWY_NAMESPACE;

namespace {

/// Vectors of 32-bit floats of the target, multiplied and added without a pause: 12 chains hide the latency.
void fma_peak(benchmark::State& state) {
  const hn::ScalableTag<float> d;
  constexpr int rounds = 1000;
  const auto a = hn::Set(d, 0.999f), b = hn::Set(d, 0.001f);
  auto s0 = a, s1 = hn::Add(a, a), s2 = hn::Add(s1, a), s3 = hn::Add(s2, a), s4 = hn::Add(s3, a), s5 = hn::Add(s4, a);
  auto s6 = hn::Add(s5, a), s7 = hn::Add(s6, a), s8 = hn::Add(s7, a), s9 = hn::Add(s8, a), s10 = hn::Add(s9, a), s11 = hn::Add(s10, a);
  for (auto _ : state) {
    for (int r = 0; r < rounds; ++r) {
      s0 = hn::MulAdd(s0, a, b), s1 = hn::MulAdd(s1, a, b), s2 = hn::MulAdd(s2, a, b), s3 = hn::MulAdd(s3, a, b);
      s4 = hn::MulAdd(s4, a, b), s5 = hn::MulAdd(s5, a, b), s6 = hn::MulAdd(s6, a, b), s7 = hn::MulAdd(s7, a, b);
      s8 = hn::MulAdd(s8, a, b), s9 = hn::MulAdd(s9, a, b), s10 = hn::MulAdd(s10, a, b), s11 = hn::MulAdd(s11, a, b);
    }
  }
  for (auto s : {s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11}) benchmark::DoNotOptimize(hn::GetLane(s));
  state.counters["GFLOP/s"] = benchmark::Counter(2.0 * 12 * rounds * static_cast<double>(hn::Lanes(d)) * static_cast<double>(state.iterations()) / 1e9,
                                                 benchmark::Counter::kIsRate);
}
BENCHMARK(fma_peak);

// --- the seed ---------------------------------------------------------------------------------------------------------

constexpr auto learn = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});

void seed_ten_steps(benchmark::State& state) {
  ia::tensor<float, 6, 8> x{};
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 8; ++j) x(i, j) = j >= 2 && j < 6 ? 0.f : 1.f;
  const ia::tensor<float, 6, 7> y = ia::corr2d(x, ia::tensor<float, 1, 2>{{1, -1}});
  for (auto _ : state) {
    ia::tensor<float, 1, 2> k{{0.1401689f, 0.42668636f}};
    benchmark::DoNotOptimize(k);
    for (int i = 0; i < 10; ++i) {
      auto [loss, next] = learn(x, k, y);
      benchmark::DoNotOptimize(loss);
      k = next;
    }
    benchmark::DoNotOptimize(k);
  }
}
BENCHMARK(seed_ten_steps);

/// The same by hand: image and target stay in registers for all ten steps, a row of seven on eight lanes.
void seed_ten_steps_by_hand(benchmark::State& state) {
  const hn::CappedTag<float, 8> d;
  if (hn::MaxLanes(d) < 8) return state.SkipWithError("written for eight lanes");
  using V = hn::Vec<decltype(d)>;
  float image[6 * 8 + 8] = {}, target[6 * 7 + 8] = {};
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 8; ++j) image[i * 8 + j] = j >= 2 && j < 6 ? 0.f : 1.f;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 7; ++j) target[i * 7 + j] = image[i * 8 + j] - image[i * 8 + j + 1];
  const auto seven = hn::FirstN(d, 7);
  for (auto _ : state) {
    float k[2] = {0.1401689f, 0.42668636f};
    benchmark::DoNotOptimize(k);
    V left[6], right[6], y[6];
    for (int r = 0; r < 6; ++r) {
      left[r] = hn::MaskedLoad(seven, d, image + 8 * r);
      right[r] = hn::MaskedLoad(seven, d, image + 8 * r + 1);
      y[r] = hn::MaskedLoad(seven, d, target + 7 * r);
    }
    for (int step = 0; step < 10; ++step) {
      const V k0 = hn::Set(d, k[0]), k1 = hn::Set(d, k[1]);
      V loss[2] = {hn::Zero(d), hn::Zero(d)}, g0[2] = {hn::Zero(d), hn::Zero(d)}, g1[2] = {hn::Zero(d), hn::Zero(d)};
      HWY_UNROLL(6) for (int r = 0; r < 6; ++r) {
        const V e = hn::MulAdd(k0, left[r], hn::MulSub(k1, right[r], y[r]));
        loss[r % 2] = hn::MulAdd(e, e, loss[r % 2]);
        g0[r % 2] = hn::MulAdd(e, left[r], g0[r % 2]);
        g1[r % 2] = hn::MulAdd(e, right[r], g1[r % 2]);
      }
      benchmark::DoNotOptimize(hn::GetLane(hn::SumOfLanes(d, hn::Add(loss[0], loss[1]))));
      k[0] -= 2 * 3e-2f * hn::GetLane(hn::SumOfLanes(d, hn::Add(g0[0], g0[1])));
      k[1] -= 2 * 3e-2f * hn::GetLane(hn::SumOfLanes(d, hn::Add(g1[0], g1[1])));
    }
    benchmark::DoNotOptimize(k);
  }
}
BENCHMARK(seed_ten_steps_by_hand);

// --- one convolution --------------------------------------------------------------------------------------------------

using image = ia::tensor<float, 1, 64, 56, 56>;
using kernel = ia::tensor<float, 64, 64, 3, 3>;
constexpr auto convolve = ia::compile([](auto x, auto k) { return ia::corr2d(x, k, ia::pad<1>); });

void conv_3x3_64x56x56(benchmark::State& state) {
  static image x, y;
  static kernel k;
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 17) - 8;
  for (std::size_t i = 0; i < k.size(); ++i) k.data()[i] = static_cast<float>(i % 13) - 6;
  for (auto _ : state) {
    convolve.into(y)(x, k);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  constexpr double flops = 2.0 * 64 * 64 * 9 * 56 * 56;
  state.counters["GFLOP/s"] = benchmark::Counter(flops * static_cast<double>(state.iterations()) / 1e9, benchmark::Counter::kIsRate);
}
BENCHMARK(conv_3x3_64x56x56);

// --- LeNet ------------------------------------------------------------------------------------------------------------

constexpr auto train = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});
constexpr auto infer = ia::compile([](auto model, auto x) { return ia::argmax<1>(model(x)); });

template <std::size_t N>
struct batch {
  ia::tensor<float, N, 1, 28, 28> images{};
  ia::tensor<std::int32_t, N> labels{};
  batch() {
    for (std::size_t i = 0; i < images.size(); ++i) images.data()[i] = static_cast<float>(i * 7 % 29) / 29;
    for (std::size_t i = 0; i < N; ++i) labels(i) = static_cast<std::int32_t>(i % 10);
  }
};

template <std::size_t N>
void lenet_train(benchmark::State& state) {
  auto theta = ia::init<lenet>(1);
  static const batch<N> b;
  for (auto _ : state) benchmark::DoNotOptimize(train(theta, b.images, b.labels, 0.1f));
}
BENCHMARK(lenet_train<256>)->Unit(benchmark::kMicrosecond);

template <std::size_t N>
void lenet_infer(benchmark::State& state) {
  auto theta = ia::init<lenet>(1);
  static const batch<N> b;
  for (auto _ : state) benchmark::DoNotOptimize(infer(theta, b.images));
}
BENCHMARK(lenet_infer<1>)->Unit(benchmark::kMicrosecond);
template <std::size_t N>
void lenet_infer_prepared(benchmark::State& state) {
  auto theta = ia::init<lenet>(1);
  static const batch<N> b;
  auto ready = ia::prepare(infer, theta);
  benchmark::DoNotOptimize(ready(b.images));
  for (auto _ : state) benchmark::DoNotOptimize(ready(b.images));
}
BENCHMARK(lenet_infer_prepared<1>)->Unit(benchmark::kMicrosecond);

// --- memory -----------------------------------------------------------------------------------------------------------

constexpr std::size_t many = 10'000'000;
constexpr auto affine = ia::compile([](auto x, auto m, auto s, auto g, auto b) { return ia::maximum(0.f, (x - m) * s * g + b); });

void copy(benchmark::State& state) {
  static std::vector<float> from(many, 1.f), to(many);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), many * sizeof(float));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(copy)->Unit(benchmark::kMillisecond);

void affine_1e7(benchmark::State& state) {
  static std::vector<float> from(many, 1.f), to(many);
  for (auto _ : state) {
    affine.into(ia::view<float, many>(to.data()))(ia::view<const float, many>(from.data()), 0.5f, 2.f, 3.f, 0.25f);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(affine_1e7)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
