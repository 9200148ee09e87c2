// SPDX-License-Identifier: Apache-2.0
#include "image.hpp"

#include <cxxabi.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "error.hpp"

namespace intarsia::tool {

namespace {

struct end_elf {
  void operator()(Elf* e) const { elf_end(e); }
};
using elf = std::unique_ptr<Elf, end_elf>;

/// What a relocation asks for, on any machine.
enum class fixup : std::uint8_t { other, word, relative, name };

fixup fixup_of(architecture machine, std::uint64_t type) {
  if (machine == architecture::x86_64) switch (type) {
      case R_X86_64_64: return fixup::word;
      case R_X86_64_RELATIVE: return fixup::relative;
      default: return fixup::name;
    }
  switch (type) {
    case R_AARCH64_ABS64: return fixup::word;
    case R_AARCH64_RELATIVE: return fixup::relative;
    default: return fixup::name;
  }
}

/// One ELF object becomes one image.
class object_reader {
 public:
  object_reader(Elf* e, image& out) : elf_(e), out_(out) {
    std::size_t size = 0;
    const char* file = elf_rawfile(e, &size);
    file_ = {reinterpret_cast<const unsigned char*>(file), file == nullptr ? 0 : size};
  }

  void read() {
    GElf_Ehdr header;
    if (gelf_getehdr(elf_, &header) == nullptr) throw error("is damaged: it has no ELF header that can be read");
    if (gelf_getclass(elf_) != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) throw error("is not for a little-endian 64-bit machine");
    if (header.e_machine == EM_X86_64) out_.machine = architecture::x86_64;
    else if (header.e_machine == EM_AARCH64) out_.machine = architecture::aarch64;
    else throw error("is for a machine other than x86-64 and AArch64");
    relocatable_ = header.e_type == ET_REL;
    out_.relocatable = relocatable_;
    out_.file = file_;
    elf_getshdrstrndx(elf_, &names_);
    read_sections();
    if (out_.chunks.empty() && !relocatable_) read_segments();
    std::sort(out_.chunks.begin(), out_.chunks.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    for (Elf_Scn* s = elf_nextscn(elf_, nullptr); s != nullptr; s = elf_nextscn(elf_, s)) read_tables(s);
    auto& f = out_.functions;
    std::sort(f.begin(), f.end(), [](const symbol& a, const symbol& b) { return a.at != b.at ? a.at < b.at : a.size > b.size; });
    f.erase(std::unique(f.begin(), f.end(), [](const symbol& a, const symbol& b) { return a.at == b.at; }), f.end());
  }

 private:
  std::span<const unsigned char> part_of_file(std::uint64_t offset, std::uint64_t size) const {
    if (offset > file_.size() || size > file_.size() - offset) return {};
    return file_.subspan(offset, size);
  }

  void read_sections() {
    address next = 0x1000000;
    for (Elf_Scn* s = elf_nextscn(elf_, nullptr); s != nullptr; s = elf_nextscn(elf_, s)) {
      GElf_Shdr h;
      bases_.resize(std::max(bases_.size(), elf_ndxscn(s) + 1));
      if (gelf_getshdr(s, &h) == nullptr || (h.sh_flags & SHF_ALLOC) == 0 || h.sh_type == SHT_NOBITS) continue;
      address at = h.sh_addr;
      if (relocatable_) {
        at = next;
        next += (h.sh_size & 0xffffffffff) / 4096 * 4096 + 8192;
      }
      bases_[elf_ndxscn(s)] = at;
      const auto bytes = part_of_file(h.sh_offset, h.sh_size);
      if (!bytes.empty() && at + bytes.size() >= at) out_.chunks.push_back({at, bytes, (h.sh_flags & SHF_EXECINSTR) != 0, text_at(names_, h.sh_name)});
    }
  }
  std::string text_at(std::size_t table, std::size_t at) const {
    const char* text = elf_strptr(elf_, table, at);
    return text == nullptr ? "" : text;
  }

  /// Without section headers: what the loader sees.
  void read_segments() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_, &count) != 0) return;
    for (std::size_t i = 0; i < count && i < 1024; ++i) {
      GElf_Phdr h;
      if (gelf_getphdr(elf_, static_cast<int>(i), &h) == nullptr || h.p_type != PT_LOAD) continue;
      const auto bytes = part_of_file(h.p_offset, h.p_filesz);
      if (!bytes.empty() && h.p_vaddr + bytes.size() >= h.p_vaddr) out_.chunks.push_back({h.p_vaddr, bytes, (h.p_flags & PF_X) != 0, ""});
    }
  }

