// SPDX-License-Identifier: Apache-2.0
// The slow oracle of corr1d, corr2d and corr3d: every tap of the definition is visited once, in double.
// Receives a description with shapes known at run time, operands in row-major order; returns the result and, for the
// gradient g of the result, the gradients of sum(y * g). Integer-valued data below 2^53 in sum is exact.
#pragma once

#include <cstddef>
#include <vector>

namespace reference {

/// One and two dimensions are three with leading axes of extent 1, whose kernel is 1, stride 1, padding 0.
struct correlation {
  long batch = 1, groups = 1, in_channels = 1, out_channels = 1;
  long in[3] = {1, 1, 1};
  long out[3] = {1, 1, 1};
  long kernel[3] = {1, 1, 1};
  long stride[3] = {1, 1, 1};
  long dilation[3] = {1, 1, 1};
  long pad[3] = {0, 0, 0};  // before the first element; negative crops

  long in_size() const { return batch * in_channels * in[0] * in[1] * in[2]; }
  long out_size() const { return batch * out_channels * out[0] * out[1] * out[2]; }
  long kernel_size() const { return out_channels * (in_channels / groups) * kernel[0] * kernel[1] * kernel[2]; }
};

struct correlation_results {
  std::vector<double> y, dx, dk, db;
};

/// y[n, o, p] = b[o] + sum over c, q of x[n, c, stride * p + dilation * q - pad] * k[o, c, q].
template <class T>
correlation_results naive_correlation(const correlation& f, const T* x, const T* k, const T* b, const T* g) {
  auto made = [](long size) { return std::vector<double>(static_cast<std::size_t>(size)); };
  correlation_results r{made(f.out_size()), made(f.in_size()), made(f.kernel_size()), made(f.out_channels)};
  const long out_area = f.out[0] * f.out[1] * f.out[2], group_in = f.in_channels / f.groups, group_out = f.out_channels / f.groups;
  for (long n = 0; n < f.batch; ++n)
    for (long o = 0; o < f.out_channels; ++o)
      for (long p = 0; p < out_area; ++p) {
        const long result = (n * f.out_channels + o) * out_area + p;
        r.y[result] = b[o];
        r.db[o] += g[result];
      }
  // every product of the definition gives one term to y, one to dx and one to dk
  for (long n = 0; n < f.batch; ++n)
    for (long o = 0; o < f.out_channels; ++o)
      for (long c = 0; c < group_in; ++c)
        for (long q0 = 0; q0 < f.kernel[0]; ++q0)
          for (long q1 = 0; q1 < f.kernel[1]; ++q1)
            for (long q2 = 0; q2 < f.kernel[2]; ++q2) {
              const long tap = (((o * group_in + c) * f.kernel[0] + q0) * f.kernel[1] + q1) * f.kernel[2] + q2;
              const long channel = n * f.in_channels + o / group_out * group_in + c;
              for (long p0 = 0; p0 < f.out[0]; ++p0)
                for (long p1 = 0; p1 < f.out[1]; ++p1)
                  for (long p2 = 0; p2 < f.out[2]; ++p2) {
                    const long i0 = f.stride[0] * p0 + f.dilation[0] * q0 - f.pad[0];
                    const long i1 = f.stride[1] * p1 + f.dilation[1] * q1 - f.pad[1];
                    const long i2 = f.stride[2] * p2 + f.dilation[2] * q2 - f.pad[2];
                    if (i0 < 0 || i0 >= f.in[0] || i1 < 0 || i1 >= f.in[1] || i2 < 0 || i2 >= f.in[2]) continue;
                    const long from = ((channel * f.in[0] + i0) * f.in[1] + i1) * f.in[2] + i2;
                    const long to = (((n * f.out_channels + o) * f.out[0] + p0) * f.out[1] + p1) * f.out[2] + p2;
                    r.y[to] += static_cast<double>(x[from]) * k[tap];
                    r.dx[from] += static_cast<double>(g[to]) * k[tap];
                    r.dk[tap] += static_cast<double>(g[to]) * x[from];
                  }
            }
  return r;
}

}  // namespace reference
