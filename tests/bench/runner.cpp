// SPDX-License-Identifier: Apache-2.0
// Loads the contenders, compares their results, measures them in turns and writes what it measured as JSON.
//   runner [--brief] [--only REGEX] [--rounds N] [--json FILE] MODULE...
// In each round every contender runs once, in rotated order, beside the multiply-adds and the copy of as many bytes: what
// the machine does meanwhile happens to all of them. One thread, on one processor.
#include <dlfcn.h>
#include <malloc.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <regex>
#include <stdexcept>

#include "cases/all.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
double seconds_of(const bench::task& t, std::size_t runs) {
  const auto begin = clock_type::now();
  t.run(runs);
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<long>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

struct release {
  void operator()(float* p) const { ::operator delete(p, std::align_val_t{64}); }
};
using block = std::unique_ptr<float, release>;
block allocate(std::size_t elements) {
  block b(static_cast<float*>(::operator new((elements + 16) * sizeof(float), std::align_val_t{64})));
  std::fill_n(b.get(), elements + 16, 0.f);
  return b;
}

block filled(const bench::input& in, std::uint32_t seed) {
  block b = allocate(in.size);
  const double steps = in.whole ? in.high - in.low + 1 : 1 << 20, step = in.whole ? 1 : (in.high - in.low) / steps;
  for (std::size_t i = 0; i < in.size; ++i) {
    std::uint32_t u = (static_cast<std::uint32_t>(i) + 1) * 2654435761u + seed * 97u;  // spread by a multiplication, mixed once
    u = (u ^ (u >> 15)) * 2246822519u;
    u ^= u >> 13;
    b.get()[i] = static_cast<float>(in.low + step * std::floor(u / 4294967296.0 * steps));
  }
  return b;
}

struct offered {
  bench::contender who;
  std::string work;
  bench::setup make;
};
struct machine_roof {
  std::string target;
  double flops;
  bench::task task;
};
struct entries final : bench::registry {
  std::vector<offered> offers;
  std::vector<machine_roof> roofs;
  void offer(const bench::contender& c, const std::string& work, bench::setup make) override { offers.push_back({c, work, std::move(make)}); }
  void roof(const std::string& target, double flops, bench::task t) override { roofs.push_back({target, flops, std::move(t)}); }
};

/// Something that is measured in every round.
struct racer {
  std::string name;
  bench::contender who;
  bench::task task;
  std::size_t runs = 1;
  std::vector<double> seconds = {};  // for one run, each round
};

constexpr double sample_seconds = 2e-3, roof_seconds = 3e-4;

void measure(std::vector<racer>& all, int rounds) {
  for (racer& r : all) {
    const double least = r.who.name.empty() ? roof_seconds : sample_seconds;
    double once = seconds_of(r.task, 1);
    for (std::size_t runs = 1; once * static_cast<double>(runs) < least / 4 && runs < 1u << 30; once = seconds_of(r.task, runs) / static_cast<double>(runs)) runs *= 4;
    r.runs = static_cast<std::size_t>(std::max(1.0, std::ceil(least / std::max(once, 1e-12))));
  }
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      racer& r = all[(i + static_cast<std::size_t>(round)) % all.size()];
      r.task.run(1);  // its own data in the cache
      r.seconds.push_back(seconds_of(r.task, r.runs) / static_cast<double>(r.runs));
    }
}

/// The largest difference, as a part of the largest element of the wanted result.
double difference(const std::vector<block>& got, const std::vector<block>& wanted, const std::vector<std::size_t>& sizes) {
  double worst = 0;
  for (std::size_t o = 0; o < sizes.size(); ++o) {
    double most = 0, apart = 0;
    for (std::size_t i = 0; i < sizes[o]; ++i) {
      const double a = got[o].get()[i], b = wanted[o].get()[i];
      most = std::max(most, std::abs(b));
      apart = std::isnan(a) || std::isnan(b) ? INFINITY : std::max(apart, std::abs(a - b));
    }
    if (most == 0) throw std::runtime_error("a result of zeros proves nothing");
    worst = std::max(worst, apart / most);
  }
  return worst;
}

struct options {
  bool brief = false;
  std::regex only{""};
  int rounds = 11;
  std::string json;
  std::vector<std::string> modules;
};

/// Sets everybody up, compares results, measures. Returns the racers; prints and counts who is wrong.
std::vector<racer> run(const bench::work& w, const entries& all, int rounds, int& wrong) {
  std::vector<block> in;
  bench::arrays operands;
  for (const bench::input& i : w.inputs) in.push_back(filled(i, static_cast<std::uint32_t>(in.size() + 1))), operands.in.push_back(in.back().get());

  std::vector<const offered*> able;
  for (bench::role is : {bench::role::peer, bench::role::aside, bench::role::intarsia})  // the first one's result is what the others' is compared with
    for (const offered& o : all.offers)
      if (o.work == w.name && o.who.is == is) able.push_back(&o);

  std::vector<racer> racers;
  std::vector<std::vector<block>> results;
  for (const offered* o : able) {
    std::vector<block> out;
    bench::arrays mine = operands;
    for (std::size_t size : w.outputs) out.push_back(allocate(size)), mine.out.push_back(out.back().get());
    bench::task t = o->make(mine);
    t.run(1);
    t.finish();
    results.push_back(std::move(out));
    if (const double d = difference(results.back(), results.front(), w.outputs); !(d <= w.tolerance)) {
      std::fprintf(stderr, "WRONG: %s: %s differs from %s by %.3g of the largest element, allowed %.3g\n", w.name.c_str(), o->who.name.c_str(), able.front()->who.name.c_str(), d, w.tolerance);
      ++wrong;
      continue;
    }
    racers.push_back({o->who.name, o->who, std::move(t)});
  }
  for (const machine_roof& f : all.roofs) racers.push_back({"fma " + f.target, {}, f.task});
  const std::size_t half = static_cast<std::size_t>(w.bytes / 2);
  const auto from = std::make_shared<std::vector<char>>(half, 'a'), to = std::make_shared<std::vector<char>>(half);
  racers.push_back({"copy", {}, bench::repeat([from, to] { std::memcpy(to->data(), from->data(), from->size()); })});
  measure(racers, rounds);
  return racers;
}

