// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime, all graph optimisations, one thread, results in the caller's memory. The npm package has the library with
// its C interface but not the header: `api` declares the functions used here at their places in the library's table.
#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "../cases/convolutions.hpp"
#include "../cases/images.hpp"
#include "../cases/lenet.hpp"
#include "../cases/pointwise.hpp"
#include "../cases/resnet18.hpp"
#include "../cases/small.hpp"
#include "onnx_model.hpp"

namespace {

struct handle;  // every object of the library
struct table {
  struct api {
    void* error_code[2];
    const char* (*message_of)(const handle* status);
    handle* (*create_environment)(int log_level, const char* name, handle** out);
    void* other4[4];
    handle* (*create_session)(const handle* environment, const void* model, std::size_t bytes, const handle* options, handle** out);
    handle* (*run)(handle* session, const handle* options, const char* const* inputs, const handle* const* values, std::size_t count, const char* const* outputs, std::size_t output_count, handle** results);
    handle* (*create_options)(handle** out);
    void* other11[12];
    handle* (*set_optimisation)(handle* options, int level);
    handle* (*set_threads_within)(handle* options, int threads);
    handle* (*set_threads_between)(handle* options, int threads);
    void* other26[23];
    handle* (*create_tensor)(const handle* memory, void* data, std::size_t bytes, const std::int64_t* shape, std::size_t rank, int type, handle** out);
    void* other50[19];
    handle* (*create_cpu_memory)(int allocator, int kind, handle** out);
    void* other70[25];
    void (*release_session)(handle*);
    void (*release_value)(handle*);
  };
  const api* (*get)(std::uint32_t version);
  const char* (*version)();
};

constexpr std::uint32_t api_version = 16;
const table& library() {
  static const table* const t = [] {
    void* l = dlopen(BENCH_ONNXRUNTIME, RTLD_NOW | RTLD_LOCAL);
    if (!l) throw std::runtime_error(dlerror());
    return reinterpret_cast<const table* (*)()>(dlsym(l, "OrtGetApiBase"))();
  }();
  return *t;
}
const table::api& api() {
  static const table::api* const a = library().get(api_version);
  return *a;
}
void check(const handle* status) {
  if (status) throw std::runtime_error(std::string("ONNX Runtime: ") + api().message_of(status));
}
template <class... Parameters, class... Arguments>
handle* make(handle* (*function)(Parameters...), Arguments... arguments) {
  handle* made = nullptr;
  check(function(arguments..., &made));
  return made;
}

struct session {
  handle *object, *in, *out;
  session(const std::string& model, const float* x, const onnx::shape& xs, float* y, const onnx::shape& ys) {
    static handle* const environment = make(api().create_environment, 3, "bench");
    static handle* const memory = make(api().create_cpu_memory, 1, 0);
    static handle* const options = [] {
      handle* o = make(api().create_options);
      check(api().set_optimisation(o, 99));
      check(api().set_threads_within(o, 1));
      check(api().set_threads_between(o, 1));
      return o;
    }();
    object = make(api().create_session, static_cast<const handle*>(environment), static_cast<const void*>(model.data()), model.size(), static_cast<const handle*>(options));
    in = tensor(memory, const_cast<float*>(x), xs);
    out = tensor(memory, y, ys);
  }
  session(const session&) = delete;
  ~session() {
    api().release_value(in), api().release_value(out);
    api().release_session(object);
  }
  static handle* tensor(const handle* memory, float* data, const onnx::shape& s) {
    std::size_t size = 1;
    for (std::int64_t d : s) size *= static_cast<std::size_t>(d);
    return make(api().create_tensor, memory, static_cast<void*>(data), size * sizeof(float), s.data(), s.size(), 1);
  }
  void run() {
    static constexpr const char *x = "x", *y = "y";
    check(api().run(object, nullptr, &x, &in, 1, &y, 1, &out));
  }
};

bench::task task_of(const std::string& model, const float* x, const onnx::shape& xs, float* y, const onnx::shape& ys) {
  return bench::repeat([s = std::make_shared<session>(model, x, xs, y, ys)] { s->run(); });
}

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }
onnx::attribute pads(std::int64_t p) { return {"pads", {p, p, p, p}}; }
onnx::attribute strides(std::int64_t s) { return {"strides", {s, s}}; }

void images(bench::registry& r, const bench::contender& me) {
  for (const bench::image& i : bench::images)
    if (!i.separable)
      r.offer(me, i.name(), [i](const bench::arrays& a) {
        const onnx::shape xs{1, 1, extent(i.height), extent(i.width)}, ys{1, 1, extent(i.out_height()), extent(i.out_width())};
        onnx::model m;
        const std::string x = m.input(xs);
        return task_of(m.finish(m.node("Conv", {x, m.weight(a.in[1], {1, 1, extent(i.kernel_height), extent(i.kernel_width)})}), ys), a.in[0], xs, a.out[0], ys);
      });
}

void convolutions(bench::registry& r, const bench::contender& me, const auto& all) {
  for (const bench::convolution& c : all)
    r.offer(me, name_of(c, bench::pass::forward), [c](const bench::arrays& a) {
      const onnx::shape xs{1, extent(c.channels), extent(c.size), extent(c.size)}, ys{1, extent(c.outputs), extent(c.out_size()), extent(c.out_size())};
      onnx::model m;
      const std::string x = m.input(xs), w = m.weight(a.in[1], {extent(c.outputs), extent(c.channels / c.groups), extent(c.kernel), extent(c.kernel)});
      return task_of(m.finish(m.node("Conv", {x, w}, {pads(extent(c.pad())), strides(extent(c.stride)), {"group", {extent(c.groups)}}}), ys), a.in[0], xs, a.out[0], ys);
    });
}

