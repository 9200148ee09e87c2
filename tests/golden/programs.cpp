// SPDX-License-Identifier: Apache-2.0
// Prints a handful of programs after each pass. Planned for one machine, described here, so that the text is the same
// wherever and with whatever compiler it is printed; no kernel is compiled.
#include <intarsia/intarsia.hpp>

#include <iostream>
#include <string>

namespace ia = intarsia;

struct conv_block {
  ia::nn::conv2d<3, 8, 3, ia::pad<1>> conv;
  constexpr auto operator()(auto x) const { return ia::relu(conv(x)); }
};
struct normed_block {
  ia::nn::conv2d<4, 8, 3, ia::pad<1>, ia::no_bias> conv;
  ia::nn::batch_norm<8> norm;
  constexpr auto operator()(auto x) const { return ia::relu(norm(conv(x))); }
};
struct small_lenet {
  ia::nn::conv2d<1, 4, 3> conv;
  ia::nn::linear<36, 3> out;
  constexpr auto operator()(auto x) const { return out(ia::flatten(ia::avg_pool<2>(ia::sigmoid(conv(x))))); }
};
BOOST_HANA_ADAPT_STRUCT(conv_block, conv);
BOOST_HANA_ADAPT_STRUCT(normed_block, conv, norm);
BOOST_HANA_ADAPT_STRUCT(small_lenet, conv, out);

namespace {

/// As AVX2 has it.
struct one_machine {
  static constexpr ia::plan::machine machine{32, 16};
};

template <auto Function, class... Arguments>
using trace_of = typename decltype(Function)::template instance<Arguments...>::trace;

/// The graph after a pass, if the pass has changed it.
void print(const char* pass, const ia::ir::graph_view& g) {
  static std::string before;
  const std::string now = ia::ir::to_text(g);
  std::cout << "\n== " << pass << "\n" << (now == before ? "nothing changed\n" : now);
  before = now;
}

template <class Program>
void print_plan() {
  const ia::fuse::batching_view batch = Program::batched::view();
  if (batch.tiled()) std::cout << "\n== batch of " << batch.size[0] << " in tiles of " << batch.size[1] << "\n" << ia::ir::to_text(Program::tiled::view());
  std::cout << "\n== fused\n";
  for (int k = 0; k < Program::groups; ++k) std::cout << ia::plan::to_text(Program::tiled::view(), Program::fused::view(), k);
  std::cout << "\n== planned\n" << ia::plan::to_text(Program::tiled::view(), Program::planned::view());
  std::cout << Program::workspace_bytes << " bytes of workspace, " << Program::prepared_bytes << " prepared\n\n== nests\n";
  [&]<int... K>(std::integer_sequence<int, K...>) {
    ((std::cout << "kernel " << K << "\n" << ia::plan::to_text(Program::template kernel<K>::bound)), ...);
  }(std::make_integer_sequence<int, Program::groups>{});
}

/// A program is its trace; `prepared` compilations have what depends on parameters alone in a section of its own.
template <class Trace, bool Prepared = false>
void print_program(const char* name) {
  using program = ia::compilation<Trace, one_machine, Prepared>;
  std::cout << "==== " << name << "\n";
  print("traced", program::traced::view());
  print("differentiated", program::differentiated::view());
  print("simplified", program::simplified::view());
  print("padded", program::padded::view());
  print("copied", program::copied::view());
  print_plan<program>();
}

constexpr auto seed = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});
constexpr auto apply = ia::compile([](auto model, auto x) { return model(x); });
constexpr auto residual = ia::compile([](auto x, auto k1, auto k2) {
  auto h = ia::named<"h">(ia::relu(ia::corr2d(x, k1, ia::pad<1>)));
  auto loss = ia::sum(ia::square(ia::relu(ia::corr2d(h, k2, ia::pad<1>) + x)));
  return ia::outputs(loss, ia::grad(loss, k1), ia::grad(loss, k2));
});
constexpr auto train = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});

}  // namespace

int main() {
  print_program<trace_of<seed, ia::tensor<float, 6, 8>, ia::tensor<float, 1, 2>, ia::tensor<float, 6, 7>>>("seed");
  print_program<trace_of<apply, ia::weights<conv_block>, ia::tensor<float, 1, 3, 12, 12>>>("conv_bias_relu");
  print_program<trace_of<residual, ia::tensor<float, 1, 4, 8, 8>, ia::tensor<float, 4, 4, 3, 3>, ia::tensor<float, 4, 4, 3, 3>>>("residual");
  print_program<trace_of<apply, ia::weights<normed_block>, ia::tensor<float, 1, 4, 8, 8>>, true>("batch_norm_prepared");
  print_program<trace_of<train, ia::weights<small_lenet>, ia::tensor<float, 32, 1, 8, 8>, ia::tensor<int, 32>, float>>("lenet_in_tiles");
}
