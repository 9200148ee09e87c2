// SPDX-License-Identifier: Apache-2.0
#include "disassembly.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "error.hpp"
#include "process.hpp"

namespace intarsia::tool {

namespace {

/// A function that no symbol bounds is looked for in this many bytes; one with a symbol has at most so many.
constexpr std::uint64_t most_bytes = 1 << 18, most_bounded = 1 << 24;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string objdump_for(architecture machine) {
  const std::string found = machine == architecture::x86_64 ? first_program({"objdump", "x86_64-linux-gnu-objdump"}) : first_program({"aarch64-linux-gnu-objdump", "objdump"});
  if (found.empty()) throw error(std::string("machine code is shown by objdump, which is not there: install binutils") + (machine == architecture::x86_64 ? "" : "-aarch64-linux-gnu"));
  return found;
}

std::string objdump_text(architecture machine, std::span<const unsigned char> bytes, address at, const char* syntax) {
  const temporary_file file(bytes);
  std::vector<std::string> command{objdump_for(machine), "-D", "-w", "--no-show-raw-insn", "-b", "binary", "-m"};
  command.push_back(machine == architecture::x86_64 ? "i386:x86-64" : "aarch64");
  if (machine == architecture::x86_64) command.insert(command.end(), {"-M", syntax});
  command.insert(command.end(), {"--adjust-vma=" + std::to_string(at), file.path()});
  outcome o = run(command);
  if (o.status != 0) throw error("objdump cannot disassemble for this machine");
  return std::move(o.output);
}

std::vector<instruction> instructions_in(const image& i, address begin, std::span<const unsigned char> bytes) {
  std::vector<instruction> code;
  bool framed = false;
  const std::string text = objdump_text(i.machine, bytes, begin, "intel");
  for (const std::string_view line : lines_of(text)) {
    instruction one = parse(i.machine, line, framed);
    if (one.mnemonic.empty()) continue;
    framed = framed || one.text() == "mov rbp,rsp" || one.text() == "mov x29, sp" || one.text().starts_with("add x29, sp");
    if (!code.empty()) code.back().size = static_cast<unsigned>(one.at - code.back().at);
    code.push_back(std::move(one));
  }
  if (!code.empty()) code.back().size = static_cast<unsigned>(begin + bytes.size() - code.back().at);
  return code;
}

/// Up to the first instruction that does not go on, beyond which no jump has led.
std::size_t end_of_function(const std::vector<instruction>& code) {
  address farthest = 0;
  for (std::size_t k = 0; k < code.size(); ++k) {
    if (code[k].what == kind::branch && code[k].target && *code[k].target > farthest && *code[k].target - code[k].at < most_bytes) farthest = *code[k].target;
    const bool leaves = code[k].what == kind::ret || (code[k].what == kind::branch && !code[k].conditional);
    if (leaves && code[k].at >= farthest) return k + 1;
  }
  return code.size();
}

/// A stub that jumps through a table: the name is in the table's relocation.
std::string name_behind_stub(const image& i, address at) {
  const auto bytes = i.bytes_at(at);
  for (std::size_t k = 0; k + 6 <= std::min<std::size_t>(bytes.size(), 12); ++k)
    if (bytes[k] == 0xff && bytes[k + 1] == 0x25) {
      std::int32_t distance;
      std::memcpy(&distance, bytes.data() + k + 2, sizeof distance);
      const auto found = i.references.find(at + k + 6 + static_cast<address>(static_cast<std::int64_t>(distance)));
      if (found != i.references.end()) return found->second;
    }
  return "";
}

void add_note(const image& i, address begin, address end, instruction& one) {
  const auto reference = i.references.lower_bound(one.at);
  if (reference != i.references.end() && reference->first < one.at + one.size) {
    one.note = demangled(reference->second);
    one.target.reset();  // what stands there before linking means nothing
  } else if (one.target && (*one.target < begin || *one.target >= end)) {
    const symbol* s = i.function_around(*one.target);
    one.note = s != nullptr ? demangled(s->name) : i.machine == architecture::x86_64 ? name_behind_stub(i, *one.target) : "";
  }
  if (one.note.size() > 160) one.note = one.note.substr(0, 157) + "...";
  if (one.target && (*one.target < begin || *one.target >= end || one.what != kind::branch)) one.target.reset();
}

}  // namespace

std::string machine_code::place(address at) const {
  char text[17];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(at - begin));
  return text;
}

machine_code disassemble(const image& i, address begin) {
  machine_code m;
  m.in = &i;
  m.begin = begin;
  const image::chunk* c = i.chunk_at(begin);
  if (c == nullptr || !c->executable) throw error("the address of a kernel leads to no code");
  auto bytes = i.bytes_at(begin);
  const symbol* s = i.function_at(begin);
  const bool bounded = s != nullptr && s->size > 0 && s->size <= bytes.size();
  if (bounded && s->size > most_bounded) throw error("the code of a kernel has " + std::to_string(s->size) + " bytes, more than any kernel");
  bytes = bytes.first(bounded ? s->size : std::min<std::uint64_t>(bytes.size(), most_bytes));
  m.code = instructions_in(i, begin, bytes);
  if (!bounded) m.code.resize(end_of_function(m.code));
  if (m.code.empty()) throw error("the address of a kernel leads to no code");
  const address end = begin + m.bytes();
  for (instruction& one : m.code) add_note(i, begin, end, one);
  return m;
}

std::vector<std::string> mca_lines(const image& i, address begin, std::uint64_t bytes) {
  const std::string text = objdump_text(i.machine, i.bytes_at(begin).first(bytes), begin, "att");
  std::vector<std::string> lines;
  for (const std::string_view line : lines_of(text)) {
    const auto colon = line.find(":\t");
    if (colon == line.npos || parse(i.machine, line, false).mnemonic.empty()) continue;
    std::string_view rest = line.substr(colon + 2);
    lines.emplace_back(rest.substr(0, rest.find(i.machine == architecture::x86_64 ? "#" : "//")));
  }
  return lines;
}

}  // namespace intarsia::tool
