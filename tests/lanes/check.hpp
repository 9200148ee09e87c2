// SPDX-License-Identifier: Apache-2.0
// Runs a case on memory of its own and compares every size with the oracle: ordinary data, then one special value in each
// place of each operand. Data are small integers, so that results are exact where the case has no tolerance.
#pragma once

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "lanes/program.hpp"
#include "reference/oracle_window.hpp"

namespace lanes {

using reference::array;

inline reference::extents run_time(const ia::extents& e) { return reference::extents(e.of, e.of + e.rank); }

template <class T>
T ordinary(std::size_t i, std::size_t operand) {
  const std::uint32_t u = (static_cast<std::uint32_t>(i) * 2654435761u + static_cast<std::uint32_t>(operand) * 40503u) >> 15;
  if constexpr (std::is_same_v<T, bool>) return u % 3 == 0;
  else if constexpr (std::is_unsigned_v<T>) return static_cast<T>(u % 251);
  else return static_cast<T>(static_cast<int>(u % 8) + 1) * static_cast<T>(u / 8 % 2 ? 1 : -1);
}

template <class To>
bool agrees(To got, double wanted, double tolerance, double lost, bool signs) {
  if constexpr (!std::is_floating_point_v<To>) return got == static_cast<To>(static_cast<long>(wanted));
  else {
    const To expected = static_cast<To>(wanted);
    if (std::isnan(expected)) return std::isnan(got);
    if (signs && std::signbit(got) != std::signbit(expected)) return false;
    return got == expected || std::abs(static_cast<double>(got) - wanted) <= std::max(tolerance * std::abs(wanted), lost);
  }
}

/// The bytes of an operand or result.
struct block {
  void* data;
  std::size_t bytes;
  std::size_t element;
};

/// The memory of one case: operands and results of every size.
template <class Case>
class instance {
 public:
  using To = typename Case::result;
  static constexpr std::size_t operands = arity<Case>;

  explicit instance(const sizes& list) : list_(list) {
    for (int i = 0; i < list.count; ++i)
      for_operands([&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
        auto& x = data<J>();
        x.emplace_back(static_cast<std::size_t>(Case::shapes(list.of[i])[J].size()));
        for (std::size_t k = 0; k < x.back().size(); ++k) x.back()[k] = ordinary<at<J>>(k, J);
      });
    for (int i = 0; i < list.count; ++i)
      for_operands([&]<std::size_t J>(std::integral_constant<std::size_t, J>) { in_.push_back(address(data<J>()[static_cast<std::size_t>(i)])); });
    for (int i = 0; i < list.count; ++i) results_.emplace_back(expected(i).at.size());
    for (auto& r : results_) out_.push_back(address(r));
  }

  std::vector<block> operand_blocks() {
    std::vector<block> blocks;
    for (int i = 0; i < list_.count; ++i)
      for_operands([&]<std::size_t J>(std::integral_constant<std::size_t, J>) { blocks.push_back(block_of(data<J>()[static_cast<std::size_t>(i)])); });
    return blocks;
  }
  std::vector<block> result_blocks() {
    std::vector<block> blocks;
    for (auto& r : results_) blocks.push_back(block_of(r));
    return blocks;
  }

  void run(function f) {
    for (auto& r : results_)
      for (std::size_t k = 0; k < r.size(); ++k) r[k] = static_cast<std::conditional_t<std::is_same_v<To, bool>, char, To>>(77);
    f(in_.data(), out_.data());
  }
  /// Compares size i; the first difference as text, or nothing.
  std::string difference(int i) const {
    const array<double> e = expected(i);
    const auto& got = results_[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < got.size(); ++k)
      if (!agrees<To>(static_cast<To>(got[k]), e.at[k], Case::tolerance, Case::lost, Case::signs)) {
        std::ostringstream text;
        text << "size " << list_.of[i] << ", element " << k << " of " << got.size() << " is " << +got[k] << ", expected " << e.at[k];
        return text.str();
      }
    return {};
  }
  /// Element `place` of operand J at every size that has it; returns the value before.
  template <std::size_t J, class T>
  void put(std::size_t place, T value) {
    for (auto& x : data<J>())
      if (place < x.size()) x[place] = value;
  }
  template <std::size_t J>
  std::size_t places() { return data<J>().back().size(); }
  template <std::size_t J>
  bool has(int i, std::size_t place) { return place < data<J>()[static_cast<std::size_t>(i)].size(); }

