// SPDX-License-Identifier: Apache-2.0
#include "comparison.hpp"

#include <algorithm>
#include <array>

namespace intarsia::tool {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// The elements of two sequences in pairs, those of the longest common sequence together, the others with `none`.
template <class Same>
std::vector<std::pair<std::size_t, std::size_t>> aligned(std::size_t n, std::size_t m, const Same& same) {
  std::vector<std::vector<int>> longest(n + 1, std::vector<int>(m + 1));
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t j = m; j-- > 0;) longest[i][j] = same(i, j) ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0, j = 0; i < n || j < m;) {
    if (i < n && j < m && same(i, j)) pairs.emplace_back(i++, j++);
    else if (j == m || (i < n && longest[i + 1][j] >= longest[i][j + 1])) pairs.emplace_back(i++, none);
    else pairs.emplace_back(none, j++);
  }
  return pairs;
}

constexpr std::size_t columns = 7;
constexpr std::array<const char*, columns> names = {"bytes", "hot loop", "fma", "loads", "stores", "spills", "cycles"};
std::array<std::string, columns> cells_of(const told_kernel& k) {
  const summary& h = k.of.hot;
  auto count = [](auto n) { return grouped(static_cast<long long>(n)); };
  return {count(k.of.whole.bytes), count(h.instructions), count(h.of(kind::fma)), count(h.loads), count(h.stores), count(h.spills), k.model ? with_digits(k.model->cycles, 1) : "-"};
}

}  // namespace

std::string comparison(const std::vector<told_kernel>& a, const std::vector<told_kernel>& b, const std::string& from_a, const std::string& from_b, const terminal& t) {
  std::string s = "A  " + from_a + "\nB  " + from_b + "\n\n", head = "    kernel";
  for (const char* name : names) head += padded_left(name, 10);
  s += t.paint(tint::strong, head) + "\n";
  auto row = [&](const char* mark, const told_kernel& k, const std::array<std::string, columns>& mine, const std::array<std::string, columns>& other) {
    s += " " + std::string(mark) + padded_left(std::to_string(k.of.number), 8);
    for (std::size_t c = 0; c < columns; ++c) s += t.paint(mine[c] == other[c] ? tint::plain : tint::yellow, padded_left(mine[c], 10));
    s += "\n";
  };
  for (const auto& [i, j] : aligned(a.size(), b.size(), [&](std::size_t x, std::size_t y) { return a[x].purpose == b[y].purpose; })) {
    const std::string& purpose = i != none ? a[i].purpose : b[j].purpose;
    if (!purpose.empty()) s += t.paint(tint::faint, purpose) + "\n";
    const auto in_a = i != none ? cells_of(a[i]) : cells_of(b[j]), in_b = j != none ? cells_of(b[j]) : in_a;
    if (i != none && j != none && in_a == in_b) row("= ", a[i], in_a, in_b);
    else {
      if (i != none) row("A ", a[i], in_a, in_b);
      if (j != none) row("B ", b[j], in_b, in_a);
    }
  }
  return s;
}

std::string side_by_side(const kernel& a, const kernel& b, const terminal& t) {
  auto members = [](const kernel& k) { return k.hot_loop() == nullptr ? std::vector<std::size_t>() : k.hot_loop()->members; };
  const auto x = members(a), y = members(b);
  auto text = [](const kernel& k, std::size_t at) { return shown_text(k, k.code.code[at]); };
  std::size_t width = 30;
  for (const std::size_t at : x) width = std::max(width, text(a, at).size() + 2);
  std::string s = t.paint(tint::strong, padded_right("   A, kernel " + std::to_string(a.number), width + 5) + "B, kernel " + std::to_string(b.number)) + "\n";
  for (const auto& [i, j] : aligned(x.size(), y.size(), [&](std::size_t p, std::size_t q) { return a.code.code[x[p]].mnemonic == b.code.code[y[q]].mnemonic; })) {
    if (i == none) s += t.paint(tint::green, " > " + std::string(width, ' ') + "  " + text(b, y[j])) + "\n";
    else if (j == none) s += t.paint(tint::red, " < " + text(a, x[i])) + "\n";
    else s += "   " + padded_right(text(a, x[i]), width) + "  " + text(b, y[j]) + "\n";
  }
  return s;
}

}  // namespace intarsia::tool
