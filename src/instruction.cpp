// SPDX-License-Identifier: Apache-2.0
#include "instruction.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

namespace intarsia::tool {

namespace {

bool starts(std::string_view s, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [s](std::string_view p) { return s.starts_with(p); });
}
bool is_one_of(std::string_view s, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), s) != words.end(); }

std::optional<address> hexadecimal(std::string_view s) {
  if (s.starts_with("0x")) s.remove_prefix(2);
  address value = 0;
  const auto [end, bad] = std::from_chars(s.data(), s.data() + s.size(), value, 16);
  if (bad != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

void erase_all(std::string& s, std::string_view what) {
  for (auto at = s.find(what); at != std::string::npos; at = s.find(what)) s.erase(at, what.size());
}

/// The operands, parted by commas outside of brackets and braces.
std::vector<std::string_view> parts_of(std::string_view operands) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= operands.size(); ++i) {
    if (i == operands.size() || (operands[i] == ',' && depth == 0)) {
      if (i > begin) parts.push_back(operands.substr(begin, i - begin));
      begin = i + 1;
    } else if (std::strchr("[({", operands[i]) != nullptr) ++depth;
    else if (std::strchr("])}", operands[i]) != nullptr) --depth;
  }
  return parts;
}

/// Names of registers in an operand, each by the name of the whole register: ymm3 is zmm3, eax is rax.
void note_registers(architecture machine, std::string_view operand, std::vector<std::string>& into) {
  std::size_t i = 0;
  while (i < operand.size()) {
    if (!std::isalpha(static_cast<unsigned char>(operand[i]))) {
      // a number, and the letters in it
      if (std::isdigit(static_cast<unsigned char>(operand[i])))
        while (i < operand.size() && std::isalnum(static_cast<unsigned char>(operand[i]))) ++i;
      else ++i;
      continue;
    }
    std::size_t end = i;
    while (end < operand.size() && std::isalnum(static_cast<unsigned char>(operand[end]))) ++end;
    const std::string word(operand.substr(i, end - i));
    i = end;
    std::string whole;
    const bool numbered = word.size() > 1 && std::all_of(word.begin() + 1, word.end(), [](unsigned char c) { return std::isdigit(c); });
    if (machine == architecture::aarch64) {
      if (numbered && std::strchr("vqdshb", word[0]) != nullptr) whole = "v" + word.substr(1);
      else if (numbered && (word[0] == 'x' || word[0] == 'w')) whole = "x" + word.substr(1);
    } else if (starts(word, {"xmm", "ymm", "zmm"})) whole = "zmm" + word.substr(3);
    else if (numbered && word[0] == 'k') whole = word;
    else if (word[0] == 'r' && word.size() > 1 && std::isdigit(static_cast<unsigned char>(word[1]))) whole = word.substr(0, word.find_first_not_of("0123456789", 1));
    else
      for (const char* base : {"ax", "bx", "cx", "dx", "si", "di", "bp", "sp"})
        if (word == base || word == std::string("r") + base || word == std::string("e") + base || word == std::string(base) + "l" || (base[1] == 'x' && word == std::string{base[0], 'l'}))
          whole = std::string("r") + base;
    if (!whole.empty() && std::find(into.begin(), into.end(), whole) == into.end()) into.push_back(whole);
  }
}

// ---- x86-64, Intel's syntax ----

int lanes_of(std::string_view mnemonic, std::string_view operands) {
  if (mnemonic.size() < 2) return 0;
  const std::string_view type = mnemonic.substr(mnemonic.size() - 2);
  if (type == "ss" || type == "sd") return 1;
  const int floats = operands.find("zmm") != operands.npos ? 16 : operands.find("ymm") != operands.npos ? 8 : 4;
  return type == "ps" ? floats : type == "pd" ? floats / 2 : 0;
}

