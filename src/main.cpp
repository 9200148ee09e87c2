// SPDX-License-Identifier: Apache-2.0
// `intarsia`: what named functions became, read from a binary that is not run.
#include <CLI/CLI.hpp>

#include <iostream>

#include "description.hpp"
#include "error.hpp"
#include "program.hpp"

using namespace intarsia::tool;

namespace {

void list(const binary& b) {
  for (const description& d : descriptions_in(b)) {
    std::cout << label_of(d) << "  " << d.target << (d.prepared ? ", prepared" : "") << "  (" << d.signature << ")\n  " << d.cost.flops << " FLOPs, " << d.cost.bytes
              << " bytes, " << d.cost.workspace_bytes << " bytes of workspace, " << d.cost.kernels << " kernels\n";
    for (std::size_t k = 0; k < d.kernels.size(); ++k) {
      const symbol* s = d.in->function_at(d.kernels[k]);
      std::cout << "  kernel " << k << "  " << (s == nullptr ? 0 : s->size) << " bytes of code\n";
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Looks at the functions that a binary has from Intarsia, without running it");
  app.name("intarsia");
  app.require_subcommand(1);
  std::string path, name, target;
  auto* on_list = app.add_subcommand("list", "the functions of a binary");
  on_list->add_option("binary", path, "an object, library or executable")->required();
  auto* on_explain = app.add_subcommand("explain", "a function's expression, derivative, kernels and plan");
  on_explain->add_option("binary", path, "an object, library or executable")->required();
  on_explain->add_option("function", name, "its name")->required();
  on_explain->add_option("--target", target, "as AVX2, where there are several");
  CLI11_PARSE(app, argc, argv);
  try {
    const binary b(path);
    if (on_list->parsed()) list(b);
    if (on_explain->parsed())
      for (const description& d : find(descriptions_in(b), name, target, path)) {
        const program p(d);
        std::cout << p.text(d.name);
        if (!p.same) std::cout << "\nthe binary's kernels differ from these: it was compiled with another version of Intarsia\n";
      }
  } catch (const std::exception& e) {
    std::cerr << "intarsia: " << e.what() << '\n';
    return 2;
  }
}
