// SPDX-License-Identifier: Apache-2.0
// The elementary functions on every target that this machine runs, in one binary: floats and doubles against the C library
// in the next wider type, special values in every lane of every tag.
//   elementary [boost's options] [-- [step=N] [doubles=N] [function ...]]
// takes every N-th float (step=1: all 2^32, about two minutes a function) and N doubles.
#define HWY_COMPILE_ALL_ATTAINABLE

#include "intarsia/support/config.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "unit/elementary.cpp"
#include <hwy/foreach_target.h>

#include "intarsia/kernels/elementary-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace intarsia::HWY_NAMESPACE {

template <int F, class D, class V>
HWY_INLINE V call(D d, V x) {
  if constexpr (F == 0) return exp_of(d, x);
  else if constexpr (F == 1) return log_of(d, x);
  else if constexpr (F == 2) return log1p_of(d, x);
  else if constexpr (F == 3) return expm1_of(d, x);
  else if constexpr (F == 4) return tanh_of(d, x);
  else if constexpr (F == 5) return sigmoid_of(d, x);
  else if constexpr (F == 6) return erf_of(d, x);
  else if constexpr (F == 7) return sin_of(d, x);
  else return cos_of(d, x);
}
// instantiated once per vector, however many lanes were asked for
template <int F, class D, class T>
void loop(D d, const T* x, T* y, std::size_t count) {
  for (std::size_t i = 0; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) hn::StoreU(call<F>(d, hn::LoadU(d, x + i)), d, y + i);
}
template <class D, class T>
void choose(D d, int f, const T* x, T* y, std::size_t count) {
  switch (f) {
    case 0: return loop<0>(d, x, y, count);
    case 1: return loop<1>(d, x, y, count);
    case 2: return loop<2>(d, x, y, count);
    case 3: return loop<3>(d, x, y, count);
    case 4: return loop<4>(d, x, y, count);
    case 5: return loop<5>(d, x, y, count);
    case 6: return loop<6>(d, x, y, count);
    case 7: return loop<7>(d, x, y, count);
    default: return loop<8>(d, x, y, count);
  }
}
// at most `lanes` lanes
template <class T>
void choose(int f, int lanes, const T* x, T* y, std::size_t count) {
  switch (lanes) {
    case 1: return choose(hn::CappedTag<T, 1>(), f, x, y, count);
    case 2: return choose(hn::CappedTag<T, 2>(), f, x, y, count);
    case 4: return choose(hn::CappedTag<T, 4>(), f, x, y, count);
    case 8: return choose(hn::CappedTag<T, 8>(), f, x, y, count);
    default: return choose(hn::CappedTag<T, 16>(), f, x, y, count);
  }
}
void floats(int f, int lanes, const float* x, float* y, std::size_t count) { choose(f, lanes, x, y, count); }
void doubles(int f, int lanes, const double* x, double* y, std::size_t count) { choose(f, lanes, x, y, count); }

}  // namespace intarsia::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace intarsia {
HWY_EXPORT(floats);
HWY_EXPORT(doubles);
void run(int f, int lanes, const float* x, float* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(floats)(f, lanes, x, y, n); }
void run(int f, int lanes, const double* x, double* y, std::size_t n) { HWY_DYNAMIC_DISPATCH(doubles)(f, lanes, x, y, n); }
}  // namespace intarsia

