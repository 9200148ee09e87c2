// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "names.hpp"
#include "process.hpp"

namespace intarsia::tool {

namespace {

/// The text up to the bracket that closes the one it begins with.
std::string_view bracketed(std::string_view s) {
  int depth = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '<') ++depth;
    if (s[i] == '>' && --depth == 0) return s.substr(0, i + 1);
  }
  return {};
}

/// One of the functions that make up a kernel, with its template arguments: `compute`, {"vectors<8, 4>", "2", ...}.
struct kernel_function {
  std::string name;
  std::vector<std::string> arguments;
};

kernel_function kernel_function_in(std::string_view frame) {
  kernel_function f;
  const auto at = frame.find("nest_kernel<");
  if (at == frame.npos) return f;
  frame = frame.substr(at + 11);
  const auto spec = bracketed(frame);
  if (spec.empty() || !frame.substr(spec.size()).starts_with("::")) return f;
  frame = frame.substr(spec.size() + 2);
  const auto end = std::min(frame.find_first_of("<("), frame.size());
  f.name = std::string(frame.substr(0, end));
  if (end == frame.size() || frame[end] != '<') return f;
  const auto list = bracketed(frame.substr(end));
  int depth = 0;
  for (std::size_t i = 1, begin = 1; i < list.size(); ++i) {
    if (std::string_view("<({").find(list[i]) != std::string_view::npos) ++depth;
    const bool last = i + 1 == list.size();
    if ((list[i] == ',' && depth == 0) || last) {
      auto argument = list.substr(begin, i - begin);
      argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
      f.arguments.emplace_back(argument);
      begin = i + 1;
    } else if (std::string_view(">)}").find(list[i]) != std::string_view::npos) --depth;
  }
  return f;
}

int number_in(const kernel_function& f, std::size_t argument) {
  int v = -1;
  if (argument < f.arguments.size()) std::from_chars(f.arguments[argument].data(), f.arguments[argument].data() + f.arguments[argument].size(), v);
  return v;
}

/// What the functions of nest-inl.hpp do, by their names and template arguments.
std::string part_of(const kernel_function& f, const plan::nest& k, const std::vector<std::string>& formulas) {
  auto formula = [&](int i) { return i >= 0 && static_cast<std::size_t>(i) < formulas.size() ? formulas[static_cast<std::size_t>(i)] : std::string(); };
  auto step = [&](int i) { return i >= 0 && i < k.instructions && k.code[i].what == plan::step::load ? "load " + formula(i) : formula(i); };
  if (f.name == "compute" || f.name == "load" || f.name == "compute_slots") return step(number_in(f, 1));
  if (f.name == "accumulate_slot" || f.name == "accumulate" || f.name == "product" || f.name == "multiply_add") {
    if (k.factor >= 0) return "sum += " + formula(k.term) + " * " + formula(k.factor);
    return "sum of " + formula(k.term);
  }
  if (f.name == "store_slot" || f.name == "store_one" || f.name == "store_transposed" || f.name == "store_slots") {
    const int s = number_in(f, 1);
    return s >= 0 && s < k.all_stores ? "store " + formula(k.store[s].value) : "";
  }
  if (f.name == "take" || f.name == "take_slots" || f.name == "combine" || f.name == "conclude" || f.name == "whole") return "totals";
  if (f.name == "start" || f.name == "clear") return "sums begin at zero";
  if (f.name == "for_loop" || f.name == "advance" || f.name == "outer_loop" || f.name == "reduce_loop") return "loop";
  return "";
}

struct frame {
  std::string function, place;
};

/// Inlined functions at each address, innermost first.
std::vector<std::vector<frame>> frames_at(const machine_code& m) {
  const std::string program = first_program(m.in->machine == architecture::x86_64 ? std::vector<std::string>{"addr2line"} : std::vector<std::string>{"aarch64-linux-gnu-addr2line", "addr2line"});
  if (program.empty()) return {};
  const image& i = *m.in;
  std::optional<temporary_file> copy;
  if (i.path.empty()) copy.emplace(i.file);
  std::vector<std::string> command{program, "-a", "-i", "-f", "-C", "-e", copy ? copy->path() : i.path};
  address base = 0;
  if (i.relocatable)
    if (const image::chunk* c = i.chunk_at(m.begin)) {
      base = c->at;
      command.insert(command.end(), {"-j", c->section});
    }
  std::ostringstream addresses;
  for (const instruction& one : m.code) addresses << std::hex << one.at - base << '\n';
  std::istringstream lines(run(command, addresses.str()).output);
  std::vector<std::vector<frame>> all;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0x")) {
      all.emplace_back();
      continue;
    }
    frame f{line, ""};
    if (!std::getline(lines, f.place) || all.empty()) break;
    if (f.function != "??") all.back().push_back(std::move(f));
  }
  return all;
}

}  // namespace

std::vector<origin> origins_of(const kernel& k, const program* p) {
  const auto frames = frames_at(k.code);
  std::vector<origin> all(k.code.code.size());
  if (frames.size() != all.size()) return {};
  const bool known = p != nullptr && static_cast<std::size_t>(k.number) < p->kernels.size();
  const auto formulas = known ? formulas_of(*p, k.number) : std::vector<std::string>();
  bool any = false;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const frame& f : frames[i]) {
      any = true;
      const kernel_function function = kernel_function_in(f.function);
      if (function.name.empty()) continue;
      // the first line that is the kernel's, not that of an instruction's own header
      if (all[i].line.empty() && f.place.find("-inl.hpp:") != std::string::npos) {
        const auto name = f.place.find_last_of('/') + 1;
        all[i].line = f.place.substr(name, f.place.find(" (", name) - name);
      }
      if (all[i].part.empty() && known) all[i].part = part_of(function, p->kernels[static_cast<std::size_t>(k.number)].kernel, formulas);
    }
  return any ? all : std::vector<origin>();
}

}  // namespace intarsia::tool
