// SPDX-License-Identifier: Apache-2.0
// Runs the convolutions of the generated sources, each a test case of its own, against the CRC-32 of PyTorch's results.
// Tolerance zero: the data are small integers. Where a result is wrong, the oracle says where it first is.
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "conv_cover/cover.hpp"
#include "targets.hpp"

namespace {

using conv_cover::convolution;
using conv_cover::part;

/// Element i of a tensor: u % m - h with u = ((i * 2654435761 + seed) mod 2^32) >> 15.
std::vector<float> integers(long count, std::uint32_t seed, std::uint32_t m, int h) {
  std::vector<float> made(static_cast<std::size_t>(count));
  std::uint32_t i = 0;
  for (float& v : made) v = static_cast<float>(static_cast<int>(((i++ * 2654435761u + seed) >> 15) % m) - h);
  return made;
}

/// Of the values as int32, little endian. A value that is no such integer changes the sum.
template <class Values>
std::uint32_t crc_of(const Values& values) {
  std::vector<unsigned char> bytes;
  for (const auto v : values) {
    const bool whole = std::abs(v) < 2147483648.0 && std::trunc(v) == v;
    const auto u = static_cast<std::uint32_t>(whole ? static_cast<std::int32_t>(v) : std::numeric_limits<std::int32_t>::min());
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<unsigned char>(u >> shift));
  }
  return static_cast<std::uint32_t>(::crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
}

struct described {
  const char* name;
  std::vector<long> extents;
};

/// Where the result first differs from the oracle's, and in how many elements.
std::string difference(const described& r, const std::vector<float>& got, const std::vector<double>& expected) {
  std::size_t first = got.size(), wrong = 0;
  for (std::size_t i = got.size(); i-- > 0;)
    if (got[i] != expected[i]) first = i, ++wrong;
  std::ostringstream text;
  text << r.name;
  if (wrong == 0) return text << ": agrees with the oracle, not with the checksum", text.str();
  std::size_t below = got.size(), rest = first;
  for (std::size_t d = 0; d < r.extents.size(); ++d) {
    below /= static_cast<std::size_t>(r.extents[d]);
    text << (d == 0 ? "[" : ", ") << rest / below;
    rest %= below;
  }
  text << "] is " << got[first] << ", should be " << expected[first] << "; " << wrong << " of " << got.size() << " elements differ";
  return text.str();
}

void check(const convolution& c) {
  const reference::correlation& s = c.shape;
  auto shape = [&c](long first, long second, const long(&spatial)[3]) {
    std::vector<long> extents{first, second};
    extents.insert(extents.end(), spatial + 3 - c.dimensions, spatial + 3);
    return extents;
  };
  const described results[4] = {{"y", shape(s.batch, s.out_channels, s.out)},
                                {"grad x", shape(s.batch, s.in_channels, s.in)},
                                {"grad k", shape(s.out_channels, s.in_channels / s.groups, s.kernel)},
                                {"grad b", {s.out_channels}}};
  const std::vector<float> operands[4] = {integers(s.in_size(), 1, 17, 8), integers(s.kernel_size(), 2, 13, 6),
                                          integers(s.out_channels, 3, 7, 3), integers(s.out_size(), 4, 9, 4)};
  const reference::correlation_results r =
      reference::naive_correlation(s, operands[0].data(), operands[1].data(), operands[2].data(), operands[3].data());
  const std::vector<double>* const expected[4] = {&r.y, &r.dx, &r.dk, &r.db};
  for (int i = 0; i < 4; ++i)
    BOOST_REQUIRE_MESSAGE(crc_of(*expected[i]) == c.crc[i], "the oracle's " << results[i].name << " is not PyTorch's");

  // one element further than an allocation begins: on no vector's boundary, with nothing behind the last element
  std::vector<float> shifted[4];
  const float* in[4];
  for (int i = 0; i < 4; ++i) {
    shifted[i].assign(1, 0.f);
    shifted[i].insert(shifted[i].end(), operands[i].begin(), operands[i].end());
    in[i] = shifted[i].data() + 1;
  }
  for (const char* time : {"first", "second"}) {  // the second call finds a workspace that was used
    std::vector<float> got[4];
    float* out[4];
    for (int i = 0; i < 4; ++i) {
      got[i].assign(expected[i]->size(), std::numeric_limits<float>::quiet_NaN());
      out[i] = got[i].data();
    }
    c.run(in, out);
    for (int i = 0; i < 4; ++i)
      BOOST_CHECK_MESSAGE(crc_of(got[i]) == c.crc[i], time << " call: " << difference(results[i], got[i], *expected[i]));
  }
}

/// A suite for each target, a test case for each convolution.
bool register_all() {
  using namespace boost::unit_test;
  std::map<std::string, std::multimap<std::string, const convolution*>> found;
  auto add = [&found](const char* target, std::span<const convolution> of) {
    for (const convolution& c : of) found[target].emplace(c.name, &c);
  };
  for (const part* p = part::all(); p != nullptr; p = p->next) {
    if (p->target != nullptr) add(p->target, p->of);
    else
      for (const std::int64_t target : targets::all()) {
        targets::force(target);
        add(hwy::TargetName(target), p->get());
      }
  }
  framework::master_test_suite().p_name.value = "conv_cover";
  for (const auto& [target, convolutions] : found) {
    test_suite* suite = BOOST_TEST_SUITE(target);
    for (const auto& named : convolutions) {
      const convolution& c = *named.second;
      suite->add(make_test_case([&c] { check(c); }, c.name, __FILE__, __LINE__));
    }
    framework::master_test_suite().add(suite);
  }
  return !found.empty();
}

}  // namespace

int main(int argc, char** argv) { return boost::unit_test::unit_test_main(&register_all, argc, argv); }