namespace {

constexpr int functions = 9;
const char* const names[functions] = {"exp", "log", "log1p", "expm1", "tanh", "sigmoid", "erf", "sin", "cos"};
constexpr double bounds_float[functions] = {1, 1, 2, 2, 2, 2, 2, 2, 2};
constexpr double bounds_double[functions] = {1.5, 1.5, 3, 3, 3, 3, 3, 3, 3};

template <class W>
W reference(int f, W x) {
  switch (f) {
    case 0: return std::exp(x);
    case 1: return std::log(x);
    case 2: return std::log1p(x);
    case 3: return std::expm1(x);
    case 4: return std::tanh(x);
    case 5: return 1 / (1 + std::exp(-x));
    case 6: return std::erf(x);
    case 7: return std::sin(x);
    default: return std::cos(x);
  }
}

/// |y - exact| in units of the last place of a T at `exact`; infinity counts as the power of two after the largest number.
template <class T, class W>
double ulps(T y, W exact) {
  using limits = std::numeric_limits<T>;
  if (std::isnan(exact)) return std::isnan(y) ? 0 : limits::infinity();
  if (std::isnan(y)) return limits::infinity();
  const W top = std::ldexp(W(1), limits::max_exponent);
  const auto bounded = [&](W v) { return v >= top ? top : v <= -top ? -top : v; };
  const W e = bounded(exact);
  if (bounded(W(y)) == e) return 0;
  int exponent;
  std::frexp(e, &exponent);
  exponent = std::min(std::max(exponent, limits::min_exponent), limits::max_exponent);
  return static_cast<double>(std::ldexp(std::fabs(bounded(W(y)) - e), limits::digits - exponent));
}

struct worst {
  double error = 0, at = 0;
};
const std::vector<std::int64_t>& targets() {
  static const std::vector<std::int64_t> all = hwy::SupportedAndGeneratedTargets();
  return all;
}
void force(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

/// Feeds `next` (fills a block, false when there is no more) to every function on every target.
template <class W, class T, class Next>
void sweep(const char* title, const double* bounds, std::vector<T>& x, Next next) {
  std::vector<T> y(x.size());
  std::vector<W> exact(x.size());
  std::vector<std::vector<worst>> found(targets().size(), std::vector<worst>(functions));
  while (next()) {
    for (int f = 0; f < functions; ++f) {
      for (std::size_t i = 0; i < x.size(); ++i) exact[i] = reference<W>(f, x[i]);
      for (std::size_t t = 0; t < targets().size(); ++t) {
        force(targets()[t]);
        intarsia::run(f, 16, x.data(), y.data(), x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
          const double e = ulps<T, W>(y[i], exact[i]);
          if (!(e <= found[t][f].error)) found[t][f] = {e, x[i]};
        }
      }
    }
  }
  std::printf("%-8s", title);
  for (const char* name : names) std::printf("%9s", name);
  std::puts("");
  for (std::size_t t = 0; t < targets().size(); ++t) {
    std::printf("%-8s", hwy::TargetName(targets()[t]));
    for (int f = 0; f < functions; ++f) {
      std::printf("%9.3f", found[t][f].error);
      const worst& w = found[t][f];
      BOOST_TEST(w.error <= bounds[f],
                 hwy::TargetName(targets()[t]) << ' ' << title << ' ' << names[f] << ": " << w.error << " ulp at " << w.at);
    }
    std::puts("");
  }
  std::fflush(stdout);
}

template <class T>
struct special {
  int f;
  T x, y;
};
template <class T>
std::vector<special<T>> specials() {
  using limits = std::numeric_limits<T>;
  const T inf = limits::infinity(), nan = limits::quiet_NaN(), big = limits::max(), least = limits::denorm_min(), normal = limits::min();
  std::vector<special<T>> all;
  for (int f = 0; f < functions; ++f) {
    all.push_back({f, nan, nan});
    all.push_back({f, -nan, nan});
    // a payload must not reach a result as bits of a number
    if constexpr (sizeof(T) == 4) all.push_back({f, std::bit_cast<T>(std::uint32_t{0x7fd23456}), nan});
    else all.push_back({f, std::bit_cast<T>(std::uint64_t{0x7ffd23456789abcd}), nan});
  }
  const auto add = [&](int f, T x, T y) { all.push_back({f, x, y}); };
  for (T zero : {T(0), -T(0)}) {
    add(0, zero, 1), add(1, zero, -inf), add(5, zero, T(0.5)), add(8, zero, 1);
    for (int f : {2, 3, 4, 6, 7}) add(f, zero, zero);
  }
  for (T tiny : {least, 3 * least, normal, -least, -5 * least, -normal}) {
    for (int f : {2, 3, 4, 7}) add(f, tiny, tiny);
    add(0, tiny, 1), add(8, tiny, 1), add(5, tiny, T(0.5));
  }
  add(0, -inf, 0), add(0, inf, inf), add(0, big, inf), add(0, -big, 0), add(0, T(1e5), inf), add(0, T(-1e5), 0);
  add(1, inf, inf), add(1, -inf, nan), add(1, -1, nan), add(1, -least, nan), add(1, -big, nan), add(1, 1, 0);
  add(2, -1, -inf), add(2, T(-1.5), nan), add(2, -inf, nan), add(2, inf, inf), add(2, -big, nan);
  add(3, -inf, -1), add(3, inf, inf), add(3, big, inf), add(3, -big, -1), add(3, -100, -1);
  add(4, inf, 1), add(4, -inf, -1), add(4, big, 1), add(4, -big, -1), add(4, 30, 1);
  add(5, -inf, 0), add(5, inf, 1), add(5, big, 1), add(5, -big, 0), add(5, 50, 1);
  add(6, inf, 1), add(6, -inf, -1), add(6, big, 1), add(6, -big, -1), add(6, -8, -1);
  for (int f : {7, 8}) add(f, inf, nan), add(f, -inf, nan), add(f, big, reference<T>(f, big)), add(f, -big, reference<T>(f, -big));
  return all;
}

template <class T>
void check_specials() {
  for (const std::int64_t target : targets()) {
    force(target);
    for (const int lanes : {1, 2, 4, 8, 16}) {
      for (const auto& s : specials<T>()) {
        T ordinary[16], expected[16];
        for (int i = 0; i < 16; ++i) ordinary[i] = T(0.125) * T(i + 1);
        intarsia::run(s.f, lanes, ordinary, expected, 16);
        for (int at = 0; at < 16; ++at) {
          T x[16], y[16];
          std::copy(ordinary, ordinary + 16, x);
          x[at] = s.x;
          intarsia::run(s.f, lanes, x, y, 16);
          const bool right = std::isnan(s.y) ? std::isnan(y[at]) : y[at] == s.y && std::signbit(y[at]) == std::signbit(s.y);
          const auto where = std::string(hwy::TargetName(target)) + ' ' + names[s.f] + " position " + std::to_string(at) + ", tag of " +
                             std::to_string(lanes);
          if (!right) BOOST_ERROR(where << ": f(" << s.x << ") = " << y[at] << ", not " << s.y);
          for (int i = 0; i < 16; ++i)
            if (i != at && y[i] != expected[i]) BOOST_ERROR(where << ": f(" << s.x << ") disturbs position " << i);
          if (!right) break;
        }
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(targets_of_this_machine) {
  std::printf("targets:");
  for (const std::int64_t t : targets()) {
    force(t);
    std::printf(" %s", hwy::TargetName(t));
  }
  std::puts("");
  BOOST_TEST(!targets().empty());
}

BOOST_AUTO_TEST_CASE(special_values) {
  check_specials<float>();
  check_specials<double>();
}

BOOST_AUTO_TEST_CASE(float_sweep) {
  constexpr std::uint64_t step = 509;
  std::vector<float> x(8192);
  std::uint64_t bits = 0;
  sweep<double>("float", bounds_float, x, [&] {
    if (bits >> 32) return false;
    for (float& v : x) {
      v = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      bits += bits >> 32 ? 0 : step;
    }
    return true;
  });
}

BOOST_AUTO_TEST_CASE(double_samples) {
  // in turn: any bit pattern; an interval where the functions do most; the end of exp's range; multiples of pi / 2
  std::vector<double> x(8192);
  std::uint64_t state = 1;
  const auto random = [&] {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  };
  const auto uniform = [&](double low, double high) { return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53); };
  int block = 0;
  sweep<long double>("double", bounds_double, x, [&] {
    if (block++ == 48) return false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      switch (i % 8) {
        case 0: x[i] = std::bit_cast<double>(random()); break;
        case 1: case 2: x[i] = uniform(-2, 2); break;
        case 3: x[i] = uniform(-40, 40); break;
        case 4: x[i] = uniform(-750, 720); break;
        case 5: x[i] = std::exp2(uniform(-40, 10)) * (random() & 1 ? 1 : -1); break;
        case 6: x[i] = static_cast<double>(random() >> 44) * (3.14159265358979323846 / 2); break;
        default: x[i] = 1 + uniform(-0.5, 0.5) * std::exp2(uniform(-20, 0)); break;
      }
      if (std::isnan(x[i])) x[i] = 1;
    }
    return true;
  });
}
#endif  // HWY_ONCE
