// SPDX-License-Identifier: Apache-2.0
// A program without exceptions and without RTTI: language, a model, training, a prepared function, files, and the errors
// of bad input, which go to the handler. The handler leaves by longjmp, as it must not return.
#include <intarsia/intarsia.hpp>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this test is for builds without exceptions and without RTTI"
#endif

namespace ia = intarsia;

struct net {
  ia::nn::conv2d<1, 4, 3, ia::pad<1>> conv;
  ia::nn::linear<64, 3> out;
  constexpr auto operator()(auto x) const { return out(ia::flatten(ia::relu(conv(x)))); }
};
BOOST_HANA_ADAPT_STRUCT(net, conv, out);

namespace {

constexpr auto train = ia::compile([](auto model, auto x, auto label, auto rate) {
  auto loss = ia::cross_entropy(model(x), label);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});
constexpr auto infer = ia::compile([](auto model, auto x) { return model(x); });

int failures = 0;

void check(bool good, const char* what) {
  if (good) return;
  ++failures;
  std::printf("failed: %s\n", what);
}

std::jmp_buf escape;
char message[200];

template <class Action>
void check_refused(const char* tag, Action action) {
  message[0] = '\0';
  if (setjmp(escape) == 0) action();
  check(std::strstr(message, tag) != nullptr, tag);
}

}  // namespace

int main() {
  const ia::tensor<float, 3, 3> image{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}};
  const ia::tensor<float, 2, 2> y = ia::corr2d(image, ia::tensor<float, 2, 2>{{0, 1}, {2, 3}});
  check(y == ia::tensor<float, 2, 2>{{19, 25}, {37, 43}}, "a statement");

  static ia::weights<net> theta = ia::init<net>(1);
  static ia::tensor<float, 6, 1, 4, 4> x;
  static ia::tensor<int, 6> labels{0, 1, 2, 0, 1, 2};
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i * 31 % 17) / 17;
  const float first = train(theta, x, labels, 0.1f);
  float last = first;
  for (int i = 0; i < 100; ++i) last = train(theta, x, labels, 0.1f);
  check(last < 0.5f * first, "training");

  const auto ready = ia::prepare(infer, theta);
  const float difference = ia::max(ia::abs(ready(x) - infer(theta, x)));
  check(difference < 1e-5f, "a prepared function");

  ia::set_error_handler([](const char* text) {
    std::snprintf(message, sizeof message, "%s", text);
    std::longjmp(escape, 1);
  });
  static const ia::weights<net> before = theta;
  labels(4) = 3;
  check_refused("[label_range]", [] { train(theta, x, labels, 0.1f); });
  check(theta == before, "nothing is written when a label is refused");
  check_refused("[null_buffer]", [] { ia::view<float, 3>(static_cast<float*>(nullptr)); });
  check_refused("[load]", [] { ia::load(theta, "no such file"); });
  check(theta == before, "nothing is written when a file is refused");
  std::printf("%d failures\n", failures);
  return failures > 0;
}
