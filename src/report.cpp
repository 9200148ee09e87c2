// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <filesystem>

#include "names.hpp"
#include "notation.hpp"
#include "reasons.hpp"
#include "report_parts.hpp"  // made from report.html, report.css, report.js and report_graph.js

namespace intarsia::tool {

namespace {

class data_writer {
 public:
  std::string run(const std::string& binary, const std::vector<description>& functions, const std::string& processor) {
    object([&] {
      text("binary", std::filesystem::path(binary).filename().string());
      list("kinds", [&] {
        for (int k = 0; k < kinds; ++k) json_.String(name_of(static_cast<kind>(k)));
      });
      const auto all = read(functions);
      list("functions", [&] {
        for (const read_function& f : all) function(f, processor);
      });
    });
    return {out_.GetString(), out_.GetSize()};
  }

 private:
  template <class F>
  void object(F f) {
    json_.StartObject();
    f();
    json_.EndObject();
  }
  template <class F>
  void list(const char* name, F f) {
    json_.Key(name);
    json_.StartArray();
    f();
    json_.EndArray();
  }
  void text(const char* name, const std::string& s) { json_.Key(name), string(s); }
  void string(const std::string& s) { json_.String(s.data(), static_cast<rapidjson::SizeType>(s.size())); }
  void number(const char* name, std::int64_t v) { json_.Key(name), json_.Int64(v); }
  void real(const char* name, double v) { json_.Key(name), json_.Double(v); }
  void truth(const char* name, bool v) { json_.Key(name), json_.Bool(v); }

  struct read_kernel {
    std::optional<tool::kernel> code;  // none: the binary does not tell where it is
    std::vector<origin> origins;
  };
  struct read_function {
    const description* of;
    std::optional<program> in;
    std::vector<read_kernel> kernels;
  };

  /// All functions, before any is written: line information is read once.
  static std::vector<read_function> read(const std::vector<description>& functions) {
    std::vector<read_function> all(functions.size());
    std::vector<sought> kernels;
    std::vector<std::vector<origin>*> places;
    for (std::size_t f = 0; f < all.size(); ++f) {
      const description& d = functions[f];
      all[f].of = &d;
      if (d.graph != nullptr) all[f].in.emplace(d);
      all[f].kernels.resize(d.kernels.size());
      for (std::size_t k = 0; k < d.kernels.size(); ++k) {
        if (d.kernels[k] == 0) continue;
        read_kernel& one = all[f].kernels[k];
        one.code = kernel_of(d, static_cast<int>(k));
        kernels.push_back({&*one.code, all[f].in ? &*all[f].in : nullptr});
        places.push_back(&one.origins);
      }
    }
    auto origins = origins_of(kernels);
    for (std::size_t k = 0; k < places.size(); ++k) *places[k] = std::move(origins[k]);
    return all;
  }

  void function(const read_function& f, const std::string& processor) {
    const description& d = *f.of;
    const std::optional<program>& p = f.in;
    object([&] {
      text("label", label_of(d)), text("target", d.target), text("signature", d.signature);
      truth("prepared", d.prepared), truth("explained", p && p->same);
      number("flops", d.cost.flops), number("bytes", d.cost.bytes), number("workspace", d.cost.workspace_bytes), number("preparedBytes", d.prepared_bytes);
      number("vectorBytes", d.machine.vector_bytes), number("registers", vector_registers_of(d.in->machine, d.target));
      list("kernels", [&] {
        for (int k = 0; k < static_cast<int>(d.kernels.size()); ++k) kernel(d, p ? &*p : nullptr, k, f.kernels[static_cast<std::size_t>(k)], processor);
      });
      if (p && p->same) {
        text("explanation", p->text(d.name));
        text("latex", latex(p->simplified));
        graph(*p);
        memory(*p);
      }
    });
  }

  void figures(const char* name, const summary& s) {
    json_.Key(name);
    object([&] {
      number("instructions", s.instructions), number("fma", s.of(kind::fma)), number("loads", s.loads), number("stores", s.stores), number("spills", s.spills);
      number("calls", s.of(kind::call)), number("gathers", s.gathers), number("divisions", s.divisions), number("vectorRegisters", s.vector_registers);
      number("flops", s.flops), number("bytes", static_cast<std::int64_t>(s.bytes));
    });
  }

  void kernel(const description& d, const program* p, int number_of, const read_kernel& k, const std::string& processor) {
    object([&] {
      number("number", number_of);
      if (p != nullptr && p->same) {
        const std::size_t at = static_cast<std::size_t>(number_of);
        const std::string loops = plan::to_text(p->kernels[at]);
        text("computes", purpose_of(*p, number_of));
        text("nest", loops.substr(2, loops.find('\n') - 2));
        number("flops", p->works[at].flops), number("bytes", p->works[at].bytes), number("runs", p->works[at].runs);
        truth("small", plan::is_small(p->kernels[at].kernel));
      }
      if (k.code) code(*k.code, k.origins, d, processor);
    });
  }

