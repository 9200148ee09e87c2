// SPDX-License-Identifier: Apache-2.0
// Eigen: fixed-size arrays and matrices, expressions fused as Eigen does, no temporaries.
#include <Eigen/Core>

#include "../cases/images.hpp"
#include "../cases/pointwise.hpp"
#include "../cases/small.hpp"
#include "../cases/streaming.hpp"

namespace {

const bench::contender me{"Eigen", std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION)};

template <int H, int W>
using grid = Eigen::Array<float, H, W, Eigen::RowMajor>;
template <int H, int W>
using const_map = Eigen::Map<const grid<H, W>>;
template <int H, int W>
auto at(float* p) {
  return Eigen::Map<grid<H, W>>(p);
}

/// The correlation as a sum of shifted blocks.
template <int H, int W, class X, class K>
auto correlation(const X& x, const K& k) {
  constexpr int h = X::RowsAtCompileTime - H + 1, w = X::ColsAtCompileTime - W + 1;
  if constexpr (H == 1 && W == 2) return k(0, 0) * x.template block<h, w>(0, 0) + k(0, 1) * x.template block<h, w>(0, 1);
  else return k(0, 0) * x.template block<h, w>(0, 0) + k(0, 1) * x.template block<h, w>(0, 1) + k(1, 0) * x.template block<h, w>(1, 0) + k(1, 1) * x.template block<h, w>(1, 1);
}

void small(bench::registry& r) {
  r.offer(me, bench::images[0].name(), [](const bench::arrays& a) {
    return bench::repeat([x = a.in[0], k = a.in[1], y = a.out[0]] { at<2, 2>(y) = correlation<2, 2>(const_map<3, 3>(x), const_map<2, 2>(k)); });
  });
  r.offer(me, bench::images[1].name(), [](const bench::arrays& a) {
    return bench::repeat([x = a.in[0], k = a.in[1], y = a.out[0]] { at<6, 7>(y) = correlation<1, 2>(const_map<6, 8>(x), const_map<1, 2>(k)); });
  });
  r.offer(me, bench::learning, [](const bench::arrays& a) {
    return bench::repeat([in = a.in, out = a.out] {
      const const_map<6, 8> x(in[0]);
      const const_map<6, 7> y(in[1]);
      grid<1, 2> k = const_map<1, 2>(in[2]);
      float loss = 0;
      for (int i = 0; i < bench::steps; ++i) {
        const grid<6, 7> d = correlation<1, 2>(x, k) - y;
        loss = d.square().sum();
        const float g0 = 2 * (d * x.leftCols<7>()).sum(), g1 = 2 * (d * x.rightCols<7>()).sum();
        k(0, 0) -= bench::rate * g0, k(0, 1) -= bench::rate * g1;
      }
      at<1, 2>(out[0]) = k;
      *out[1] = loss;
    });
  });
  r.offer(me, bench::call, [](const bench::arrays& a) {
    return bench::repeat([x = a.in[0], s = a.in[1], y = a.out[0]] { at<1, 4>(y) = (const_map<1, 4>(x) * const_map<1, 4>(s)).max(0.f); });
  });
}

void pointwise(bench::registry& r) {
  for (const bench::pointwise& p : bench::pointwise_cases)
    r.offer(me, p.name(), [p](const bench::arrays& a) {
      const auto n = static_cast<Eigen::Index>(p.size);
      return bench::repeat([p, x = Eigen::Map<const Eigen::ArrayXf>(a.in[0], n), k = a.in[1], y = Eigen::Map<Eigen::ArrayXf>(a.out[0], n)]() mutable {
        if (p.is == bench::formula::gate) y = (k[0] * x + k[1]).tanh() * (k[2] * x + k[3]).logistic();
        else y = ((x - k[0]) * k[1] * k[2] + k[3]).max(0.f);
      });
    });
}

using column = Eigen::Matrix<float, bench::width, 1>;
using square = Eigen::Matrix<float, bench::width, bench::width>;  // by columns: lanes are outputs

/// The dilated convolution, its weights packed by taps.
struct filter {
  std::array<square, bench::taps> weight;
  column bias;
  bench::ring past;
  filter(const float* w, const float* b) : bias(b) {
    for (std::size_t o = 0; o < bench::width; ++o)
      for (std::size_t i = 0; i < bench::width; ++i)
        for (std::size_t t = 0; t < bench::taps; ++t) weight[t](static_cast<int>(o), static_cast<int>(i)) = w[(o * bench::width + i) * bench::taps + t];
  }
  column operator()(const float* sample) {
    past.push(sample);
    column y = bias;
    for (std::size_t t = 0; t < bench::taps; ++t) y.noalias() += weight[t] * Eigen::Map<const column>(past.oldest() + t * bench::apart * bench::width);
    return y;
  }
};

void streaming(bench::registry& r) {
  r.offer(me, bench::dense, [](const bench::arrays& a) {
    return bench::repeat([w = square(Eigen::Map<const Eigen::Matrix<float, bench::width, bench::width, Eigen::RowMajor>>(a.in[1])), b = column(a.in[2]), x = a.in[0], y = a.out[0]] {
      for (std::size_t t = 0; t < bench::calls; ++t) Eigen::Map<column>(y + t * bench::width).noalias() = w * Eigen::Map<const column>(x + t * bench::width) + b;
    });
  });
  r.offer(me, bench::dilated, [](const bench::arrays& a) {
    return bench::repeat([f = filter(a.in[1], a.in[2]), x = a.in[0], y = a.out[0]]() mutable {
      for (std::size_t t = 0; t < bench::calls; ++t) Eigen::Map<column>(y + t * bench::width) = f(x + t * bench::width);
    });
  });
  r.offer(me, bench::stack, [](const bench::arrays& a) {
    return bench::repeat([f = filter(a.in[3], a.in[4]), in = column(a.in[1]), in_bias = column(a.in[2]), out = column(a.in[5]), out_bias = a.in[6][0], x = a.in[0], y = a.out[0]]() mutable {
      for (std::size_t t = 0; t < bench::calls; ++t) {
        const column h = (in * x[t] + in_bias).array().tanh();
        const column g = f(h.data()).array().tanh();
        y[t] = out.dot(g) + out_bias;
      }
    });
  });
}

}  // namespace

BENCH_MODULE {
  small(r);
  pointwise(r);
  streaming(r);
}
