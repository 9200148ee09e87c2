// SPDX-License-Identifier: Apache-2.0
// Memory between two pages that nobody may touch, and the cases of tests/lanes run in it: every operand and result
// directly behind the first and directly before the last of such pages, at every misalignment of its elements.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "lanes/check.hpp"

namespace memory {

class guarded {
 public:
  explicit guarded(std::size_t bytes) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), bytes_((bytes + page_ - 1) / page_ * page_) {
    void* p = mmap(nullptr, bytes_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_REQUIRE(p != MAP_FAILED);
    whole_ = static_cast<unsigned char*>(p);
    BOOST_REQUIRE(mprotect(begin(), bytes_, PROT_READ | PROT_WRITE) == 0);
  }
  guarded(guarded&& other) noexcept : page_(other.page_), bytes_(other.bytes_), whole_(std::exchange(other.whole_, nullptr)) {}
  ~guarded() {
    if (whole_ != nullptr) munmap(whole_, bytes_ + 2 * page_);
  }
  unsigned char* begin() const { return whole_ + page_; }
  unsigned char* end() const { return begin() + bytes_; }

 private:
  std::size_t page_, bytes_;
  unsigned char* whole_;
};

/// Runs f with every operand and result in guarded memory. What is read outside of them ends the program with the name of
/// the case; what is written beside a result is seen.
template <class Case>
void check(const std::string& target, const lanes::functions_of_target& of, lanes::function f) {
  constexpr unsigned char untouched = 0xa5;
  const lanes::sizes list = lanes::sizes_of<Case>(of.vector_bytes, of.few);
  lanes::instance<Case> instance(list);
  const std::vector<lanes::block> operands = instance.operand_blocks(), results = instance.result_blocks();
  std::vector<guarded> in, out;
  for (const lanes::block& b : operands) in.emplace_back(b.bytes + 8);
  for (const lanes::block& b : results) out.emplace_back(b.bytes + 8);
  for (const bool behind : {true, false})
    for (std::size_t shift = 0; shift < 8; ++shift) {
      const std::string what = std::string(Case::name) + " on " + target + (behind ? ", behind" : ", before") + " a guard page, shifted by " + std::to_string(shift);
      BOOST_TEST_CHECKPOINT(what);
      auto place = [&](const guarded& g, const lanes::block& b) {
        const std::size_t bytes = shift % b.element;
        return behind ? g.begin() + bytes : g.end() - b.bytes - bytes;
      };
      std::vector<const void*> from;
      std::vector<void*> to;
      for (std::size_t i = 0; i < operands.size(); ++i) from.push_back(std::memcpy(place(in[i], operands[i]), operands[i].data, operands[i].bytes));
      for (std::size_t i = 0; i < results.size(); ++i) {
        std::memset(out[i].begin(), untouched, static_cast<std::size_t>(out[i].end() - out[i].begin()));
        to.push_back(place(out[i], results[i]));
      }
      f(from.data(), to.data());
      for (std::size_t i = 0; i < results.size(); ++i) {
        unsigned char* const first = static_cast<unsigned char*>(to[i]);
        std::memcpy(results[i].data, first, results[i].bytes);
        const std::string d = instance.difference(static_cast<int>(i));
        BOOST_TEST(d.empty(), what << ": " << d);
        auto clean = [](const unsigned char* a, const unsigned char* b) { return std::all_of(a, b, [](unsigned char c) { return c == untouched; }); };
        BOOST_TEST((clean(out[i].begin(), first) && clean(first + results[i].bytes, out[i].end())), what << ": bytes beside the result were written");
      }
    }
}

}  // namespace memory