std::string time_text(double seconds) {
  char text[32];
  const double ns = seconds * 1e9;
  std::snprintf(text, sizeof text, ns < 1e4 ? "%.4g ns" : ns < 1e7 ? "%.4g us" : "%.4g ms", ns < 1e4 ? ns : ns < 1e7 ? ns / 1e3 : ns / 1e6);
  return text;
}

/// One line: the best peer, and how many times faster each compilation of Intarsia is.
void print(const bench::work& w, const std::vector<racer>& racers) {
  const racer* best = nullptr;
  double peak = 0, copy = 0;
  for (const racer& r : racers) {
    if (r.who.name.empty()) (r.name == "copy" ? copy : peak) = std::max(r.name == "copy" ? copy : peak, median(r.seconds));
    else if (r.who.is == bench::role::peer && (!best || median(r.seconds) < median(best->seconds))) best = &r;
  }
  std::printf("%-42s %s %s;", w.name.c_str(), best ? best->name.c_str() : "no peer", best ? time_text(median(best->seconds)).c_str() : "");
  for (const racer& r : racers) {
    if (r.who.is != bench::role::intarsia || r.who.name.empty()) continue;
    std::vector<double> ratio;
    if (best)
      for (std::size_t i = 0; i < r.seconds.size(); ++i) ratio.push_back(best->seconds[i] / r.seconds[i]);
    std::printf(" %s %s", r.name.c_str() + std::strlen("Intarsia "), time_text(median(r.seconds)).c_str());
    if (best) std::printf(" (%.2f times)", median(ratio));
  }
  std::printf("; copy %s\n", time_text(copy).c_str());
  std::fflush(stdout);
}

const char* role_name(bench::role is) { return is == bench::role::intarsia ? "intarsia" : is == bench::role::peer ? "peer" : "aside"; }

using writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;
void write(writer& out, const bench::work& w, const std::vector<racer>& racers, const entries& all) {
  out.StartObject();
  out.Key("family"), out.String(w.family.c_str());
  out.Key("name"), out.String(w.name.c_str());
  out.Key("flops"), out.Double(w.flops);
  out.Key("bytes"), out.Double(w.bytes);
  out.Key("results"), out.StartArray();
  for (const racer& r : racers) {
    out.StartObject();
    out.Key("name"), out.String(r.name.c_str());
    out.Key("role"), out.String(r.who.name.empty() ? "roof" : role_name(r.who.is));
    out.Key("version"), out.String(r.who.version.c_str());
    out.Key("target"), out.String(r.who.target.c_str());
    if (r.who.name.empty() && r.name != "copy")
      for (const machine_roof& f : all.roofs)
        if ("fma " + f.target == r.name) out.Key("flops"), out.Double(f.flops);
    out.Key("seconds"), out.SetFormatOptions(rapidjson::kFormatSingleLineArray), out.StartArray();
    for (double s : r.seconds) out.Double(s);
    out.EndArray(), out.SetFormatOptions(rapidjson::kFormatDefault);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
}

/// One processor, one thread, and a heap that keeps its blocks, as experts set their programs up.
void settle() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
  sched_setaffinity(0, sizeof one, &one);
  for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) setenv(variable, "1", 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
}

}  // namespace

int main(int argc, char** argv) try {
  options o;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    if (a == "--brief") o.brief = true;
    else if (a == "--only") o.only = argv[++i];
    else if (a == "--rounds") o.rounds = std::atoi(argv[++i]);
    else if (a == "--json") o.json = argv[++i];
    else o.modules.push_back(a);
  }
  settle();
  entries all;
  for (const std::string& m : o.modules) {
    void* module = dlopen(std::filesystem::absolute(m).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!module) throw std::runtime_error(dlerror());
    reinterpret_cast<void (*)(bench::registry&)>(dlsym(module, "contend"))(all);
  }
  rapidjson::StringBuffer text;
  writer out(text);
  out.StartArray();
  int wrong = 0, measured = 0;
  for (const bench::work& w : bench::all_works()) {
    if ((o.brief && !w.brief) || !std::regex_search(w.family + ": " + w.name, o.only)) continue;
    const std::vector<racer> racers = run(w, all, o.rounds, wrong);
    print(w, racers);
    write(out, w, racers, all);
    ++measured;
  }
  out.EndArray();
  if (!o.json.empty()) std::ofstream(o.json) << text.GetString() << '\n';
  std::printf("%d works measured, %d results wrong\n", measured, wrong);
  std::fflush(stdout);
  std::_Exit(wrong > 0 || measured == 0 ? 1 : 0);  // peers with threads of their own are not waited for
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench: %s\n", e.what());
  return 1;
}
