// SPDX-License-Identifier: Apache-2.0
// Statements, forward, backward, updates and prepared calls make no heap call: malloc and its family are counted, where
// operator new goes as well.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>

#include <new>

#include "examples/heap_counter.hpp"

namespace ia = intarsia;

struct net {
  ia::nn::conv2d<1, 8, 5> conv;
  ia::nn::linear<288, 10> out;
  constexpr auto operator()(auto x) const { return out(ia::flatten(ia::avg_pool<2>(ia::sigmoid(conv(x))))); }
};
BOOST_HANA_ADAPT_STRUCT(net, conv, out);

namespace {

template <class Action>
long heap_calls_in(Action action) {
  const long before = examples::heap_calls;
  action();
  return examples::heap_calls - before;
}

template <class Tensor>
void fill(Tensor& t, int seed) {
  for (std::size_t i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>(static_cast<int>(i * 7 + static_cast<std::size_t>(seed)) % 5 - 2);
}

constexpr auto forward = ia::compile([](auto model, auto x) { return model(x); });
constexpr auto backward = ia::compile([](auto model, auto x, auto label) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::grad(loss, model));
});
constexpr auto sgd = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});
constexpr auto step = ia::compile([](auto x, auto k, auto y) {
  auto loss = ia::sum(ia::square(ia::corr2d(x, k) - y));
  return ia::outputs(loss, k - 3e-2f * ia::grad(loss, k));
});

template <std::size_t Batch>
struct data {
  ia::weights<net> theta = ia::init<net>(1);
  ia::boxed<ia::tensor<float, Batch, 1, 16, 16>> x;
  ia::tensor<int, Batch> labels;

  data() {
    fill(*x, 3);
    for (std::size_t n = 0; n < Batch; ++n) labels(n) = static_cast<int>(n % 10);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  void* volatile block;  // compilers may leave out a block that nobody sees
  BOOST_TEST(heap_calls_in([&] { block = std::malloc(1), std::free(block); }) == 2);
  BOOST_TEST(heap_calls_in([&] { block = ::operator new(1), ::operator delete(block); }) == 2);
  BOOST_TEST(heap_calls_in([&] { block = ::operator new(1, std::align_val_t{64}), ::operator delete(block, std::align_val_t{64}); }) == 2);
  BOOST_TEST(heap_calls_in([] { ia::weights<net> w; w = ia::init<net>(1); }) >= 2);
}

BOOST_AUTO_TEST_CASE(statements) {
  static ia::tensor<float, 64, 64> a, b;
  fill(a, 1), fill(b, 2);
  static ia::tensor<float, 62, 62> y;
  float total = 0;
  BOOST_TEST(heap_calls_in([&] { b = ia::relu(a * 2 + b) / 3; }) == 0);
  BOOST_TEST(heap_calls_in([&] { a = ia::transpose(a) + a; }) == 0);  // overlaps: made beside its place
  BOOST_TEST(heap_calls_in([&] { y = ia::corr2d(ia::exp(a), ia::tensor<float, 3, 3>{{1, 2, 1}, {0, 0, 0}, {-1, -2, -1}}); }) == 0);
  BOOST_TEST(heap_calls_in([&] { b = ia::matmul(a, ia::softmax<1>(b)); }) == 0);
  BOOST_TEST(heap_calls_in([&] { total = ia::sum(ia::evaluate(ia::max<1>(b))); }) == 0);
  BOOST_TEST(total != 0);
}

BOOST_AUTO_TEST_CASE(functions) {
  ia::tensor<float, 6, 8> x;
  fill(x, 1);
  ia::tensor<float, 1, 2> k{{1, -1}};
  const ia::tensor<float, 6, 7> y;
  float loss = 0;
  BOOST_TEST(heap_calls_in([&] { const auto [l, next] = step(x, k, y); loss = l, k = next; }) == 0);
  BOOST_TEST(heap_calls_in([&] { step.into(loss, k)(x, k, y); }) == 0);  // the result over an argument
  BOOST_TEST(loss > 0);
}

// The workspace of the first is on the stack, that of the second, a batch in tiles, is larger than what the stack takes.
BOOST_AUTO_TEST_CASE(training) {
  data<2> small;
  data<64> large;
  static_assert(ia::cost<sgd, ia::weights<net>, ia::tensor<float, 2, 1, 16, 16>, ia::tensor<int, 2>, float>.workspace_bytes <= 64 * 1024);
  static_assert(ia::cost<sgd, ia::weights<net>, ia::tensor<float, 64, 1, 16, 16>, ia::tensor<int, 64>, float>.workspace_bytes > 64 * 1024);
  static ia::tensor<float, 64, 10> scores;
  float loss = 0;
  auto g = ia::zeros_like(large.theta);
  BOOST_TEST(heap_calls_in([&] { forward.into(scores)(large.theta, large.x); }) == 0);
  BOOST_TEST(heap_calls_in([&] { backward.into(loss, g)(large.theta, large.x, large.labels); }) == 0);
  BOOST_TEST(loss > 0);
  float first = 0, second = 0;
  BOOST_TEST(heap_calls_in([&] { first = sgd(small.theta, small.x, small.labels, 0.1f); }) == 0);
  BOOST_TEST(heap_calls_in([&] { second = sgd(large.theta, large.x, large.labels, 0.1f); }) == 0);
  BOOST_TEST(first > 0);
  BOOST_TEST(second > 0);
}

BOOST_AUTO_TEST_CASE(prepared) {
  data<1> d;
  auto ready = ia::prepare(forward, d.theta);
  ia::tensor<float, 1, 10> scores;
  BOOST_TEST(heap_calls_in([&] { scores = ready(d.x); }) == 0);
  BOOST_TEST(heap_calls_in([&] { ready.update(d.theta); }) == 0);
  BOOST_TEST(scores(0, 0) != 0);
}
