// SPDX-License-Identifier: Apache-2.0
// `intarsia`: what named functions became, read from a binary that is not run. The command line, and nothing else.
#include <CLI/CLI.hpp>

#include <unistd.h>

#include <fstream>
#include <iostream>

#include "comparison.hpp"
#include "error.hpp"
#include "names.hpp"
#include "notation.hpp"
#include "reasons.hpp"
#include "report.hpp"
#include "rules.hpp"

using namespace intarsia::tool;

namespace {

/// Exit codes: what was asked for is not so; it could not be told.
constexpr int broken_rule = 1, unreadable = 2;

struct options {
  std::string binary, other, function, kernel, target, against, processor, colours = "auto", notation, output = "report.html";
  std::vector<std::string> required, forbidden;
  bool all = false, source = false, model = false, expression = false;
};

/// A program, where the description holds one that this tool can read.
std::optional<program> program_of(const description& d) {
  return d.graph == nullptr ? std::nullopt : std::optional<program>(std::in_place, d);
}

/// Told by a symbol; in a stripped binary by the code, where it can be read.
std::string code_size(const description& d, int number) {
  const symbol* s = d.in->function_at(d.kernels[static_cast<std::size_t>(number)]);
  if (s != nullptr && s->size > 0) return std::to_string(s->size);
  try {
    return std::to_string(kernel_of(d, number).whole.bytes);
  } catch (const error&) {
    return "unknown";
  }
}

void list(const options& o, const terminal& t) {
  const binary b(o.binary);
  for (const description& d : descriptions_in(b)) {
    const auto p = program_of(d);
    std::cout << t.paint(tint::strong, label_of(d)) << "  " << d.target << (d.prepared ? ", prepared" : "") << "  (" << d.signature << ")\n  " << grouped(d.cost.flops) << " FLOPs, " << grouped(d.cost.bytes)
              << " bytes, " << grouped(d.cost.workspace_bytes) << " bytes of workspace, " << d.cost.kernels << " kernels\n";
    const std::string heads = "  kernel" + padded_left("code", 11) + padded_left("FLOPs", 15) + padded_left("bytes", 14);
    std::cout << t.paint(tint::faint, p && p->same ? heads : heads.substr(0, 19)) << '\n';
    for (int k = 0; k < static_cast<int>(d.kernels.size()); ++k) {
      std::cout << padded_left(std::to_string(k), 8) << padded_left(code_size(d, k), 11);
      if (p && p->same) {
        const work& w = p->works[static_cast<std::size_t>(k)];
        std::cout << padded_left(grouped(w.flops), 15) << padded_left(grouped(w.bytes), 14) << "  " << purpose_of(*p, k) << (w.runs > 1 ? ", in " + std::to_string(w.runs) + " tiles" : "");
      }
      std::cout << '\n';
    }
  }
}

void explain(const options& o) {
  const binary b(o.binary);
  for (const description& d : find(descriptions_in(b), o.function, o.target, o.binary)) {
    const program p(d);
    if (o.notation == "latex") std::cout << latex(o.expression ? p.traced : p.simplified);
    else if (o.notation == "dot") std::cout << graphviz(p, d.name);
    else {
      std::cout << p.text(d.name);
      if (const std::string why = reasons_text(p); !why.empty()) std::cout << "\nwhy the kernels are apart\n" << why;
    }
    if (!p.same) std::cerr << "the binary's kernels differ from these: it was compiled with another version of Intarsia\n";
  }
}

std::vector<told_kernel> tell(const description& d, const options& o, const std::string& which, const program* p) {
  std::vector<told_kernel> told;
  for (kernel& k : kernels_of(d, which, p)) {
    told_kernel one;
    if (p != nullptr && p->same) one.purpose = anonymous(purpose_of(*p, k.number));
    if (o.model && k.hot_loop() != nullptr) one.model = estimate_of(k.code, *k.hot_loop(), d.target, o.processor);
    one.of = std::move(k);
    told.push_back(std::move(one));
  }
  if (!o.source) return told;
  std::vector<sought> kernels;
  for (const told_kernel& k : told) kernels.push_back({&k.of, p});
  auto origins = origins_of(kernels);
  for (std::size_t k = 0; k < told.size(); ++k) told[k].origins = std::move(origins[k]);
  return told;
}

void show(const description& d, const options& o, const terminal& t) {
  const auto p = program_of(d);
  bool first = true;
  for (const told_kernel& k : tell(d, o, o.kernel, p ? &*p : nullptr)) {
    if (!first) std::cout << '\n';
    first = false;
    std::cout << headline(d, p ? &*p : nullptr, k.of.number, t) << '\n' << figures(d, k, t);
    if (o.model && !k.model && k.of.hot_loop() != nullptr) std::cout << "  no estimate: llvm-mca is not installed, or does not know the processor\n";
    if (o.source && k.origins.empty()) std::cout << "  no line information: " << reason_for_no_origins(*d.in) << '\n';
    std::cout << '\n' << listing(k, o.all, t);
  }
}

/// Whether the rules hold, for all kernels where none is named.
bool check(const description& d, const options& o) {
  std::vector<rule> rules;
  for (const std::string& r : o.required) rules.push_back({true, r});
  for (const std::string& r : o.forbidden) rules.push_back({false, r});
  const auto kernels = kernels_of(d, o.kernel.empty() ? "all" : o.kernel, nullptr);
  const auto broken = violations(kernels, rules);
  const std::string name = label_of(d) + ", " + d.target + ": ";
  for (const std::string& line : broken) std::cerr << name << line << '\n';
  std::cout << name << rules.size() << (rules.size() == 1 ? " rule, " : " rules, ") << kernels.size() << (kernels.size() == 1 ? " kernel, " : " kernels, ") << broken.size() << " broken\n";
  return broken.empty();
}

int assembly(const options& o, const terminal& t) {
  const binary b(o.binary);
  const description d = find_one(descriptions_in(b), o.function, o.target, o.binary);
  if (!o.required.empty() || !o.forbidden.empty()) return check(d, o) ? 0 : broken_rule;
  show(d, o, t);
  return 0;
}

void diff(const options& o, const terminal& t) {
  const binary a(o.binary), b(o.other);
  const description in_a = find_one(descriptions_in(a), o.function, o.target, o.binary);
  const description in_b = find_one(descriptions_in(b), o.function, o.against.empty() ? o.target : o.against, o.other);
  const auto p = program_of(in_a), q = program_of(in_b);
  const program *const of_a = p ? &*p : nullptr, *const of_b = q ? &*q : nullptr;
  std::cout << comparison(tell(in_a, o, "all", of_a), tell(in_b, o, "all", of_b), o.binary + ", " + in_a.target, o.other + ", " + in_b.target, t) << '\n'
            << side_by_side(kernels_of(in_a, o.kernel, of_a).front(), kernels_of(in_b, o.kernel, of_b).front(), t);
}

void write_report(const options& o) {
  const binary b(o.binary);
  const auto all = descriptions_in(b);
  const std::string page = report(o.binary, o.function.empty() ? all : find(all, o.function, o.target, o.binary), o.processor);
  if (o.output == "-") {
    std::cout << page;
    return;
  }
  std::ofstream file(o.output, std::ios::binary);
  file << page << std::flush;
  if (!file) throw error("'" + o.output + "' cannot be written");
  std::cout << o.output << ": " << grouped(static_cast<long long>(page.size())) << " bytes\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Looks at the functions that a binary has from Intarsia, without running it");
  app.name("intarsia");
  app.require_subcommand(1);
  options o;
  app.add_option("--color", o.colours, "always, never or auto")->check(CLI::IsMember({"always", "never", "auto"}));
  app.fallthrough();

