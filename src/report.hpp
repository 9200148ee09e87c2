// SPDX-License-Identifier: Apache-2.0
// Everything about a binary's functions on one page, which needs nothing but itself: data as JSON, and a program in the page
// (report.js, report_graph.js) that draws it.
#pragma once

#include <string>
#include <vector>

#include "listing.hpp"

namespace intarsia::tool {

/// The page. `processor` as for `estimate_of`.
std::string report(const std::string& binary, const std::vector<description>& functions, const std::string& processor);

}  // namespace intarsia::tool