kind vector_kind(std::string_view base, bool memory_first, bool memory) {
  if (starts(base, {"fmadd", "fmsub", "fnmadd", "fnmsub"})) return kind::fma;
  if (starts(base, {"extract", "pextr", "compress"}) && memory_first) return kind::store;
  if (starts(base, {"gather", "pgather"})) return kind::load;
  if (starts(base, {"scatter", "pscatter"})) return kind::store;
  if (starts(base, {"broadcast", "pbroadcast"})) return memory ? kind::load : kind::shuffle;
  if (starts(base, {"perm", "shuf", "pshuf", "unpck", "punpck", "palign", "align", "insert", "pinsr", "extract", "pextr", "movddup", "movshdup", "movsldup", "movhlps",
                    "movlhps", "pack", "expand", "compress", "pslldq", "psrldq"}))
    return kind::shuffle;
  if (starts(base, {"mov", "pmovm", "maskmov", "pmaskmov", "lddqu"}) && !starts(base, {"movmsk"})) return memory_first ? kind::store : memory ? kind::load : kind::move;
  if (starts(base, {"cmp", "pcmp", "blend", "pblend", "test", "ptest", "pmovmsk", "movmsk", "ucomi", "comi", "and", "or", "xor", "pand", "por", "pxor", "ptern", "fpclass"}))
    return kind::mask;
  return kind::arithmetic;
}

void classify_x86(instruction& i, bool framed) {
  const std::string_view m = i.mnemonic;
  const auto parts = parts_of(i.operands);
  auto is_memory = [](std::string_view p) { return p.find('[') != p.npos; };
  const bool memory_first = !parts.empty() && is_memory(parts[0]);
  const bool memory = std::any_of(parts.begin(), parts.end(), is_memory) && !starts(m, {"lea", "nop", "prefetch", "endbr"});
  const bool vector = std::any_of(parts.begin(), parts.end(), [](std::string_view p) { return p.find("mm") != p.npos; });
  if (starts(m, {"call"})) i.what = kind::call;
  else if (starts(m, {"ret"})) i.what = kind::ret;
  else if (m[0] == 'j' || starts(m, {"loop", "notrack jmp", "bnd jmp"})) {
    i.what = kind::branch;
    i.conditional = !m.ends_with("jmp");
  } else if (vector) i.what = vector_kind(m[0] == 'v' ? m.substr(1) : m, memory_first, memory);
  else if (m[0] == 'k' && m.size() > 3) i.what = kind::mask;
  else if (starts(m, {"nop", "endbr", "vzero", "prefetch", "data16", "cs nop", "ud2", "int3"})) i.what = kind::other;
  else if (is_one_of(m, {"push"})) i.what = kind::store;
  else if (is_one_of(m, {"pop"})) i.what = kind::load;
  else if (starts(m, {"mov"}) && parts.size() == 2) i.what = memory_first ? kind::store : memory ? kind::load : kind::move;
  else i.what = kind::integer;
  if (memory && i.what != kind::call && i.what != kind::branch) {
    const bool only_reads = i.what == kind::load || starts(m, {"cmp", "test", "ucomi", "comi", "vucomi", "vcomi", "bt"}) || !memory_first;
    const bool only_writes = i.what == kind::store || starts(m, {"set"});
    i.loads = !only_writes;
    i.stores = !only_reads;
    i.stack = i.operands.find("[rsp") != std::string::npos || (framed && i.operands.find("[rbp") != std::string::npos);
  }
  const std::string_view base = m[0] == 'v' ? m.substr(1) : m;
  i.gathers = base.find("gather") != base.npos || base.find("scatter") != base.npos;
  i.division = starts(base, {"div", "idiv"});
  if (i.what == kind::fma) i.flops = 2 * lanes_of(m, i.operands);
  else if (i.what == kind::arithmetic && starts(base, {"add", "sub", "mul", "div", "min", "max", "sqrt"})) i.flops = lanes_of(m, i.operands);
}

// ---- AArch64 ----