void lenets(bench::registry& r, const bench::contender& me) {
  for (const bench::lenet_case& c : bench::lenet_cases)
    if (!c.training)
      r.offer(me, c.name(), [c](const bench::arrays& a) {
        const std::vector<onnx::shape> shapes{{6, 1, 5, 5}, {6}, {16, 6, 5, 5}, {16}, {120, 400}, {120}, {84, 120}, {84}, {10, 84}, {10}};
        const onnx::shape xs{extent(c.batch), 1, 28, 28}, ys{extent(c.batch), 10};
        onnx::model m;
        std::vector<std::string> p;
        for (std::size_t i = 0; i < shapes.size(); ++i) p.push_back(m.weight(a.in[2 + i], shapes[i]));
        auto active = [&](const std::string& t) { return m.node(c.relu ? "Relu" : "Sigmoid", {t}); };
        auto pooled = [&](const std::string& t) { return m.node("AveragePool", {t}, {{"kernel_shape", {2, 2}}, strides(2)}); };
        auto dense = [&](const std::string& t, std::size_t i) { return m.node("Gemm", {t, p[i], p[i + 1]}, {{"transB", {1}}}); };
        std::string h = pooled(active(m.node("Conv", {m.input(xs), p[0], p[1]}, {pads(2)})));
        h = m.node("Flatten", {pooled(active(m.node("Conv", {h, p[2], p[3]})))}, {{"axis", {1}}});
        return task_of(m.finish(dense(active(dense(active(dense(h, 4)), 6)), 8), ys), a.in[0], xs, a.out[0], ys);
      });
}

void pointwise(bench::registry& r, const bench::contender& me) {
  for (const bench::pointwise& p : bench::pointwise_cases)
    r.offer(me, p.name(), [p](const bench::arrays& a) {
      const onnx::shape s{extent(p.size)};
      onnx::model m;
      const std::string x = m.input(s);
      const float* const k = a.in[1];
      auto linear = [&](const float* scale, const float* shift) { return m.node("Add", {m.node("Mul", {x, m.weight(scale, {})}), m.weight(shift, {})}); };
      std::string y;
      if (p.is == bench::formula::gate) {
        const std::string t = m.node("Tanh", {linear(k, k + 1)});
        y = m.node("Mul", {t, m.node("Sigmoid", {linear(k + 2, k + 3)})});
      } else {
        const float scale = k[1] * k[2];
        y = m.node("Relu", {m.node("Add", {m.node("Mul", {m.node("Sub", {x, m.weight(k, {})}), m.weight(&scale, {})}), m.weight(k + 3, {})})});
      }
      return task_of(m.finish(y, s), a.in[0], s, a.out[0], s);
    });
}

void small(bench::registry& r, const bench::contender& me) {
  r.offer(me, bench::call, [](const bench::arrays& a) {
    onnx::model m;
    const std::string x = m.input({4});
    return task_of(m.finish(m.node("Relu", {m.node("Mul", {x, m.weight(a.in[1], {4})})}), {4}), a.in[0], {4}, a.out[0], {4});
  });
}

void resnet18(bench::registry& r, const bench::contender& me) {
  for (const char* name : {bench::resnet18_name, bench::resnet18_winograd_name}) r.offer(me, name, [](const bench::arrays& a) {
    const onnx::shape xs{1, 3, 224, 224}, ys{1, extent(bench::classes)};
    onnx::model m;
    std::size_t next = 0;
    auto normed = [&](const std::string& t) {
      const bench::normed& l = bench::resnet18_layers[next];
      const float* const* operand = a.in.data() + 1 + 5 * next++;
      const std::int64_t o = extent(l.outputs), k = extent(l.kernel);
      const std::string conv = m.node("Conv", {t, m.weight(operand[0], {o, extent(l.channels), k, k})}, {pads(k / 2), strides(extent(l.stride))});
      return m.node("BatchNormalization", {conv, m.weight(operand[1], {o}), m.weight(operand[2], {o}), m.weight(operand[3], {o}), m.weight(operand[4], {o})});
    };
    auto relu = [&](const std::string& t) { return m.node("Relu", {t}); };
    std::string h = m.node("MaxPool", {relu(normed(m.input(xs)))}, {{"kernel_shape", {3, 3}}, pads(1), strides(2)});
    while (next < bench::resnet18_layers.size()) {
      const bool narrows = bench::resnet18_layers[next].stride == 2;
      std::string g = relu(normed(h));
      g = normed(g);
      h = relu(m.node("Add", {g, narrows ? normed(h) : h}));
    }
    h = m.node("Flatten", {m.node("GlobalAveragePool", {h})}, {{"axis", {1}}});
    const std::size_t last = 1 + 5 * bench::resnet18_layers.size();
    const std::string y = m.node("Gemm", {h, m.weight(a.in[last], {extent(bench::classes), 512}), m.weight(a.in[last + 1], {extent(bench::classes)})}, {{"transB", {1}}});
    return task_of(m.finish(y, ys), a.in[0], xs, a.out[0], ys);
  });
}

}  // namespace

BENCH_MODULE {
  const bench::contender me{"ONNX Runtime", library().version()};
  small(r, me);
  images(r, me);
  convolutions(r, me, bench::resnet50);
  convolutions(r, me, bench::winograd);
  convolutions(r, me, bench::depthwise);
  lenets(r, me);
  pointwise(r, me);
  resnet18(r, me);
}