  void read_tables(Elf_Scn* s) {
    GElf_Shdr h;
    if (gelf_getshdr(s, &h) == nullptr || h.sh_entsize == 0) return;
    if (h.sh_type != SHT_SYMTAB && h.sh_type != SHT_DYNSYM && h.sh_type != SHT_RELA && h.sh_type != SHT_RELR) return;
    Elf_Data* data = elf_getdata(s, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return;
    const std::size_t count = data->d_size / h.sh_entsize;
    for (std::size_t i = 0; i < count && i < 100'000'000; ++i) {
      if (h.sh_type == SHT_RELA) read_relocation(data, static_cast<int>(i), h);
      else if (h.sh_type != SHT_RELR) read_symbol(data, static_cast<int>(i), h);
    }
    if (h.sh_type == SHT_RELR) read_packed(data);
  }

  std::optional<address> address_of(const GElf_Sym& s) const {
    if (s.st_shndx == SHN_UNDEF || s.st_shndx >= SHN_LORESERVE) return std::nullopt;
    if (!relocatable_) return s.st_value;
    if (s.st_shndx >= bases_.size() || bases_[s.st_shndx] == 0) return std::nullopt;
    return bases_[s.st_shndx] + s.st_value;
  }

  void read_symbol(Elf_Data* data, int i, const GElf_Shdr& table) {
    GElf_Sym s;
    if (gelf_getsym(data, i, &s) == nullptr || GELF_ST_TYPE(s.st_info) != STT_FUNC) return;
    if (const auto at = address_of(s)) out_.functions.push_back({*at, s.st_size, text_at(table.sh_link, s.st_name)});
  }

  void read_relocation(Elf_Data* data, int i, const GElf_Shdr& table) {
    GElf_Rela r;
    if (gelf_getrela(data, i, &r) == nullptr) return;
    address at = r.r_offset;
    if (relocatable_) {
      if (table.sh_info >= bases_.size() || bases_[table.sh_info] == 0) return;
      at += bases_[table.sh_info];
    }
    const fixup what = fixup_of(out_.machine, GELF_R_TYPE(r.r_info));
    if (what == fixup::relative) {
      out_.pointers[at] = static_cast<address>(r.r_addend);
      return;
    }
    GElf_Shdr symbols;
    Elf_Scn* section = elf_getscn(elf_, table.sh_link);
    if (section == nullptr || gelf_getshdr(section, &symbols) == nullptr) return;
    Elf_Data* symbol_data = elf_getdata(section, nullptr);
    GElf_Sym s;
    if (symbol_data == nullptr || gelf_getsym(symbol_data, static_cast<int>(GELF_R_SYM(r.r_info)), &s) == nullptr) return;
    if (what == fixup::word) {
      if (const auto target = address_of(s)) out_.pointers[at] = *target + static_cast<address>(r.r_addend);
    }
    std::string name = text_at(symbols.sh_link, s.st_name);
    if (!name.empty()) out_.references.emplace(at, std::move(name));
  }

  /// Relative relocations as bit maps: the addend stands in the word itself.
  void read_packed(const Elf_Data* data) {
    address where = 0;
    auto relocate = [&](address at) {
      const auto bytes = out_.bytes_at(at);
      if (bytes.size() < 8) return;
      address value;
      std::memcpy(&value, bytes.data(), 8);
      out_.pointers[at] = value;
    };
    for (std::size_t i = 0; i + 8 <= data->d_size; i += 8) {
      std::uint64_t entry;
      std::memcpy(&entry, static_cast<const char*>(data->d_buf) + i, 8);
      if ((entry & 1) == 0) {
        relocate(entry);
        where = entry + 8;
      } else {
        for (int bit = 1; bit < 64; ++bit)
          if (entry >> bit & 1) relocate(where + 8 * static_cast<address>(bit - 1));
        where += 8 * 63;
      }
    }
  }

  Elf* elf_;
  image& out_;
  std::span<const unsigned char> file_;
  bool relocatable_ = false;
  std::size_t names_ = 0;
  std::vector<address> bases_;  // of the sections
};

std::vector<unsigned char> contents_of(const std::string& path) {
  if (std::filesystem::is_directory(path)) throw error("'" + path + "' is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw error("there is no file '" + path + "' that can be read");
  std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(file)), {});
  if (file.bad()) throw error("'" + path + "' cannot be read");
  return bytes;
}

}  // namespace

