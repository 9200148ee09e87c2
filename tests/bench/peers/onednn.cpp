// SPDX-License-Identifier: Apache-2.0
// oneDNN as its experts use it: of the layouts that it has for a convolution the fastest one, found by trying.
// "oneDNN" takes and gives plain NCHW, reorders counted; "oneDNN own layout" leaves data in the layout that suits it; "oneDNN
// Winograd" is its own Winograd kernel, asked for by name, from and to NCHW.
#include <dnnl.hpp>

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include "../cases/convolutions.hpp"
#include "../cases/images.hpp"

namespace {

using dnnl::memory;
using tag = memory::format_tag;

std::string version() {
  const dnnl_version_t* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}
const bench::contender plain{"oneDNN", version()}, own{"oneDNN own layout", version(), bench::role::aside}, by_winograd{"oneDNN Winograd", version(), bench::role::aside};

dnnl::engine& engine() {
  static dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}
dnnl::stream& stream() {
  static dnnl::stream s(engine());
  return s;
}
long extent(std::size_t n) { return static_cast<long>(n); }

/// A convolution with its two operands and its result, in any of three directions.
struct plan {
  dnnl::primitive primitive;
  memory::desc first, second, result;  // in the primitive's layouts
  int roles[3];                        // DNNL_ARG_... of them
  std::string kernel;
};

struct shape {
  memory::dims x, w, y, stride, pad;
};

plan make_plan(const shape& s, bench::pass p, dnnl::algorithm how, tag layout, tag weight_layout) {
  auto desc = [](const memory::dims& d, tag t) { return memory::desc(d, memory::data_type::f32, t); };
  const memory::desc x = desc(s.x, layout), w = desc(s.w, weight_layout), y = desc(s.y, layout);
  const dnnl::convolution_forward::primitive_desc forward({dnnl::prop_kind::forward_training, how, x, w, y, s.stride, s.pad, s.pad}, engine());
  if (p == bench::pass::forward) return {dnnl::convolution_forward(forward), forward.src_desc(), forward.weights_desc(), forward.dst_desc(), {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, forward.impl_info_str()};
  if (p == bench::pass::to_input) {
    const dnnl::convolution_backward_data::primitive_desc d({how, x, w, y, s.stride, s.pad, s.pad}, engine(), forward);
    return {dnnl::convolution_backward_data(d), d.weights_desc(), d.diff_dst_desc(), d.diff_src_desc(), {DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC}, d.impl_info_str()};
  }
  const dnnl::convolution_backward_weights::primitive_desc d({how, x, w, y, s.stride, s.pad, s.pad}, engine(), forward);
  return {dnnl::convolution_backward_weights(d), d.src_desc(), d.diff_dst_desc(), d.diff_weights_desc(), {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS}, d.impl_info_str()};
}

/// A caller's array and the primitive's: the same memory where the layouts agree.
struct place {
  memory outside, inside;
  bool apart;
  place(const memory::dims& d, tag t, const memory::desc& wanted, const float* data)
      : outside({d, memory::data_type::f32, t}, engine(), const_cast<float*>(data)), inside(outside), apart(wanted != outside.get_desc()) {
    if (apart) inside = memory(wanted, engine());
  }
  void enter() const { if (apart) dnnl::reorder(outside, inside).execute(stream(), const_cast<memory&>(outside), const_cast<memory&>(inside)); }
  void leave() const { if (apart) dnnl::reorder(inside, outside).execute(stream(), const_cast<memory&>(inside), const_cast<memory&>(outside)); }
};

bench::task task_of(const shape& s, bench::pass p, const plan& c, const bench::arrays& a, tag weights, bool count_reorders) {
  const memory::dims& first = p == bench::pass::to_input ? s.w : s.x;
  const memory::dims& second = p == bench::pass::forward ? s.w : s.y;
  const memory::dims& result = p == bench::pass::forward ? s.y : p == bench::pass::to_input ? s.x : s.w;
  auto layout_of = [&](const memory::dims& d) { return &d == &s.w ? weights : tag::nchw; };
  const auto in0 = std::make_shared<place>(first, layout_of(first), c.first, a.in[0]);
  const auto in1 = std::make_shared<place>(second, layout_of(second), c.second, a.in[1]);
  const auto out = std::make_shared<place>(result, layout_of(result), c.result, a.out[0]);
  in0->enter(), in1->enter();
  stream().wait();
  // reorders are made once; weights are prepared for inference, as everybody's are
  std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> steps;
  auto reorder = [&](const memory& from, const memory& to) { steps.push_back({dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}}); };
  if (count_reorders && in0->apart) reorder(in0->outside, in0->inside);
  if (count_reorders && in1->apart && p != bench::pass::forward) reorder(in1->outside, in1->inside);
  steps.push_back({c.primitive, {{c.roles[0], in0->inside}, {c.roles[1], in1->inside}, {c.roles[2], out->inside}}});
  if (count_reorders && out->apart) reorder(out->inside, out->outside);
  return bench::repeat([steps] {
                         for (const auto& [primitive, operands] : steps) primitive.execute(stream(), operands);
                         stream().wait();
                       },
                       [out, count_reorders] {
                         if (!count_reorders) out->leave();
                         stream().wait();
                       });
}

bench::task fastest(const shape& s, bench::pass p, const bench::arrays& a, bool grouped, bool count_reorders, dnnl::algorithm how = dnnl::algorithm::convolution_direct) {
  const tag weights = grouped ? tag::goihw : tag::oihw;
  bench::task best;
  double least = std::numeric_limits<double>::max();
  for (tag layout : {tag::any, tag::nchw, tag::nhwc, tag::nChw16c, tag::nChw8c}) {
    if (!count_reorders && layout == tag::nchw) continue;
    bench::task t;
    try {
      const plan c = make_plan(s, p, how, layout, tag::any);
      if (c.kernel.starts_with("ref")) continue;  // its slow oracle
      t = task_of(s, p, c, a, weights, count_reorders);
    } catch (const dnnl::error&) {
      continue;  // no such kernel
    }
    t.run(1);
    double once = std::numeric_limits<double>::max();
    for (int i = 0; i < 3; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      t.run(1);
      once = std::min(once, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    if (once < least) least = once, best = t;
  }
  if (!best.run) throw std::runtime_error("oneDNN has no kernel");
  return best;
}

void offer(bench::registry& r, const std::string& name, const shape& s, bench::pass p, bool grouped, bool winograd) {
  if (winograd && p == bench::pass::forward) r.offer(by_winograd, name, [=](const bench::arrays& a) { return fastest(s, p, a, false, true, dnnl::algorithm::convolution_winograd); });
  for (bool count_reorders : {true, false})
    r.offer(count_reorders ? plain : own, name, [=](const bench::arrays& a) { return fastest(s, p, a, grouped, count_reorders); });
}

}  // namespace

BENCH_MODULE {
  for (const bench::image& i : bench::images)
    if (!i.separable)
      r.offer(plain, i.name(), [s = shape{{1, 1, extent(i.height), extent(i.width)}, {1, 1, extent(i.kernel_height), extent(i.kernel_width)}, {1, 1, extent(i.out_height()), extent(i.out_width())}, {1, 1}, {0, 0}}](const bench::arrays& a) {
        return fastest(s, bench::pass::forward, a, false, true);
      });
  auto convolutions = [&r](const auto& all) {
    for (const bench::convolution& c : all)
      for (bench::pass p : bench::passes) {
        const long n = extent(c.channels), o = extent(c.outputs), k = extent(c.kernel), in = extent(c.size), out = extent(c.out_size()), g = extent(c.groups);
        const memory::dims w = g > 1 ? memory::dims{g, o / g, n / g, k, k} : memory::dims{o, n, k, k};
        offer(r, name_of(c, p), {{1, n, in, in}, w, {1, o, out, out}, {extent(c.stride), extent(c.stride)}, {extent(c.pad()), extent(c.pad())}}, p, g > 1, c.winograd);
      }
  };
  convolutions(bench::resnet50);
  convolutions(bench::winograd);
  convolutions(bench::depthwise);
}
