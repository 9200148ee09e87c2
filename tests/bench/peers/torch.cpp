// SPDX-License-Identifier: Apache-2.0
// PyTorch from C++, without the cost of Python: eager operations and autograd, weights packed for oneDNN where inference
// allows it. Its matrix products need OpenBLAS.
#include <torch/torch.h>

#include "../cases/convolutions.hpp"
#include "../cases/images.hpp"
#include "../cases/lenet.hpp"
#include "../cases/pointwise.hpp"
#include "../cases/resnet18.hpp"
#include "../cases/small.hpp"

namespace {

const bench::contender me{"PyTorch", TORCH_VERSION};

long extent(std::size_t n) { return static_cast<long>(n); }
at::Tensor tensor(const float* data, at::IntArrayRef shape) { return torch::from_blob(const_cast<float*>(data), shape); }

/// A task whose last result is copied out when it is asked for.
template <class Body>
bench::task task_of(Body body, float* out) {
  auto last = std::make_shared<at::Tensor>();
  return bench::repeat([body, last]() mutable {
                         const at::InferenceMode no_autograd;
                         *last = body();
                       },
                       [last, out] {
                         const at::InferenceMode no_autograd;
                         const at::Tensor dense = (last->is_mkldnn() ? last->to_dense() : *last).contiguous();
                         std::copy_n(dense.data_ptr<float>(), dense.numel(), out);
                       });
}

void images(bench::registry& r) {
  for (const bench::image& i : bench::images)
    if (!i.separable)
      r.offer(me, i.name(), [i](const bench::arrays& a) {
        return task_of([x = tensor(a.in[0], {1, 1, extent(i.height), extent(i.width)}), k = tensor(a.in[1], {1, 1, extent(i.kernel_height), extent(i.kernel_width)})] { return at::conv2d(x, k); }, a.out[0]);
      });
}

void convolutions(bench::registry& r, const auto& all) {
  for (const bench::convolution& c : all) {
    const std::vector<long> xs{1, extent(c.channels), extent(c.size), extent(c.size)}, ws{extent(c.outputs), extent(c.channels / c.groups), extent(c.kernel), extent(c.kernel)},
        ys{1, extent(c.outputs), extent(c.out_size()), extent(c.out_size())};
    const long stride = extent(c.stride), pad = extent(c.pad()), groups = extent(c.groups);
    r.offer(me, name_of(c, bench::pass::forward), [=](const bench::arrays& a) {
      const at::InferenceMode no_autograd;
      const std::vector<long> strides{stride, stride}, pads{pad, pad}, ones{1, 1};
      const at::Tensor packed = at::mkldnn_reorder_conv2d_weight(tensor(a.in[1], ws).to_mkldnn(), pads, strides, ones, groups);
      return task_of([=, x = tensor(a.in[0], xs)] { return at::mkldnn_convolution(x, packed, {}, pads, strides, ones, groups); }, a.out[0]);
    });
    for (bool to_input : {true, false})
      r.offer(me, name_of(c, to_input ? bench::pass::to_input : bench::pass::to_kernel), [=](const bench::arrays& a) {
        const at::Tensor x = to_input ? at::zeros(xs) : tensor(a.in[0], xs), w = to_input ? tensor(a.in[0], ws) : at::zeros(ws), y = tensor(a.in[1], ys);
        return task_of([=] {
          const auto [dx, dw, db] = at::convolution_backward(y, x, w, c10::nullopt, {stride, stride}, {pad, pad}, {1, 1}, false, {0, 0}, groups, {to_input, !to_input, false});
          return to_input ? dx : dw;
        }, a.out[0]);
      });
  }
}

at::Tensor lenet(const at::Tensor& x, const std::vector<at::Tensor>& p, bool relu) {
  auto activation = [relu](at::Tensor t) { return relu ? at::relu_(t) : at::sigmoid_(t); };
  at::Tensor h = at::avg_pool2d(activation(at::conv2d(x, p[0], p[1], 1, 2)), 2);
  h = at::avg_pool2d(activation(at::conv2d(h, p[2], p[3])), 2).flatten(1);
  h = activation(at::linear(h, p[4], p[5]));
  h = activation(at::linear(h, p[6], p[7]));
  return at::linear(h, p[8], p[9]);
}

void lenets(bench::registry& r) {
  for (const bench::lenet_case& c : bench::lenet_cases)
    r.offer(me, c.name(), [c](const bench::arrays& a) {
      const std::vector<std::vector<long>> shapes{{6, 1, 5, 5}, {6}, {16, 6, 5, 5}, {16}, {120, 400}, {120}, {84, 120}, {84}, {10, 84}, {10}};
      const at::Tensor x = tensor(a.in[0], {extent(c.batch), 1, 28, 28});
      std::vector<at::Tensor> parameters;
      for (std::size_t p = 0; p < shapes.size(); ++p) parameters.push_back(tensor(a.in[2 + p], shapes[p]).clone());
      if (!c.training) return task_of([=] { return lenet(x, parameters, c.relu); }, a.out[0]);
      for (at::Tensor& p : parameters) p.set_requires_grad(true);
      const at::Tensor label = tensor(a.in[1], {extent(c.batch)}).to(at::kLong);
      auto loss = std::make_shared<at::Tensor>();
      return bench::repeat([=] {
                             *loss = at::cross_entropy_loss(lenet(x, parameters, c.relu), label);
                             const auto gradients = torch::autograd::grad({*loss}, parameters);
                             const at::NoGradGuard no_autograd;
                             at::_foreach_add_(parameters, gradients, -bench::lenet_rate);
                           },
                           [=, out = a.out] {
                             for (std::size_t p = 0; p < parameters.size(); ++p) std::copy_n(parameters[p].data_ptr<float>(), parameters[p].numel(), out[p]);
                             *out.back() = loss->item<float>();
                           });
    });
}

void pointwise(bench::registry& r) {
  for (const bench::pointwise& p : bench::pointwise_cases)
    r.offer(me, p.name(), [p](const bench::arrays& a) {
      return task_of([p, x = tensor(a.in[0], {extent(p.size)}), k = a.in[1]] {
        if (p.is == bench::formula::gate) return at::mul(x, k[0]).add_(k[1]).tanh_().mul_(at::mul(x, k[2]).add_(k[3]).sigmoid_());
        return at::sub(x, k[0]).mul_(k[1] * k[2]).add_(k[3]).relu_();
      }, a.out[0]);
    });
}

void small(bench::registry& r) {
  r.offer(me, bench::learning, [](const bench::arrays& a) {
    return bench::repeat([x = tensor(a.in[0], {1, 1, 6, 8}), y = tensor(a.in[1], {1, 1, 6, 7}), first = tensor(a.in[2], {1, 1, 1, 2}), out = a.out] {
      at::Tensor k = first.clone().set_requires_grad(true), loss;
      for (int i = 0; i < bench::steps; ++i) {
        loss = (at::conv2d(x, k) - y).square().sum();
        const at::Tensor gradient = torch::autograd::grad({loss}, {k})[0];
        const at::NoGradGuard no_autograd;
        k.sub_(gradient, bench::rate);
      }
      std::copy_n(k.data_ptr<float>(), 2, out[0]);
      *out[1] = loss.item<float>();
    });
  });
}

/// Batch norms folded into the convolutions, everything in oneDNN's layout from the first to the last convolution.
void resnet18(bench::registry& r) {
  for (const char* name : {bench::resnet18_name, bench::resnet18_winograd_name}) r.offer(me, name, [](const bench::arrays& a) {
    const at::InferenceMode no_autograd;
    struct layer {
      at::Tensor weight, bias;
      long stride, pad;
    };
    std::vector<layer> layers;
    for (std::size_t i = 0; i < bench::resnet18_layers.size(); ++i) {
      const bench::normed& l = bench::resnet18_layers[i];
      const long o = extent(l.outputs), k = extent(l.kernel), s = extent(l.stride);
      auto operand = [&](std::size_t n, at::IntArrayRef shape) { return tensor(a.in[1 + 5 * i + n], shape); };
      const at::Tensor scale = operand(1, {o}) * at::rsqrt(operand(4, {o}) + 1e-5);
      const at::Tensor weight = operand(0, {o, extent(l.channels), k, k}) * scale.reshape({o, 1, 1, 1});
      layers.push_back({at::mkldnn_reorder_conv2d_weight(weight.to_mkldnn(), {k / 2, k / 2}, {s, s}, {1, 1}, 1), (operand(2, {o}) - operand(3, {o}) * scale).to_mkldnn(), s, k / 2});
    }
    const std::size_t last = 1 + 5 * layers.size();
    return task_of([layers, x = tensor(a.in[0], {1, 3, 224, 224}), w = tensor(a.in[last], {extent(bench::classes), 512}), b = tensor(a.in[last + 1], {extent(bench::classes)})] {
      auto conv = [](const at::Tensor& t, const layer& l) { return at::mkldnn_convolution(t, l.weight, l.bias, {l.pad, l.pad}, {l.stride, l.stride}, {1, 1}, 1); };
      at::Tensor h = at::max_pool2d(conv(x.to_mkldnn(), layers[0]).relu_(), {3, 3}, {2, 2}, {1, 1});
      for (std::size_t i = 1; i < layers.size();) {
        const at::Tensor g = conv(conv(h, layers[i]).relu_(), layers[i + 1]);
        const bool narrows = layers[i].stride == 2;
        h = at::add(g, narrows ? conv(h, layers[i + 2]) : h).relu_();
        i += narrows ? 3 : 2;
      }
      return at::linear(h.to_dense().mean({2, 3}), w, b);
    }, a.out[0]);
  });
}

}  // namespace

BENCH_MODULE {
  at::set_num_threads(1);
  small(r);
  images(r);
  convolutions(r, bench::resnet50);
  convolutions(r, bench::winograd);
  convolutions(r, bench::depthwise);
  lenets(r);
  pointwise(r);
  resnet18(r);
}