  void code(const tool::kernel& k, const std::vector<origin>& origins, const description& d, const std::string& processor) {
    figures("whole", k.whole), figures("hot", k.hot);
    number("hotLoop", k.loops.hot);
    if (k.hot_loop() != nullptr)
      if (const auto m = estimate_of(k.code, *k.hot_loop(), d.target, processor)) {
        json_.Key("model");
        object([&] {
          text("processor", m->processor), real("cycles", m->cycles), real("flops", m->flops), real("peak", m->peak), text("bound", m->bound), real("pressure", m->pressure);
        });
      }
    list("loops", [&] {
      for (const loop& l : k.loops.loops) object([&] { number("depth", l.depth), number("parent", l.parent), number("header", static_cast<std::int64_t>(l.header)); });
    });
    list("code", [&] {
      for (std::size_t i = 0; i < k.code.code.size(); ++i) {
        const instruction& one = k.code.code[i];
        json_.StartArray();  // as report.js takes it apart
        json_.Uint64(one.at - k.code.begin), string(one.mnemonic), string(one.operands), json_.Int(static_cast<int>(one.what)), json_.Int(k.loops.of[i]);
        json_.Int(one.stack || one.gathers || one.division || one.what == kind::call);
        json_.Int64(one.target ? static_cast<std::int64_t>(*one.target - k.code.begin) : -1);
        string(one.note), string(i < origins.size() ? origins[i].part : ""), string(i < origins.size() ? origins[i].line : "");
        json_.EndArray();
      }
    });
  }

  void graph(const program& p) {
    const ir::graph_view g = p.tiled;
    const auto forward = forward_nodes(p);
    // What is computed or seen through where it is read belongs to the first kernel that reads it: so the kernels, each folded into
    // one box, are joined in their order.
    std::vector<int> kernel(static_cast<std::size_t>(g.size()), -1), reader = kernel;
    for (int k = 0; k < p.groups.groups.size(); ++k)  // what only copies
      if (const ir::node_id root = p.groups.groups[k].root; p.groups.fates[root] == fuse::fate::gathered) kernel[static_cast<std::size_t>(root)] = k;
    for (ir::node_id i = g.size() - 1; i >= 0; --i) {
      const std::size_t at = static_cast<std::size_t>(i);
      const fuse::fate fate = p.groups.fates[i];
      if (fate == fuse::fate::computed) kernel[at] = p.groups.group_of[i];
      if (fate == fuse::fate::inlined || fate == fuse::fate::seen) kernel[at] = reader[at];
      for (const ir::node_id operand : g[i].in)
        if (operand >= 0 && kernel[at] >= 0) {
          int& first = reader[static_cast<std::size_t>(operand)];
          if (first < 0 || kernel[at] < first) first = kernel[at];
        }
    }
    list("nodes", [&] {
      for (ir::node_id i = 0; i < g.size(); ++i)
        object([&] {
          const std::string line = ir::to_text(g, i);
          const auto equals = line.find(" = ");
          text("what", line.substr(equals + 3));
          text("type", line.substr(line.find(' ') + 1, equals - line.find(' ') - 1));
          number("kernel", kernel[static_cast<std::size_t>(i)]);
          truth("forward", forward[static_cast<std::size_t>(i)]);
          list("in", [&] {
            for (const ir::node_id operand : g[i].in)
              if (operand >= 0) json_.Int(operand);
          });
        });
    });
    list("results", [&] {
      for (const ir::output& o : g.outputs) object([&] { number("node", o.node), number("updates", o.assigned); });
    });
    list("reasons", [&] {
      for (const reason& r : reasons_of(p)) object([&] { number("value", r.value), number("from", r.from), number("to", r.to), text("why", r.why); });
    });
  }

  void memory(const program& p) {
    list("buffers", [&] {
      for (int b = 0; b < p.memory.buffers.size(); ++b) {
        const plan::buffer& buffer = p.memory.buffers[b];
        if (buffer.where != plan::space::workspace || buffer.first < 0) continue;
        object([&] {
          text("name", holder_of(p, b));
          number("offset", buffer.offset), number("bytes", plan::bytes_of(buffer)), number("first", buffer.first), number("last", std::max(buffer.first, buffer.last));
          truth("zeroed", buffer.zeroed);
        });
      }
    });
  }

  rapidjson::StringBuffer out_;
  rapidjson::Writer<rapidjson::StringBuffer> json_{out_};
};

void replace(std::string& s, std::string_view mark, std::string_view by) {
  const auto at = s.find(mark);
  if (at != std::string::npos) s.replace(at, mark.size(), by);
}

}  // namespace

std::string report(const std::string& binary, const std::vector<description>& functions, const std::string& processor) {
  // names come from a file that may say anything: nothing in them may end the element that holds the data
  std::string data;
  for (const char c : data_writer().run(binary, functions, processor)) {
    if (c == '<') data += "\\u003c";
    else data += c;
  }
  std::string page(report_html);
  replace(page, "/* style */", report_css);
  replace(page, "/* program */", std::string(report_graph_js) + std::string(report_js));
  replace(page, "/* data */", data);
  return page;
}

}  // namespace intarsia::tool
