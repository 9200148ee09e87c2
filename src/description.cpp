// SPDX-License-Identifier: Apache-2.0
#include "description.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

#include "error.hpp"
#include "intarsia/ir/wire.hpp"
#include "intarsia/run/record.hpp"

namespace intarsia::tool {

namespace {

constexpr std::uint32_t most_kernels = 100'000;

std::string text_from(ir::wire::reader& r) {
  std::string s(static_cast<std::size_t>(r.count()), ' ');
  for (char& c : s) c = static_cast<char>(r.byte());
  for (char& c : s)  // for terminals
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return s;
}

int distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    int corner = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int change = corner + (a[i] != b[j]);
      corner = row[j + 1];
      row[j + 1] = std::min({change, corner + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& names, const char* between) {
  std::string s;
  for (const std::string& n : names) s += (s.empty() ? "" : between) + n;
  return s;
}

}  // namespace

description read_description(const image& i, address at) {
  auto damaged = [&](const std::string& why) { return error("holds a damaged description: " + why); };
  const auto bytes = i.bytes_at(at);
  run::record_head head;
  if (bytes.size() < sizeof head) throw damaged("it ends early");
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.format != run::record_format)
    throw error("was made with another version of Intarsia: its descriptions have format " + std::to_string(head.format) + ", this tool reads " +
                std::to_string(run::record_format));
  const std::uint64_t start = sizeof head + 8 * std::uint64_t{head.kernels};
  if (head.kernels > most_kernels || start + head.bytes > bytes.size()) throw damaged("it ends early");
  const unsigned char* const body = bytes.data() + start;
  if (run::hash_of(body, head.bytes) != head.hash) throw damaged("its bytes have changed");

  description d;
  d.in = &i;
  d.at = at;
  for (std::uint32_t k = 0; k < head.kernels; ++k) {
    const address function = i.pointer_at(at + sizeof head + 8 * std::uint64_t{k}).value_or(0);
    const image::chunk* c = i.chunk_at(function);
    d.kernels.push_back(c != nullptr && c->executable ? function : 0);
  }
  ir::wire::reader r(body, head.bytes);
  d.name = text_from(r);
  d.target = text_from(r);
  d.signature = text_from(r);
  r(d.prepared), r(d.machine.vector_bytes), r(d.machine.registers);
  r(d.cost.flops), r(d.cost.bytes), r(d.cost.workspace_bytes), r(d.prepared_bytes), r(d.cost.kernels);
  if (!r.failed() && d.cost.kernels != static_cast<int>(head.kernels)) throw damaged("it counts its kernels twice, differently");
  for (std::uint32_t k = 0; k < head.kernels && !r.failed(); ++k) {
    std::uint32_t print = 0;
    r(print);
    d.fingerprints.push_back(print);
  }
  std::uint32_t dialect = 0;
  r(dialect);
  if (r.failed()) throw damaged("it ends early");
  if (dialect != ir::wire::dialect()) return d;
  if (d.machine.vector_bytes < 4 || d.machine.vector_bytes > 256 || d.machine.registers < 4 || d.machine.registers > 64) throw damaged("there is no such machine");
  auto graph = std::make_shared<ir::graph>(ir::wire::read(r));
  if (r.failed() || !r.finished()) throw damaged("its graph cannot be read");
  if (const std::string why = fault_in(*graph); !why.empty()) throw damaged(why);
  d.graph = std::move(graph);
  return d;
}

std::vector<description> descriptions_in(const binary& b) {
  std::vector<description> all;
  std::vector<std::span<const unsigned char>> seen;
  for (const image& i : b.images())
    for (const image::chunk& c : i.chunks) {
      if (c.executable) continue;
      const auto *at = c.bytes.data(), *const end = at + c.bytes.size();
      while ((at = std::search(at, end, std::begin(run::record_magic), std::end(run::record_magic))) != end) {
        try {
          description d = read_description(i, c.at + static_cast<address>(at - c.bytes.data()));
          std::uint32_t count;
          std::memcpy(&count, at + offsetof(run::record_head, bytes), sizeof count);
          const std::span record(at + sizeof(run::record_head) + 8 * d.kernels.size(), count);
          const bool again = std::any_of(seen.begin(), seen.end(), [&](const auto& s) { return std::equal(s.begin(), s.end(), record.begin(), record.end()); });
          seen.push_back(record);
          if (!again) all.push_back(std::move(d));
        } catch (const error& e) {
          throw error("'" + b.path() + "' " + e.what());
        }
        ++at;
      }
    }
  std::sort(all.begin(), all.end(), [](const description& a, const description& c) { return std::tie(a.name, a.target, a.prepared, a.signature) < std::tie(c.name, c.target, c.prepared, c.signature); });
  for (auto first = all.begin(); first != all.end();) {
    const auto last = std::find_if(first, all.end(), [&](const description& d) { return d.name != first->name; });
    if (last - first > 1)
      for (auto d = first; d != last; ++d) d->number = static_cast<int>(d - first) + 1;
    first = last;
  }
  if (all.empty())
    throw error("'" + b.path() + "' holds no description of a function\n  a function is described if it has a name, ia::compile<\"step\">(...), and is called;\n"
                "  a binary built with INTARSIA_NO_DESCRIPTIONS has none");
  return all;
}

std::string label_of(const description& d) { return d.number > 0 ? d.name + "#" + std::to_string(d.number) : d.name; }

std::vector<description> find(const std::vector<description>& all, const std::string& name, const std::string& target, const std::string& path) {
  std::vector<description> found;
  for (const description& d : all)
    if ((d.name == name || label_of(d) == name) && (target.empty() || d.target == target)) found.push_back(d);
  if (!found.empty()) return found;
  std::vector<std::string> names, targets;
  for (const description& d : all) {
    if (std::find(names.begin(), names.end(), d.name) == names.end()) names.push_back(d.name);
    if ((d.name == name || label_of(d) == name) && std::find(targets.begin(), targets.end(), d.target) == targets.end()) targets.push_back(d.target);
  }
  if (!targets.empty()) throw error("'" + name + "' is not built for " + target + ": there is " + joined(targets, ", "));
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) { return std::pair(distance(a, name), a) < std::pair(distance(b, name), b); });
  if (names.size() > 3) names.resize(3);
  throw error("'" + path + "' has no function '" + name + "'; nearest: " + joined(names, ", "));
}

description find_one(const std::vector<description>& all, const std::string& name, const std::string& target, const std::string& path) {
  const auto found = find(all, name, target, path);
  if (found.size() == 1) return found[0];
  std::string choices;
  for (const description& d : found) choices += "\n  " + label_of(d) + "  " + d.target + (d.prepared ? ", prepared" : "") + "  " + d.signature;
  throw error("there are several functions '" + name + "': say which" + choices);
}

}  // namespace intarsia::tool