void classify_arm(instruction& i, bool framed) {
  const std::string_view m = i.mnemonic;
  const bool vector = starts(i.operands, {"v", "q", "{v", "{ v", "s", "d"}) && !i.operands.starts_with("sp");
  if (starts(m, {"bl"}) && !starts(m, {"ble", "blt", "bls"})) i.what = kind::call;
  else if (starts(m, {"ret"})) i.what = kind::ret;
  else if (m == "b" || m == "br" || starts(m, {"b.", "cb", "tb"})) {
    i.what = kind::branch;
    i.conditional = m != "b" && m != "br";
  } else if (starts(m, {"ld"})) i.what = kind::load;
  else if (starts(m, {"st"})) i.what = kind::store;
  else if (starts(m, {"fmla", "fmls", "fmadd", "fmsub", "fnmadd", "fnmsub"})) i.what = kind::fma;
  else if (vector && starts(m, {"fcm", "cm", "bsl", "bit", "bif", "and", "orr", "eor", "bic"})) i.what = kind::mask;
  else if (vector && starts(m, {"dup", "zip", "uzp", "trn", "ext", "tbl", "ins", "rev"})) i.what = kind::shuffle;
  else if (starts(m, {"mov", "fmov"})) i.what = kind::move;
  else if (starts(m, {"nop", "bti", "hint", "prfm", "paciasp", "autiasp"})) i.what = kind::other;
  else i.what = vector || m[0] == 'f' ? kind::arithmetic : kind::integer;
  i.loads = i.what == kind::load;
  i.stores = i.what == kind::store;
  i.stack = (i.loads || i.stores) && (i.operands.find("[sp") != std::string::npos || (framed && i.operands.find("[x29") != std::string::npos));
  i.division = starts(m, {"fdiv", "sdiv", "udiv"});
  const int lanes = i.operands.find(".4s") != std::string::npos ? 4 : i.operands.find(".2") != std::string::npos ? 2 : 1;
  if (i.what == kind::fma) i.flops = 2 * lanes;
  else if (starts(m, {"fadd", "fsub", "fmul", "fdiv", "fmin", "fmax", "fsqrt"})) i.flops = lanes;
}

}  // namespace

const char* name_of(kind k) {
  constexpr const char* names[kinds] = {"fma", "arithmetic", "shuffle", "load", "store", "move", "mask", "integer", "branch", "call", "return", "other"};
  return names[static_cast<int>(k)];
}

std::string instruction::tags() const {
  std::string s = name_of(what);
  if (loads && what != kind::load) s += " load";
  if (stores && what != kind::store) s += " store";
  if (stack) s += " spill";
  if (gathers) s += " gather";
  if (division) s += " division";
  return s;
}

instruction parse(architecture machine, std::string_view line, bool framed) {
  instruction i;
  const auto colon = line.find(":\t");
  if (colon == line.npos) return i;
  std::string_view number = line.substr(0, colon);
  number.remove_prefix(std::min(number.find_first_not_of(' '), number.size()));
  const auto at = hexadecimal(number);
  if (!at) return i;
  i.at = *at;
  std::string_view rest = line.substr(colon + 2);
  const std::size_t comment = rest.find(machine == architecture::x86_64 ? "#" : "//");
  if (comment != rest.npos) {
    const auto refers = rest.substr(comment + 1);
    if (refers.starts_with(" 0x")) i.note = std::string(refers.substr(1));
    rest = rest.substr(0, comment);
  }
  while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.back()))) rest.remove_suffix(1);
  std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  if (is_one_of(rest.substr(0, end), {"rep", "repz", "repnz", "lock", "notrack", "bnd", "data16", "cs", "ds"})) {
    const auto next = rest.find_first_not_of(" \t", end);
    if (next != rest.npos) end = std::min(rest.find_first_of(" \t", next), rest.size());
  }
  i.mnemonic = std::string(rest.substr(0, end));
  const auto first = rest.find_first_not_of(" \t", end);
  i.operands = first == rest.npos ? "" : std::string(rest.substr(first));
  if (machine == architecture::x86_64) {
    for (const char* word : {"ZMMWORD PTR ", "YMMWORD PTR ", "XMMWORD PTR ", "QWORD PTR ", "DWORD PTR ", "WORD PTR ", "BYTE PTR "}) erase_all(i.operands, word);
    for (auto bcst = i.operands.find("WORD BCST "); bcst != std::string::npos; bcst = i.operands.find("WORD BCST ")) i.operands.replace(bcst - 1, 11, "bcst ");
  }
  if (i.mnemonic.empty()) i.mnemonic = "(bad)";
  if (machine == architecture::x86_64) classify_x86(i, framed);
  else classify_arm(i, framed);
  if (i.what == kind::branch || i.what == kind::call) {
    const auto parts = parts_of(i.operands);
    if (!parts.empty()) {
      std::string_view to = parts.back();
      to.remove_prefix(std::min(to.find_first_not_of(' '), to.size()));
      i.target = hexadecimal(to);
    }
  }
  for (const std::string_view part : parts_of(i.operands))
    if (!i.target || part.find("0x") == part.npos) note_registers(machine, part, i.registers);
  return i;
}

}  // namespace intarsia::tool
