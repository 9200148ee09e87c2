// SPDX-License-Identifier: Apache-2.0
// Every float, all 2^32 bit patterns, through every elementary function of the static target, against the C library in
// double; doubles at random against long double. Prints the worst errors in units in the last place and a hash of all
// results (targets with the same arithmetic have the same); fails where one is out of its bound.
//   elementary_sweep [doubles=N] [function ...]        about two minutes a function
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "intarsia/kernels/elementary-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {

enum class op { exp, log, log1p, expm1, tanh, sigmoid, erf, sin, cos };

template <op Op, class D, class V>
HWY_INLINE V call(D d, V x) {
  if constexpr (Op == op::exp) return exp_of(d, x);
  else if constexpr (Op == op::log) return log_of(d, x);
  else if constexpr (Op == op::log1p) return log1p_of(d, x);
  else if constexpr (Op == op::expm1) return expm1_of(d, x);
  else if constexpr (Op == op::tanh) return tanh_of(d, x);
  else if constexpr (Op == op::sigmoid) return sigmoid_of(d, x);
  else if constexpr (Op == op::erf) return erf_of(d, x);
  else if constexpr (Op == op::sin) return sin_of(d, x);
  else return cos_of(d, x);
}
template <op Op, class T>
void loop(const T* x, T* y, std::size_t n) {
  const hn::ScalableTag<T> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(call<Op>(d, hn::LoadU(d, x + i)), d, y + i);
}

}  // namespace intarsia::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

namespace {
using intarsia::HWY_NAMESPACE::loop;
using intarsia::HWY_NAMESPACE::op;

template <class T, class W>
struct function {
  const char* name;
  void (*ours)(const T*, T*, std::size_t);
  W (*exact)(W);
  double bound;
};
template <class T, class W>
std::vector<function<T, W>> functions() {
  const bool single = sizeof(T) == 4;
  return {
      {"exp", loop<op::exp, T>, [](W x) { return std::exp(x); }, single ? 1 : 1.5},
      {"log", loop<op::log, T>, [](W x) { return std::log(x); }, single ? 1 : 1.5},
      {"log1p", loop<op::log1p, T>, [](W x) { return std::log1p(x); }, single ? 2. : 3.},
      {"expm1", loop<op::expm1, T>, [](W x) { return std::expm1(x); }, single ? 2. : 3.},
      {"tanh", loop<op::tanh, T>, [](W x) { return std::tanh(x); }, single ? (HWY_NATIVE_FMA ? 2. : 2.05) : 3.},
      {"sigmoid", loop<op::sigmoid, T>, [](W x) { return 1 / (1 + std::exp(-x)); }, single ? 2. : 3.},
      {"erf", loop<op::erf, T>, [](W x) { return std::erf(x); }, single ? 2. : 3.},
      {"sin", loop<op::sin, T>, [](W x) { return std::sin(x); }, single ? 2. : 3.},
      {"cos", loop<op::cos, T>, [](W x) { return std::cos(x); }, single ? 2. : 3.},
  };
}

template <class T, class W>
double ulps(T y, W exact) {
  using limits = std::numeric_limits<T>;
  if (std::isnan(exact) || std::isnan(y)) return std::isnan(exact) && std::isnan(y) ? 0 : limits::infinity();
  static const W top = std::ldexp(W(1), limits::max_exponent);
  const W e = exact > top ? top : exact < -top ? -top : exact;
  const W v = std::isinf(y) ? std::copysign(top, W(y)) : W(y);
  if (v == e) return 0;
  int exponent;
  if constexpr (sizeof(W) == 8) exponent = static_cast<int>(std::bit_cast<std::uint64_t>(e) >> 52 & 2047) - 1022;
  else std::frexp(e, &exponent);
  exponent = exponent < limits::min_exponent ? limits::min_exponent : exponent > limits::max_exponent ? limits::max_exponent : exponent;
  if constexpr (sizeof(W) == 8) return std::fabs(v - e) * std::bit_cast<double>(std::uint64_t(1023 + limits::digits - exponent) << 52);
  else return static_cast<double>(std::ldexp(std::fabs(v - e), limits::digits - exponent));
}

struct result {
  double worst = 0, at = 0;
  std::uint64_t hash = 0xcbf29ce484222325;

  template <class T, class W>
  void take(const std::vector<T>& x, const std::vector<T>& y, W (*exact)(W)) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double e = ulps<T, W>(y[i], exact(static_cast<W>(x[i])));
      if (!(e <= worst)) worst = e, at = static_cast<double>(x[i]);
      std::uint64_t bits = 1;  // any NaN
      if (!std::isnan(y[i])) {
        bits = 0;
        std::memcpy(&bits, &y[i], sizeof(T));
      }
      hash = (hash ^ bits) * 0x100000001b3;
    }
  }
  bool print(const char* type, const char* name, double bound) const {
    std::printf("%-8s %-7s %-8s %8.4f ulp at %-22.17g bound %.1f  %016llx%s\n", hwy::TargetName(HWY_TARGET), type, name, worst, at, bound,
                static_cast<unsigned long long>(hash), worst <= bound ? "" : "  OUT OF BOUND");
    std::fflush(stdout);
    return worst <= bound;
  }
};

struct generator {
  std::uint64_t state = 1;
  std::uint64_t bits() {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  double uniform(double low, double high) { return low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1p-53); }
  double next() {
    switch (bits() % 8) {
      case 0: return std::bit_cast<double>(bits());
      case 1: case 2: return uniform(-2, 2);
      case 3: return uniform(-40, 40);
      case 4: return uniform(-750, 720);
      case 5: return std::exp2(uniform(-40, 10)) * (bits() & 1 ? 1 : -1);
      case 6: return static_cast<double>(bits() >> 44) * (3.14159265358979323846 / 2);
      default: return 1 + uniform(-0.5, 0.5) * std::exp2(uniform(-20, 0));
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> chosen;
  std::uint64_t doubles = 1 << 22;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "doubles=", 8) == 0) doubles = std::strtoull(argv[i] + 8, nullptr, 10);
    else chosen.push_back(argv[i]);
  }
  const auto wanted = [&](const char* name) {
    for (const auto& c : chosen)
      if (c == name) return true;
    return chosen.empty();
  };
  bool right = true;
  constexpr std::size_t block = 4096;
  for (const auto& f : functions<double, long double>()) {
    if (!wanted(f.name)) continue;
    std::vector<double> x(block), y(block);
    generator random;
    result found;
    for (std::uint64_t i = 0; i < doubles; i += block) {
      for (double& v : x) v = random.next();
      f.ours(x.data(), y.data(), block);
      found.take<double, long double>(x, y, f.exact);
    }
    right &= found.print("double", f.name, f.bound);
  }
  for (const auto& f : functions<float, double>()) {
    if (!wanted(f.name)) continue;
    std::vector<float> x(block), y(block);
    result found;
    for (std::uint64_t bits = 0; bits >> 32 == 0; bits += block) {
      for (std::size_t i = 0; i < block; ++i) x[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits + i));
      f.ours(x.data(), y.data(), block);
      found.take<float, double>(x, y, f.exact);
    }
    right &= found.print("float", f.name, f.bound);
  }
  return right ? 0 : 1;
}
