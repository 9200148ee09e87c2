// SPDX-License-Identifier: Apache-2.0
#include "mca.hpp"

#include <cstdlib>
#include <map>
#include <numeric>
#include <sstream>

#include "process.hpp"
#include "summary.hpp"

namespace intarsia::tool {

namespace {

constexpr int iterations = 200;

/// The machine that first had the target's instructions.
std::string processor_for(architecture machine, const std::string& target) {
  if (machine == architecture::aarch64) return "cortex-a57";
  static const std::map<std::string, std::string> known = {{"SSE2", "core2"},  {"SSSE3", "nehalem"},          {"SSE4", "westmere"},
                                                           {"AVX2", "haswell"}, {"AVX3", "skylake-avx512"}, {"AVX3_DL", "icelake-server"}};
  const auto found = known.find(target);
  return found != known.end() ? found->second : target.starts_with("AVX3") ? "icelake-server" : "haswell";
}

/// The figures in what llvm-mca prints: "Total Cycles: 410", "[2] - HWPort0" for each resource, and under "Resource pressure
/// per iteration:" a row of names and one of numbers. cycles is negative where there are none.
estimate ask(const std::string& program, architecture machine, const std::string& processor, const std::string& text) {
  estimate e;
  e.cycles = -1;
  const outcome o = run({program, machine == architecture::x86_64 ? "-mtriple=x86_64" : "-mtriple=aarch64", "-mcpu=" + processor, "-iterations=" + std::to_string(iterations), "-instruction-info=0"}, text);
  if (o.status != 0) return e;
  e.processor = processor;
  std::vector<std::string> names;
  std::istringstream lines(o.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Total Cycles:")) e.cycles = std::strtod(line.c_str() + 13, nullptr) / iterations;
    if (const auto dash = line.find(" - "); line.starts_with("[") && dash != std::string::npos && line.find_first_not_of(" ", line.find(']') + 1) == dash + 1) names.push_back(line.substr(dash + 3));
    if (line != "Resource pressure per iteration:" || !std::getline(lines, line) || !std::getline(lines, line)) continue;
    std::istringstream row(line);
    std::size_t column = 0;
    for (std::string cell; row >> cell; ++column)
      if (const double pressure = std::strtod(cell.c_str(), nullptr); pressure > e.pressure && column < names.size()) e.pressure = pressure, e.bound = names[column];
  }
  return e;
}

std::string independent_products(architecture machine, const std::string& target, int& flops) {
  std::string text;
  const int registers = vector_registers_of(machine, target) - 4;
  const bool fused = machine == architecture::aarch64 || target.starts_with("AVX");
  const char* name = target.starts_with("AVX3") ? "zmm" : target == "AVX2" ? "ymm" : "xmm";
  for (int r = 4; r < 4 + registers; ++r) {
    const std::string to = std::to_string(r);
    if (machine == architecture::aarch64) text += "fmla v" + to + ".4s, v0.4s, v1.4s\n";
    else if (fused) text += std::string("vfmadd231ps %") + name + "0, %" + name + "1, %" + name + to + "\n";
    else text += (r % 2 == 0 ? "mulps %xmm0, %xmm" : "addps %xmm0, %xmm") + to + "\n";
  }
  const int lanes = std::string_view(name) == "zmm" ? 16 : std::string_view(name) == "ymm" ? 8 : 4;
  flops = registers * lanes * (fused ? 2 : 1);
  return text;
}

/// FLOP a cycle; asked once.
double peak_of(const std::string& program, architecture machine, const std::string& target, const std::string& processor) {
  static std::map<std::string, double> known;
  const auto [at, fresh] = known.try_emplace(target + " " + processor, 0);
  if (fresh) {
    int flops = 0;
    const std::string text = independent_products(machine, target, flops);
    if (const estimate e = ask(program, machine, processor, text); e.cycles > 0) at->second = flops / e.cycles;
  }
  return at->second;
}

}  // namespace

std::optional<estimate> estimate_of(const machine_code& m, const loop& l, const std::string& target, const std::string& asked) {
  const std::string program = first_program({"llvm-mca", "llvm-mca-20", "llvm-mca-19", "llvm-mca-18", "llvm-mca-17", "llvm-mca-16", "llvm-mca-15", "llvm-mca-14"});
  if (program.empty() || l.members.empty()) return std::nullopt;
  const std::size_t first = l.members.front(), last = l.members.back();
  const auto lines = mca_lines(*m.in, m.code[first].at, m.code[last].at + m.code[last].size - m.code[first].at);
  if (lines.size() != last - first + 1) return std::nullopt;
  std::string text = "L:\n";
  for (const std::size_t k : l.members) {
    const std::string& line = lines[k - first];
    // jumps lead somewhere in this text
    if (m.code[k].what == kind::branch) text += line.substr(0, line.find_last_of(" \t,", line.find_last_not_of(" \t")) + 1) + "L\n";
    else text += line + "\n";
  }
  const architecture machine = m.in->machine;
  const std::string processor = asked.empty() ? processor_for(machine, target) : asked;
  estimate e = ask(program, machine, processor, text);
  if (e.cycles <= 0) return std::nullopt;
  e.flops = std::accumulate(l.members.begin(), l.members.end(), 0.0, [&](double sum, std::size_t k) { return sum + m.code[k].flops; }) / e.cycles;
  e.peak = peak_of(program, machine, target, processor);
  return e;
}

}  // namespace intarsia::tool
