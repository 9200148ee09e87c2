// SPDX-License-Identifier: Apache-2.0
// Text in colour, where it goes to a terminal.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace intarsia::tool {

enum class tint { plain, strong, faint, red, green, yellow, blue, magenta, cyan };

class terminal {
 public:
  explicit terminal(bool colours) : colours_(colours) {}
  std::string paint(tint t, std::string_view text) const {
    static constexpr const char* codes[] = {"", "1", "2", "31", "32", "33", "34", "35", "36"};
    if (!colours_ || t == tint::plain || text.empty()) return std::string(text);
    return "\033[" + std::string(codes[static_cast<int>(t)]) + "m" + std::string(text) + "\033[0m";
  }

 private:
  bool colours_;
};

inline std::string padded_left(std::string s, std::size_t width) { return s.size() < width ? std::string(width - s.size(), ' ') + s : s; }
inline std::string padded_right(std::string s, std::size_t width) { return s.size() < width ? s + std::string(width - s.size(), ' ') : s; }
inline std::string with_digits(double v, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, v);
  return text;
}

/// 1234567 as 1,234,567.
inline std::string grouped(long long v) {
  std::string s = std::to_string(v);
  for (std::size_t at = s.size(); at > 3 + (v < 0 ? 1u : 0u); at -= 3) s.insert(at - 3, ",");
  return s;
}

}  // namespace intarsia::tool
