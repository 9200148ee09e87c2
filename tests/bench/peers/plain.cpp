// SPDX-License-Identifier: Apache-2.0
// Plain loops as a careful programmer writes them: extents constant, pointers that do not alias, -O3 -ffast-math.
#include <algorithm>
#include <cmath>
#include <utility>

#include "../cases/images.hpp"
#include "../cases/pointwise.hpp"
#include "../cases/small.hpp"
#include "../cases/streaming.hpp"

namespace {

const bench::contender me{"plain loops " BENCH_COMPILER, __VERSION__};

template <std::size_t Works, class F>
void for_each_index(F f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::integral_constant<std::size_t, I>{}), ...); }(std::make_index_sequence<Works>{});
}

template <bench::image I>
void filter(const float* __restrict x, const float* __restrict k, float* __restrict y) {
  float taps[I.kernel_height * I.kernel_width];
  for (std::size_t t = 0; t < I.kernel_height * I.kernel_width; ++t) taps[t] = k[t];
  for (std::size_t i = 0; i < I.out_height(); ++i)
    for (std::size_t j = 0; j < I.out_width(); ++j) {
      float sum = 0;
#pragma GCC unroll 8
      for (std::size_t a = 0; a < I.kernel_height; ++a)
#pragma GCC unroll 8
        for (std::size_t b = 0; b < I.kernel_width; ++b) sum += taps[a * I.kernel_width + b] * x[(i + a) * I.width + j + b];
      y[i * I.out_width() + j] = sum;
    }
}

/// A row at a time: down the columns into a line, then along it.
template <bench::image I>
void filter_separably(const float* __restrict x, float* __restrict y) {
  constexpr auto column = bench::binomial<I.kernel_height>(), row = bench::binomial<I.kernel_width>();
  float line[I.width];
  for (std::size_t i = 0; i < I.out_height(); ++i) {
    for (std::size_t j = 0; j < I.width; ++j) {
      float sum = 0;
#pragma GCC unroll 8
      for (std::size_t a = 0; a < I.kernel_height; ++a) sum += column[a] * x[(i + a) * I.width + j];
      line[j] = sum;
    }
    for (std::size_t j = 0; j < I.out_width(); ++j) {
      float sum = 0;
#pragma GCC unroll 8
      for (std::size_t b = 0; b < I.kernel_width; ++b) sum += row[b] * line[j + b];
      y[i * I.out_width() + j] = sum;
    }
  }
}

void images(bench::registry& r) {
  for_each_index<bench::images.size()>([&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
    static constexpr bench::image i = bench::images[N];
    r.offer(me, i.name(), [](const bench::arrays& a) {
      if constexpr (i.separable) return bench::repeat([x = a.in[0], y = a.out[0]] { filter_separably<i>(x, y); });
      else return bench::repeat([x = a.in[0], k = a.in[1], y = a.out[0]] { filter<i>(x, k, y); });
    });
  });
}

void learn(const float* __restrict x, const float* __restrict y, const float* __restrict first, float* __restrict kernel, float* __restrict loss) {
  float k0 = first[0], k1 = first[1], squares = 0;
  for (int step = 0; step < bench::steps; ++step) {
    float g0 = 0, g1 = 0;
    squares = 0;
    for (int i = 0; i < 6; ++i)
      for (int j = 0; j < 7; ++j) {
        const float a = x[8 * i + j], b = x[8 * i + j + 1], d = k0 * a + k1 * b - y[7 * i + j];
        squares += d * d, g0 += d * a, g1 += d * b;
      }
    k0 -= 2 * bench::rate * g0, k1 -= 2 * bench::rate * g1;
  }
  kernel[0] = k0, kernel[1] = k1, *loss = squares;
}

void small(bench::registry& r) {
  r.offer(me, bench::learning, [](const bench::arrays& a) { return bench::repeat([a] { learn(a.in[0], a.in[1], a.in[2], a.out[0], a.out[1]); }); });
  r.offer(me, bench::call, [](const bench::arrays& a) {
    return bench::repeat([x = a.in[0], s = a.in[1], y = a.out[0]] {
      float products[4];
      for (int i = 0; i < 4; ++i) products[i] = std::max(x[i] * s[i], 0.f);
      std::copy_n(products, 4, y);
    });
  });
}

