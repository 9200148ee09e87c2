// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <sstream>
#include <unordered_map>

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

/// One of the functions that make up a kernel, with its template arguments behind the nest: `compute`, {"vectors<8, 4>", "2", ...}.
struct kernel_function {
  std::string name;
  std::vector<std::string> arguments;
};

kernel_function kernel_function_in(std::string_view frame) {
  // name<intarsia::N_AVX2::nest_on<...>, further arguments>(...)
  kernel_function f;
  const auto nest = frame.find("::nest_on<");
  const auto open = nest == frame.npos ? frame.npos : frame.rfind('<', nest);
  if (open == frame.npos) return f;
  const auto before = frame.substr(0, open).find_last_of(": ");
  f.name = std::string(frame.substr(before == frame.npos ? 0 : before + 1, open - (before == frame.npos ? 0 : before + 1)));
  const auto list = bracketed(frame.substr(open));
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
  if (!f.arguments.empty()) f.arguments.erase(f.arguments.begin());  // the nest
  return f;
}

int number_in(const kernel_function& f, std::size_t argument) {
  int v = -1;
  if (argument < f.arguments.size()) std::from_chars(f.arguments[argument].data(), f.arguments[argument].data() + f.arguments[argument].size(), v);
  return v;
}

/// What the functions in kernels/ do, by their names and template arguments.
std::string part_of(const kernel_function& f, const plan::nest& k, const std::vector<std::string>& formulas) {
  auto formula = [&](int i) { return i >= 0 && static_cast<std::size_t>(i) < formulas.size() ? formulas[static_cast<std::size_t>(i)] : std::string(); };
  auto step = [&](int i) { return i >= 0 && i < k.instructions && k.code[i].what == plan::step::load ? "load " + formula(i) : formula(i); };
  if (f.name == "compute" || f.name == "load" || f.name == "load_at" || f.name == "compute_slots") return step(number_in(f, 1));
  if (f.name == "accumulate_slot" || f.name == "accumulate" || f.name == "multiply" || f.name == "products" || f.name == "multiply_add") {
    if (k.factor >= 0) return "sum += " + formula(k.term) + " * " + formula(k.factor);
    return "sum of " + formula(k.term);
  }
  if (f.name == "store_one" || f.name == "store_transposed" || f.name == "store_interleaved" || f.name == "store_slots") {
    const int s = number_in(f, 1);
    return s >= 0 && s < k.all_stores ? "store " + formula(k.store[s].value) : "";
  }
  if (f.name == "take" || f.name == "take_slots" || f.name == "conclude" || f.name == "whole") return "totals";
  if (f.name == "start" || f.name == "clear") return "sums begin at zero";
  if (f.name == "loop" || f.name == "advance") return "loop";
  return "";
}

std::string addr2line_for(architecture machine) {
  return first_program(machine == architecture::x86_64 ? std::vector<std::string>{"addr2line"} : std::vector<std::string>{"aarch64-linux-gnu-addr2line", "addr2line"});
}

/// Kernels of one image, in an object file of one section, asked for by one process.
class reader {
 public:
  reader(std::span<const sought> kernels, std::vector<std::vector<origin>>& origins) : kernels_(kernels), origins_(origins) {}

  void read(const image& i, const std::string& section, const std::vector<std::size_t>& which) {
    const std::string program = addr2line_for(i.machine);
    if (program.empty()) return;
    if (i.path.empty() && !copies_.contains(&i)) copies_.emplace(&i, std::make_unique<temporary_file>(i.file));
    // Names as they are mangled: each stands there for thousands of instructions, and is tens of kilobytes otherwise.
    std::vector<std::string> command{program, "-a", "-i", "-f", "-e", i.path.empty() ? copies_.at(&i)->path() : i.path};
    address base = 0;
    if (!section.empty()) {
      command.insert(command.end(), {"-j", section});
      base = i.chunk_at(kernels_[which.front()].of->code.begin)->at;
    }
    std::ostringstream addresses;
    for (const std::size_t k : which)
      for (const instruction& one : kernels_[k].of->code.code) addresses << std::hex << one.at - base << '\n';
    const std::string output = run(command, addresses.str()).output;
    std::string_view rest = output;
    for (const std::size_t k : which) origins_[k] = of_kernel(kernels_[k], rest);
  }

 private:
  static std::string_view line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto l = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return l;
  }

  const kernel_function& function_named(std::string_view mangled) {
    const auto [at, fresh] = functions_.try_emplace(std::string(mangled));
    if (fresh) at->second = kernel_function_in(demangled(at->first));
    return at->second;
  }

  /// Takes its lines from what the process has said: for each instruction its address, then functions and places, innermost first.
  std::vector<origin> of_kernel(const sought& k, std::string_view& rest) {
    const bool known = k.in != nullptr && static_cast<std::size_t>(k.of->number) < k.in->kernels.size();
    const auto formulas = known ? formulas_of(*k.in, k.of->number) : std::vector<std::string>();
    std::vector<origin> all(k.of->code.code.size());
    bool any = false;
    for (origin& o : all) {
      if (!line(rest).starts_with("0x")) return {};
      while (!rest.empty() && !rest.starts_with("0x")) {
        const auto name = line(rest), place = line(rest);
        if (name == "??") continue;
        any = true;
        const kernel_function& f = function_named(name);
        if (f.name.empty()) continue;
        // the first line that is the kernel's, not that of an instruction's own header
        if (o.line.empty() && place.find("-inl.hpp:") != place.npos) {
          const auto file = place.substr(place.find_last_of('/') + 1);
          o.line = file.substr(0, file.find(" ("));
        }
        if (o.part.empty() && known) o.part = part_of(f, k.in->kernels[static_cast<std::size_t>(k.of->number)].kernel, formulas);
      }
    }
    return any ? all : std::vector<origin>();
  }

  std::span<const sought> kernels_;
  std::vector<std::vector<origin>>& origins_;
  std::unordered_map<std::string, kernel_function> functions_;
  std::map<const image*, std::unique_ptr<temporary_file>> copies_;
};

}  // namespace

std::vector<std::vector<origin>> origins_of(std::span<const sought> kernels) {
  std::vector<std::vector<origin>> all(kernels.size());
  std::map<std::pair<const image*, std::string>, std::vector<std::size_t>> together;
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    const machine_code& m = kernels[k].of->code;
    const image::chunk* c = m.in->relocatable ? m.in->chunk_at(m.begin) : nullptr;
    together[{m.in, c == nullptr ? "" : c->section}].push_back(k);
  }
  reader r(kernels, all);
  for (const auto& [where, which] : together) r.read(*where.first, where.second, which);
  return all;
}

std::string reason_for_no_origins(const image& i) {
  return addr2line_for(i.machine).empty() ? "addr2line is not there: install binutils" : "compile with -g";
}

}  // namespace intarsia::tool