 private:
  template <std::size_t J>
  using at = std::tuple_element_t<J, typename Case::operands>;
  // std::vector<bool> has no elements in memory
  template <class T>
  using stored = std::vector<std::conditional_t<std::is_same_v<T, bool>, char, T>>;
  template <class>
  struct storage;
  template <class... T>
  struct storage<std::tuple<T...>> {
    using type = std::tuple<std::vector<stored<T>>...>;
  };

  template <std::size_t J>
  auto& data() { return std::get<J>(data_); }
  template <class F>
  static void for_operands(F f) {
    [&]<std::size_t... J>(std::index_sequence<J...>) { (f(std::integral_constant<std::size_t, J>{}), ...); }(std::make_index_sequence<operands>{});
  }
  template <class V>
  static void* address(V& v) { return v.data(); }
  template <class V>
  static block block_of(V& v) { return {v.data(), v.size() * sizeof(v[0]), sizeof(v[0])}; }

  array<double> expected(int i) const {
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      auto one = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
        const auto& from = std::get<K>(data_)[static_cast<std::size_t>(i)];
        array<std::conditional_t<std::is_same_v<at<K>, bool>, char, double>> x(run_time(Case::shapes(list_.of[i])[K]));
        for (std::size_t k = 0; k < from.size(); ++k) x.at[k] = from[k];
        return x;
      };
      return as_double(Case::call(one(std::integral_constant<std::size_t, J>{})...));
    }(std::make_index_sequence<operands>{});
  }
  static array<double> as_double(const array<double>& a) { return a; }
  static array<double> as_double(const reference::mask& a) { return reference::map(a, [](char c) { return c ? 1.0 : 0.0; }); }

  sizes list_;
  typename storage<typename Case::operands>::type data_;
  std::vector<stored<To>> results_;
  std::vector<const void*> in_;
  std::vector<void*> out_;
};

template <class T>
std::array<T, 9> special_values() {
  using limits = std::numeric_limits<T>;
  return {limits::quiet_NaN(), -limits::quiet_NaN(), T(0), -T(0), limits::infinity(), -limits::infinity(), limits::denorm_min(), -3 * limits::denorm_min(), limits::max() / 2};
}

template <class Case>
void check(const std::string& target, const functions_of_target& of, function f) {
  const sizes list = sizes_of<Case>(of.vector_bytes, of.few);
  instance<Case> memory(list);
  const std::string what = std::string(Case::name) + " on " + target + ": ";
  memory.run(f);
  int wrong = 0;
  for (int i = 0; i < list.count; ++i) {
    const std::string d = memory.difference(i);
    BOOST_TEST(d.empty(), what << d);
    wrong += !d.empty();
  }
  if (wrong > 0) return;
  auto operand = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
    if constexpr (J < static_cast<std::size_t>(Case::specials)) {
      using T = std::tuple_element_t<J, typename Case::operands>;
      for (std::size_t place = 0; place < memory.template places<J>() && wrong < 5; ++place) {
        for (const T value : special_values<T>()) {
          memory.template put<J>(place, value);
          memory.run(f);
          for (int i = 0; i < list.count; ++i) {
            if (!memory.template has<J>(i, place)) continue;
            const std::string d = memory.difference(i);
            if (!d.empty() && ++wrong < 5) BOOST_ERROR(what << value << " at place " << place << " of operand " << J << ", " << d);
          }
        }
        memory.template put<J>(place, ordinary<T>(place, J));
      }
    }
  };
  [&]<std::size_t... J>(std::index_sequence<J...>) { (operand(std::integral_constant<std::size_t, J>{}), ...); }(std::make_index_sequence<arity<Case>>{});
}

}  // namespace lanes