void pointwise(bench::registry& r) {
  for (const bench::pointwise& p : bench::pointwise_cases)
    r.offer(me, p.name(), [p](const bench::arrays& arrays) {
      return bench::repeat([p, in = arrays.in, out = arrays.out[0]] {
        const float *__restrict x = in[0], a = in[1][0], b = in[1][1], c = in[1][2], d = in[1][3];
        float* __restrict y = out;
        if (p.is == bench::formula::gate)
          for (std::size_t i = 0; i < p.size; ++i) y[i] = std::tanh(a * x[i] + b) / (1 + std::exp(-(c * x[i] + d)));
        else
          for (std::size_t i = 0; i < p.size; ++i) y[i] = std::max(0.f, (x[i] - a) * b * c + d);
      });
    });
}

/// Weights packed with the output last, where the lanes are.
struct dense {
  float weight[bench::width][bench::width], bias[bench::width];
  dense(const float* w, const float* b) {
    for (std::size_t o = 0; o < bench::width; ++o)
      for (std::size_t i = 0; i < bench::width; ++i) weight[i][o] = w[o * bench::width + i], bias[o] = b[o];
  }
  void operator()(const float* __restrict x, float* __restrict y) const {
    float sum[bench::width];
    for (std::size_t o = 0; o < bench::width; ++o) sum[o] = bias[o];
    for (std::size_t i = 0; i < bench::width; ++i)
      for (std::size_t o = 0; o < bench::width; ++o) sum[o] += weight[i][o] * x[i];
    for (std::size_t o = 0; o < bench::width; ++o) y[o] = sum[o];
  }
};
struct dilated {
  float weight[bench::taps][bench::width][bench::width], bias[bench::width];
  bench::ring past;
  dilated(const float* w, const float* b) {
    for (std::size_t o = 0; o < bench::width; ++o)
      for (std::size_t i = 0; i < bench::width; ++i)
        for (std::size_t t = 0; t < bench::taps; ++t) weight[t][i][o] = w[(o * bench::width + i) * bench::taps + t], bias[o] = b[o];
  }
  void operator()(const float* __restrict x, float* __restrict y) {
    past.push(x);
    float sum[bench::width];
    for (std::size_t o = 0; o < bench::width; ++o) sum[o] = bias[o];
    for (std::size_t t = 0; t < bench::taps; ++t)
      for (std::size_t i = 0; i < bench::width; ++i)
        for (std::size_t o = 0; o < bench::width; ++o) sum[o] += weight[t][i][o] * past.oldest()[t * bench::apart * bench::width + i];
    for (std::size_t o = 0; o < bench::width; ++o) y[o] = sum[o];
  }
};

void streaming(bench::registry& r) {
  r.offer(me, bench::dense, [](const bench::arrays& a) {
    return bench::repeat([f = dense(a.in[1], a.in[2]), x = a.in[0], y = a.out[0]] {
      for (std::size_t t = 0; t < bench::calls; ++t) f(x + t * bench::width, y + t * bench::width);
    });
  });
  r.offer(me, bench::dilated, [](const bench::arrays& a) {
    return bench::repeat([f = dilated(a.in[1], a.in[2]), x = a.in[0], y = a.out[0]]() mutable {
      for (std::size_t t = 0; t < bench::calls; ++t) f(x + t * bench::width, y + t * bench::width);
    });
  });
  r.offer(me, bench::stack, [](const bench::arrays& a) {
    return bench::repeat([f = dilated(a.in[3], a.in[4]), in = a.in, y = a.out[0]]() mutable {
      for (std::size_t t = 0; t < bench::calls; ++t) {
        float h[bench::width], g[bench::width], sum = in[6][0];
        for (std::size_t c = 0; c < bench::width; ++c) h[c] = std::tanh(in[1][c] * in[0][t] + in[2][c]);
        f(h, g);
        for (std::size_t c = 0; c < bench::width; ++c) sum += in[5][c] * std::tanh(g[c]);
        y[t] = sum;
      }
    });
  });
}

}  // namespace

BENCH_MODULE {
  small(r);
  images(r);
  pointwise(r);
  streaming(r);
}
