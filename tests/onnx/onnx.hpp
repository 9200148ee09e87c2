// SPDX-License-Identifier: Apache-2.0
// What the generated sources need: the data of the tests, running a program on them, a list of all tests.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <intarsia/intarsia.hpp>

namespace onnx {

/// The bytes of all tensors, one after the other.
using data = std::vector<char>;

struct test {
  const char* name;
  std::string (*run)(const data&, const long* in, const long* out);  // the first difference, or nothing
  long in[16];   // where each tensor begins
  long out[8];
};

struct part {
  const test* first;
  int count;
  const part* next;

  static const part*& all() {
    static const part* head = nullptr;
    return head;
  }
  template <int N>
  explicit part(const test (&of)[N]) : first(of), count(N), next(all()) {
    all() = this;
  }
};

/// As ONNX's own runner, relative 1e-3, but for elements that cancellation left small against the others.
template <class T>
bool agree(T got, T wanted, double scale) {
  if (std::isnan(static_cast<double>(wanted))) return std::isnan(static_cast<double>(got));
  return got == wanted || std::abs(static_cast<double>(got) - static_cast<double>(wanted)) <= 2e-5 * std::max(std::abs(static_cast<double>(wanted)), scale);
}
template <class Tensor>
std::string difference(const Tensor& got, const char* bytes, std::size_t result) requires(!std::is_arithmetic_v<Tensor>) {
  Tensor wanted;
  std::memcpy(wanted.data(), bytes, wanted.size() * sizeof(typename Tensor::value_type));
  double scale = 0;
  for (const auto v : wanted) scale += std::isfinite(static_cast<double>(v)) ? std::abs(static_cast<double>(v)) / static_cast<double>(wanted.size()) : 0;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!agree(got.data()[i], wanted.data()[i], scale)) {
      std::ostringstream text;
      text << "result " << result << ", element " << i << " of " << wanted.size() << " is " << +got.data()[i] << ", expected " << +wanted.data()[i];
      return text.str();
    }
  return {};
}
template <class T>
std::string difference(const T& got, const char* bytes, std::size_t result) requires std::is_arithmetic_v<T> {
  intarsia::tensor<T> one;
  one.data()[0] = got;
  return difference(one, bytes, result);
}

template <class R>
auto as_tuple(R r) {
  if constexpr (requires { std::tuple_size<R>::value; }) return r;
  else return std::tuple<R>(std::move(r));
}

/// Calls f with tensors of these types.
template <class... Tensor, class F>
std::string run(F f, const data& bytes, const long* in, const long* out) {
  const auto operands = std::make_unique<std::tuple<Tensor...>>();
  std::string found;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (std::memcpy(std::get<I>(*operands).data(), bytes.data() + in[I], Tensor::size() * sizeof(typename Tensor::value_type)), ...);
    const auto got = as_tuple(f(std::get<I>(*operands)...));
    [&]<std::size_t... R>(std::index_sequence<R...>) {
      ((found += found.empty() ? difference(std::get<R>(got), bytes.data() + out[R], R) : std::string()), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(got)>>{});
  }(std::index_sequence_for<Tensor...>{});
  return found;
}

}  // namespace onnx
