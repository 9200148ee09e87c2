// SPDX-License-Identifier: Apache-2.0
#include "listing.hpp"

#include <algorithm>

#include "names.hpp"

namespace intarsia::tool {

namespace {

tint tint_of(const instruction& i) {
  if (i.stack || i.what == kind::call || i.division || i.gathers) return tint::red;
  switch (i.what) {
    case kind::fma: return tint::green;
    case kind::load: return tint::cyan;
    case kind::store: return tint::magenta;
    case kind::branch: case kind::ret: return tint::yellow;
    case kind::integer: case kind::move: case kind::other: return tint::faint;
    default: return tint::plain;
  }
}

std::string per_fma(int n, int fmas) { return with_digits(fmas == 0 ? 0 : static_cast<double>(n) / fmas, 2); }

/// Mentions of the kernel's whole specification say nothing to a reader.
std::string without_specification(std::string name) {
  for (const std::string_view nest : {"nest_kernel<", "nest_on<"}) {
    const auto at = name.find(nest);
    if (at == std::string::npos) continue;
    const auto open = at + nest.size() - 1;
    int depth = 0;
    for (std::size_t i = open; i < name.size(); ++i) {
      if (name[i] == '<') ++depth;
      if (name[i] == '>' && --depth == 0) return name.substr(0, open + 1) + "..." + name.substr(i);
    }
  }
  return name;
}

}  // namespace

std::string shown_text(const kernel& k, const instruction& i) {
  std::string text = padded_right(i.mnemonic, 12) + " ";
  if (!i.target) return text + i.operands;
  const auto at = i.operands.find_last_of(" ,");
  return text + (at == std::string::npos ? "" : i.operands.substr(0, at + 1)) + "." + k.code.place(*i.target);
}

std::string headline(const description& d, const program* p, int number, const terminal& t) {
  std::string s = t.paint(tint::strong, label_of(d)) + ", kernel " + std::to_string(number) + " of " + std::to_string(d.kernels.size()) + ", " + d.target + (d.prepared ? ", prepared" : "") + "\n";
  if (p == nullptr || !p->same) return s;
  const plan::bound_nest& b = p->kernels[static_cast<std::size_t>(number)];
  std::string loops = plan::to_text(b);
  s += "  " + purpose_of(*p, number) + "\n" + loops.substr(0, loops.find('\n') + 1);
  const work& w = p->works[static_cast<std::size_t>(number)];
  s += "  work " + grouped(w.flops) + " FLOPs, " + grouped(w.bytes) + " bytes" + (w.runs > 1 ? ", in " + std::to_string(w.runs) + " tiles" : "") + "\n";
  if (plan::is_small(b.kernel)) s += t.paint(tint::faint, "  small: it is part of its callers, and this is a copy that nothing calls") + "\n";
  return s;
}

std::string figures(const description& d, const told_kernel& told, const terminal& t) {
  const summary &w = told.of.whole, &h = told.of.hot;
  const bool loops = told.of.hot_loop() != nullptr;
  std::string s = padded_right("", 20) + padded_left("kernel", 8) + (loops ? padded_left("hot loop", 11) : "") + "\n";
  auto row = [&](const char* name, long long whole, long long hot, const std::string& note, bool bad = false) {
    const std::string line = "  " + padded_right(name, 18) + padded_left(grouped(whole), 8) + (loops ? padded_left(grouped(hot), 11) : "");
    s += (bad ? t.paint(tint::red, line) : line) + (note.empty() ? "" : t.paint(tint::faint, "   " + note)) + "\n";
  };
  const int fmas = h.of(kind::fma);
  row("instructions", w.instructions, h.instructions, "");
  row("multiply-adds", w.of(kind::fma), fmas, loops && fmas > 0 ? with_digits(100 * h.share_of_fma(), 0) + " % of the hot loop" : "");
  row("other arithmetic", w.of(kind::arithmetic), h.of(kind::arithmetic), "");
  row("shuffles", w.of(kind::shuffle), h.of(kind::shuffle), "");
  row("masks and logic", w.of(kind::mask), h.of(kind::mask), "");
  row("loads", w.loads, h.loads, fmas > 0 ? per_fma(h.loads, fmas) + " for a multiply-add" : "");
  row("stores", w.stores, h.stores, fmas > 0 ? per_fma(h.stores, fmas) + " for a multiply-add" : "");
  row("spills", w.spills, h.spills, "", h.spills > 0);
  if (w.gathers > 0) row("gathers", w.gathers, h.gathers, "", h.gathers > 0);
  if (w.divisions > 0) row("divisions", w.divisions, h.divisions, "");
  std::string callees;
  for (const std::string& c : w.callees) callees += (callees.empty() ? "" : ", ") + without_specification(c);
  row("calls", w.of(kind::call), h.of(kind::call), callees, h.of(kind::call) > 0);
  row("vector registers", w.vector_registers, h.vector_registers, "of " + std::to_string(vector_registers_of(d.in->machine, d.target)));
  row("bytes", static_cast<long long>(w.bytes), static_cast<long long>(h.bytes), "");
  if (const auto& m = told.model) {
    s += "  " + m->processor + ", modelled: " + with_digits(m->cycles, 1) + " cycles an iteration of the hot loop";
    if (h.flops > 0) s += ", " + with_digits(m->flops, 1) + " of " + with_digits(m->peak, 0) + " FLOP a cycle";
    if (!m->bound.empty()) s += ", busiest " + m->bound + " (" + with_digits(m->pressure, 1) + ")";
    s += "\n";
  }
  return s;
}

std::string line_of(const kernel& k, std::size_t at, const terminal& t) {
  static constexpr tint bars[] = {tint::blue, tint::cyan, tint::yellow, tint::green, tint::magenta};
  const instruction& i = k.code.code[at];
  const int in = k.loops.of[at];
  const int depth = in < 0 ? 0 : k.loops.loops[static_cast<std::size_t>(in)].depth;
  int deepest = 0;
  for (const loop& l : k.loops.loops) deepest = std::max(deepest, l.depth);
  std::string loops;
  int level = depth;
  std::vector<int> holds(static_cast<std::size_t>(depth));
  for (int l = in; l >= 0; l = k.loops.loops[static_cast<std::size_t>(l)].parent) holds[static_cast<std::size_t>(--level)] = l;
  for (const int l : holds) {
    const loop& of = k.loops.loops[static_cast<std::size_t>(l)];
    const char* mark = of.members.front() == at ? "┌" : of.members.back() == at ? "└" : "│";
    loops += l == k.loops.hot ? t.paint(tint::red, mark) : t.paint(bars[static_cast<std::size_t>(of.depth - 1) % std::size(bars)], mark);
  }
  loops += std::string(static_cast<std::size_t>(deepest - depth), ' ');
  std::string s = t.paint(tint::faint, padded_left(k.code.place(i.at), 6)) + " " + loops + " " + t.paint(tint_of(i), shown_text(k, i));
  if (!i.note.empty()) s += t.paint(tint::faint, "  # " + without_specification(i.note));
  return s + "\n";
}

std::string listing(const told_kernel& told, bool all, const terminal& t) {
  const kernel& k = told.of;
  std::string s;
  auto lines = [&](const std::vector<std::size_t>& which) {
    std::string before;
    for (const std::size_t at : which) {
      if (at < told.origins.size()) {
        const origin& o = told.origins[at];
        const std::string from = o.part.empty() ? o.line : o.part + (o.line.empty() ? "" : "   " + o.line);
        if (!from.empty() && from != before) s += t.paint(tint::blue, "         ; " + from) + "\n";
        if (!from.empty()) before = from;
      }
      s += line_of(k, at, t);
    }
  };
  if (const loop* hot = k.hot_loop()) {
    s += t.paint(tint::strong, "hot loop") + ", depth " + std::to_string(hot->depth) + "\n";
    lines(hot->members);
  }
  if (!all && k.hot_loop() != nullptr) return s;
  s += (s.empty() ? "" : "\n") + t.paint(tint::strong, "all of it") + "\n";
  std::vector<std::size_t> every(k.code.code.size());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  lines(every);
  return s;
}

}  // namespace intarsia::tool
