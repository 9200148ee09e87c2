// SPDX-License-Identifier: Apache-2.0
// Text from parts. (g++ 12 warns wrongly about `"literal" + std::string` at -O3; a user would see it.)
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace intarsia::support {

inline std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) text.append(part);
  return text;
}

}  // namespace intarsia::support
