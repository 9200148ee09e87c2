// SPDX-License-Identifier: Apache-2.0
#include "rules.hpp"

#include <regex>

#include "error.hpp"

namespace intarsia::tool {

namespace {

/// Instructions that one broken rule names.
constexpr int most_shown = 5;

}  // namespace

std::vector<std::string> violations(const std::vector<kernel>& kernels, const std::vector<rule>& rules) {
  std::vector<std::string> found;
  for (const rule& r : rules) {
    std::string text = r.pattern;
    const bool hot = text.starts_with("hot:"), in_loop = text.starts_with("loop:");
    if (hot || in_loop) text = text.substr(text.find(':') + 1);
    std::regex pattern;
    try {
      pattern = std::regex(text, std::regex::extended);
    } catch (const std::regex_error&) {
      throw error("'" + text + "' is no regular expression");
    }
    int matches = 0;
    std::string where;
    for (const kernel& k : kernels)
      for (std::size_t i = 0; i < k.code.code.size(); ++i) {
        if (hot && (k.loops.hot < 0 || k.loops.of[i] != k.loops.hot)) continue;
        if (in_loop && k.loops.of[i] < 0) continue;
        const instruction& one = k.code.code[i];
        if (!std::regex_search(one.text() + " ; " + one.tags(), pattern)) continue;
        if (++matches <= most_shown) where += "\n  kernel " + std::to_string(k.number) + ", " + k.code.place(one.at) + ": " + one.text() + (one.note.empty() ? "" : "  # " + one.note);
      }
    const std::string in = hot ? " in a hot loop" : in_loop ? " in a loop" : "";
    if (r.wanted && matches == 0) found.push_back("required, and nowhere" + in + ": " + text);
    if (matches > most_shown) where += "\n  and " + std::to_string(matches - most_shown) + " more";
    if (!r.wanted && matches > 0) found.push_back("forbidden, but " + std::to_string(matches) + (matches == 1 ? " time" : " times") + in + ": " + text + where);
  }
  return found;
}

}  // namespace intarsia::tool