  auto* on_list = app.add_subcommand("list", "the functions of a binary");
  auto* on_explain = app.add_subcommand("explain", "a function's expression, derivative, kernels and plan");
  auto* on_asm = app.add_subcommand("asm", "a kernel's machine code: figures, hot loop, loops; or whether rules hold for it");
  auto* on_diff = app.add_subcommand("diff", "two builds, or two targets, side by side");
  auto* on_report = app.add_subcommand("report", "all of it on one page for a browser");
  for (auto* command : {on_list, on_explain, on_asm, on_diff, on_report}) command->add_option("binary", o.binary, "an object, archive, shared library or executable")->required();
  on_diff->add_option("other", o.other, "the binary to compare with")->required();
  for (auto* command : {on_explain, on_asm, on_diff}) {
    command->add_option("function", o.function, "its name, as ia::compile<\"step\"> gives it; step#2 where there are several")->required();
    command->add_option("--target", o.target, "as AVX2, where there are several");
  }
  on_asm->add_option("kernel", o.kernel, "its number, or all; without: the one that does most of the work");
  on_diff->add_option("kernel", o.kernel, "whose hot loops stand side by side; without: the one that does most of the work");
  on_diff->add_option("--against", o.against, "the target in the other binary");
  for (auto* command : {on_asm, on_diff}) command->add_flag("--mca", o.model, "what llvm-mca says of the hot loop");
  for (auto* command : {on_asm, on_diff, on_report}) command->add_option("--cpu", o.processor, "the processor that llvm-mca models");
  on_report->add_option("function", o.function, "one function; without: all of them");
  on_report->add_option("--target", o.target, "as AVX2, where there are several");
  on_report->add_option("-o,--output", o.output, "the page; - is standard output");
  on_explain->add_flag_callback("--latex", [&o] { o.notation = "latex"; }, "as equations, with the derivatives");
  on_explain->add_flag_callback("--dot", [&o] { o.notation = "dot"; }, "as a graph for Graphviz, a cluster for each kernel");
  on_explain->add_flag("--expression", o.expression, "with --latex: as written, before the derivatives");
  on_asm->add_flag("--all", o.all, "all of the code, not the hot loop alone");
  on_asm->add_flag("--source", o.source, "the part of the expression that code comes from (compile with -g)");
  on_asm->add_option("--require", o.required, "fails where no instruction matches; hot:PATTERN, loop:PATTERN: there")->allow_extra_args(false);
  on_asm->add_option("--forbid", o.forbidden, "fails where an instruction matches")->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);

  const terminal t(o.colours == "always" || (o.colours == "auto" && isatty(1) != 0 && std::getenv("NO_COLOR") == nullptr));
  try {
    if (on_list->parsed()) list(o, t);
    if (on_explain->parsed()) explain(o);
    if (on_diff->parsed()) diff(o, t);
    if (on_report->parsed()) write_report(o);
    if (on_asm->parsed()) return assembly(o, t);
  } catch (const std::exception& e) {
    std::cerr << "intarsia: " << e.what() << '\n';
    return unreadable;
  }
  return 0;
}
