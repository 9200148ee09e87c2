// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile binaries: mutants of a good one, from a seed. The reader refuses or reads each, and what it reads can be
// explained: the passes run on every graph that the verifier lets through. Built with sanitizers, which end the program.
//
//   fuzz BINARY MUTANTS [SEED]      with SEED: that mutant alone
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include <sys/time.h>
#include <unistd.h>

#include "error.hpp"
#include "intarsia/run/record.hpp"
#include "program.hpp"

namespace t = intarsia::tool;
namespace run = intarsia::run;
using bytes = std::vector<unsigned char>;

namespace {

std::atomic<unsigned long> current = 0;
void too_slow(int) {
  char text[80];
  const int n = std::snprintf(text, sizeof text, "mutant %lu takes more than ten seconds\n", current.load());
  if (write(2, text, static_cast<std::size_t>(n)) < 0) std::_Exit(3);
  std::_Exit(2);
}

/// Where records begin.
std::vector<std::size_t> records_in(const bytes& b) {
  std::vector<std::size_t> all;
  for (auto at = b.begin(); (at = std::search(at, b.end(), std::begin(run::record_magic), std::end(run::record_magic))) != b.end(); ++at)
    all.push_back(static_cast<std::size_t>(at - b.begin()));
  return all;
}

class mutator {
 public:
  mutator(const bytes& good, unsigned long seed) : b_(good), random_(seed) {}

  bytes run() {
    const auto records = records_in(b_);
    // in the tables of the file, in a record, or anywhere
    const std::size_t record = records.empty() ? 0 : records[below(records.size())];
    const unsigned where = static_cast<unsigned>(below(3));
    const std::size_t first = where == 1 ? record + 16 : 0, size = where == 0 ? std::min<std::size_t>(b_.size(), 4096) : where == 1 ? 1000 : b_.size();
    for (std::size_t n = 1 + below(4); n-- > 0;) change(std::min(first + below(size), b_.size() - 1));
    if (where == 1) sign(record);
    if (below(10) == 0) b_.resize(1 + below(b_.size()));
    return b_;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  void change(std::size_t at) {
    static constexpr std::uint64_t extremes[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
    const std::size_t width = std::min(std::size_t{1} << below(4), b_.size() - at);
    switch (below(4)) {
      case 0: b_[at] ^= static_cast<unsigned char>(1u << below(8)); break;
      case 1: b_[at] = static_cast<unsigned char>(random_()); break;
      case 2: std::memcpy(&b_[at], &extremes[below(std::size(extremes))], width); break;
      default: std::memmove(&b_[at], &b_[below(b_.size() - width)], width); break;
    }
  }

  /// A record with the hash that its bytes have, as somebody would make it who wants it to be read.
  void sign(std::size_t record) {
    run::record_head head;
    if (b_.size() - record < sizeof head) return;
    std::memcpy(&head, &b_[record], sizeof head);
    const std::uint64_t start = record + sizeof head + 8 * std::uint64_t{head.kernels};
    if (start > b_.size() || head.bytes > b_.size() - start) return;
    head.hash = run::hash_of(&b_[start], head.bytes);
    std::memcpy(&b_[record], &head, sizeof head);
  }

  bytes b_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  std::ifstream file(argv[1], std::ios::binary);
  const bytes good((std::istreambuf_iterator<char>(file)), {});
  const unsigned long mutants = std::strtoul(argv[2], nullptr, 10), first = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
  std::signal(SIGPROF, too_slow);
  const itimerval ten_seconds{{0, 0}, {10, 0}};  // of the processor's time
  unsigned long refused = 0, read = 0, explained = 0;
  for (current = first; current < first + mutants; ++current) {
    setitimer(ITIMER_PROF, &ten_seconds, nullptr);
    try {
      const t::binary b("mutant", mutator(good, current).run());
      for (const t::description& d : t::descriptions_in(b)) {
        ++read;
        for (const t::address k : d.kernels) (void)d.in->function_at(k);
        if (d.graph == nullptr) continue;
        const t::program p(d);
        explained += !p.text(d.name).empty();
      }
    } catch (const t::error&) {
      ++refused;
    }
  }
  std::printf("%lu mutants of %zu bytes: %lu refused; %lu functions read, %lu explained\n", mutants, good.size(), refused, read, explained);
  // a mutator that breaks everything, or nothing, tests nothing
  return mutants < 100 || (refused > mutants / 10 && explained > mutants / 10) ? 0 : 1;
}