const image::chunk* image::chunk_at(address at) const {
  auto after = std::upper_bound(chunks.begin(), chunks.end(), at, [](address a, const chunk& c) { return a < c.at; });
  if (after == chunks.begin()) return nullptr;
  const chunk& c = *--after;
  return at - c.at < c.bytes.size() ? &c : nullptr;
}

std::span<const unsigned char> image::bytes_at(address at) const {
  const chunk* c = chunk_at(at);
  return c == nullptr ? std::span<const unsigned char>() : c->bytes.subspan(at - c->at);
}

std::optional<address> image::pointer_at(address at) const {
  if (auto found = pointers.find(at); found != pointers.end()) return found->second;
  const auto bytes = bytes_at(at);
  address value = 0;
  if (bytes.size() < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

const symbol* image::function_around(address at) const {
  auto after = std::upper_bound(functions.begin(), functions.end(), at, [](address a, const symbol& s) { return a < s.at; });
  if (after == functions.begin()) return nullptr;
  const symbol& s = *--after;
  return s.at == at || at - s.at < s.size ? &s : nullptr;
}

const symbol* image::function_at(address at) const {
  const symbol* s = function_around(at);
  return s != nullptr && s->at == at ? s : nullptr;
}

binary::binary(const std::string& path) : path_(path) {
  auto bytes = contents_of(path);
  constexpr std::string_view thin = "!<thin>\n";
  if (bytes.size() >= thin.size() && std::equal(thin.begin(), thin.end(), bytes.begin())) read_thin(bytes);
  else read(std::move(bytes), "");
}
binary::binary(const std::string& name, std::vector<unsigned char> bytes) : path_(name) { read(std::move(bytes), ""); }

void binary::read(std::vector<unsigned char> bytes, const std::string& member) {
  elf_version(EV_CURRENT);
  auto fail = [this](const std::string& why) -> error { return error("'" + path_ + "' " + why); };
  if (bytes.empty()) throw fail("is empty");
  files_.push_back(std::move(bytes));
  const elf file(elf_memory(reinterpret_cast<char*>(files_.back().data()), files_.back().size()));
  const Elf_Kind kind = file == nullptr ? ELF_K_NONE : elf_kind(file.get());
  if (kind != ELF_K_ELF && kind != ELF_K_AR) throw fail("is no ELF object, executable, library or archive");
  auto add = [this](Elf* e, const std::string& name) {
    image i;
    i.member = name;
    if (name.empty()) i.path = path_;
    object_reader(e, i).read();
    images_.push_back(std::move(i));
  };
  try {
    if (kind == ELF_K_ELF) return add(file.get(), member);
    Elf_Cmd command = ELF_C_READ_MMAP;  // from memory: with ELF_C_READ members are read from a file that is not there
    while (command != ELF_C_NULL) {
      const elf part(elf_begin(-1, command, file.get()));
      if (part == nullptr) break;
      const Elf_Arhdr* header = elf_getarhdr(part.get());
      if (header == nullptr) throw error("is a damaged archive");
      if (elf_kind(part.get()) == ELF_K_ELF) add(part.get(), header->ar_name == nullptr ? "" : header->ar_name);
      command = elf_next(part.get());
    }
  } catch (const error& e) {
    throw fail(e.what());
  }
}

/// An archive that only names the files of its members, as Meson makes them: headers of 60 characters, one table of long names.
void binary::read_thin(const std::vector<unsigned char>& archive) {
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  const auto folder = std::filesystem::path(path_).parent_path();
  std::string_view names;
  for (std::size_t at = 8; at + 60 <= text.size(); at += at % 2) {
    const std::string_view name = text.substr(at, 16);
    const auto size = std::strtoull(std::string(text.substr(at + 48, 10)).c_str(), nullptr, 10);
    at += 60;
    if (name[0] != '/') read(contents_of(folder / name.substr(0, name.find('/'))), std::string(name.substr(0, name.find('/'))));
    else if (name[1] >= '0' && name[1] <= '9') {
      const auto begin = std::strtoull(std::string(name.substr(1)).c_str(), nullptr, 10);
      if (begin >= names.size()) throw error("'" + path_ + "' is a damaged archive");
      const std::string member(names.substr(begin, names.find("/\n", begin) - begin));
      read(contents_of(folder / member), member);
    } else {  // tables are in the archive itself
      if (size > text.size() - at) throw error("'" + path_ + "' is a damaged archive");
      if (name[1] == '/') names = text.substr(at, size);
      at += size;
    }
  }
}

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  std::string s = status == 0 && text != nullptr ? text.get() : name;
  for (char& c : s)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return s;
}

}  // namespace intarsia::tool
