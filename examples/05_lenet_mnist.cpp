// SPDX-License-Identifier: Apache-2.0
// Trains LeNet on MNIST. Forward pass, gradients and update are one compiled function; calling it makes no heap call.
// The chapter's LeNet has sigmoids and mean pooling; with ReLU and max pooling plain gradient descent reaches 99 %.
#include <intarsia/intarsia.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "heap_counter.hpp"
#include "mnist.hpp"
#include "progress.hpp"

namespace ia = intarsia;

struct lenet {
  ia::nn::conv2d<1, 6, 5, ia::pad<2>> conv1;
  ia::nn::conv2d<6, 16, 5> conv2;
  ia::nn::linear<400, 120> fc1;
  ia::nn::linear<120, 84> fc2;
  ia::nn::linear<84, 10> fc3;
  constexpr auto operator()(auto x) const {
    auto h = ia::max_pool<2>(ia::relu(conv1(x)));
    auto g = ia::max_pool<2>(ia::relu(conv2(h)));
    return fc3(ia::relu(fc2(ia::relu(fc1(ia::flatten(g))))));
  }
};
BOOST_HANA_ADAPT_STRUCT(lenet, conv1, conv2, fc1, fc2, fc3);

constexpr auto train = ia::compile<"train">([](auto model, auto images, auto labels, auto rate) {
  auto loss = ia::cross_entropy(model(images), labels);
  return ia::outputs(loss, ia::assign(model, model - rate * ia::grad(loss, model)));
});
constexpr auto count_correct = ia::compile<"count_correct">([](auto model, auto images, auto labels) {
  return ia::sum(ia::cast<int>(ia::equal(ia::argmax<1>(model(images)), ia::cast<int>(labels))));
});

constexpr std::size_t batch = 80;  // divides 2,000, 10,000 and 60,000; digits that do not fill a batch would be left out
using image_batch = ia::view<const float, batch, 1, 28, 28>;
using label_batch = ia::view<const std::uint8_t, batch>;
constexpr ia::call_cost cost = ia::cost<train, ia::weights<lenet>, image_batch, label_batch, float>;

class dataset {
 public:
  explicit dataset(const examples::digits& digits) : pixels_(digits.images.size()), labels_(digits.labels) {
    std::transform(digits.images.begin(), digits.images.end(), pixels_.begin(), [](std::uint8_t p) { return static_cast<float>(p) / 255; });
  }

  std::size_t batches() const { return labels_.size() / batch; }
  image_batch images(std::size_t b) const { return image_batch(pixels_.data() + b * batch * examples::digit_size); }
  label_batch labels(std::size_t b) const { return label_batch(labels_.data() + b * batch); }

  /// The order is the same on every machine, which std::shuffle does not promise.
  void shuffle(std::mt19937_64& random) {
    const auto image = [this](std::size_t i) { return pixels_.begin() + static_cast<std::ptrdiff_t>(i * examples::digit_size); };
    for (std::size_t i = labels_.size() - 1; i > 0; --i) {
      const std::size_t j = random() % (i + 1);
      std::swap(labels_[i], labels_[j]);
      std::swap_ranges(image(i), image(i + 1), image(j));
    }
  }

 private:
  std::vector<float> pixels_;  // 0 to 1
  std::vector<std::uint8_t> labels_;
};

double accuracy(const ia::weights<lenet>& theta, const dataset& digits) {
  int correct = 0;
  for (std::size_t b = 0; b < digits.batches(); ++b) correct += count_correct(theta, digits.images(b), digits.labels(b));
  return 100.0 * correct / static_cast<double>(digits.batches() * batch);
}

int main(int argc, char** argv) try {
  std::string data = "examples/data/mnist.bin.gz";
  std::size_t epochs = 15;
  float rate = 0.2f;
  std::uint64_t seed = 1;
  double at_least = 0;
  CLI::App app("Trains LeNet on MNIST.");
  app.option_defaults()->always_capture_default();
  app.add_option("--data", data, "mnist.bin.gz, or the directory with the four official files");
  app.add_option("--epochs", epochs, "How often each digit is shown")->check(CLI::PositiveNumber);
  app.add_option("--rate", rate, "The learning rate at the start; it falls linearly to 0")->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "Chooses initial weights and the order of the digits");
  app.add_option("--at-least", at_least, "Fail if fewer % of the test digits are recognised");
  CLI11_PARSE(app, argc, argv);

  const examples::mnist mnist = examples::read_mnist(data);
  dataset digits(mnist.train);
  const dataset unseen(mnist.test);
  auto theta = ia::init<lenet>(seed);

  std::size_t parameters = 0;
  ia::for_each_parameter(theta, [&](auto, auto parameter) { parameters += parameter.size(); });
  std::cout << parameters << " parameters, " << cost.workspace_bytes << " bytes of workspace\n" << std::fixed;

  std::mt19937_64 random(seed);
  const std::size_t steps = epochs * digits.batches();
  std::size_t done = 0;
  long heap_calls = 0;
  const long heap_calls_before = examples::heap_calls;
  examples::progress bar(steps);
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    digits.shuffle(random);
    double loss = 0;
    for (std::size_t b = 0; b < digits.batches(); ++b, ++done, ++bar) {
      const float falling = rate * static_cast<float>(steps - done) / static_cast<float>(steps);
      const long before = examples::heap_calls;
      loss += train(theta, digits.images(b), digits.labels(b), falling);
      heap_calls += examples::heap_calls - before;
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    bar.hide();
    std::cout << "epoch " << std::setw(2) << epoch << "  loss " << std::setprecision(4) << loss / static_cast<double>(digits.batches())
              << "  accuracy " << std::setprecision(2) << accuracy(theta, unseen) << " %  " << std::setprecision(0)
              << static_cast<double>(digits.batches() * batch) / time.count() << " images/s" << std::endl;
  }
  std::cout << heap_calls << " heap calls in " << steps << " training calls, " << heap_calls_before << " before them\n";

  std::filesystem::create_directories("out");
  ia::save(theta, "out/lenet.safetensors");
  ia::weights<lenet> loaded;
  ia::load(loaded, "out/lenet.safetensors");
  const double reached = accuracy(theta, unseen);
  if (accuracy(loaded, unseen) != reached) throw std::runtime_error("the loaded weights recognise other digits than the saved ones");
  if (reached < at_least) throw std::runtime_error("an accuracy of " + std::to_string(reached) + " % is too low");
  std::cout << "out/lenet.safetensors: loaded again, accuracy " << std::setprecision(2) << reached << " %\n";
} catch (const std::exception& e) {
  std::cerr << "05_lenet_mnist: " << e.what() << '\n';
  return 1;
}
