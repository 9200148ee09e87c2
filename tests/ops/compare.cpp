// SPDX-License-Identifier: Apache-2.0
#include "compare.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

#include "../../src/description.hpp"
#include "../reference/interpret.hpp"

namespace ops {

namespace {

bool same(double got, double expected, double tolerance, double scale) {
  if (std::isnan(expected) || std::isnan(got)) return std::isnan(expected) && std::isnan(got);
  return got == expected || std::abs(got - expected) <= tolerance * std::max(std::abs(expected), scale);
}

void fill(array<double>& a, std::uint64_t seed) {
  random_numbers next{seed};
  for (double& v : a.at) v = next(0.5, 1.5);
}

template <class S>
S dot(const array<S>& y, const array<double>& weight) {
  S total(0.0);
  for (std::size_t i = 0; i < y.at.size(); ++i) total = total + y.at[i] * weight.at[i];
  return total;
}

/// d/d input[k] of sum(op * weight).
array<double> gradient(const oracle& op, const array<double>& weight, const std::vector<array<double>>& x, std::size_t k) {
  std::vector<array<dual<double>>> in;
  for (const auto& a : x) in.push_back(reference::map(a, [](double e) { return dual<double>(e); }));
  array<double> g(x[k].shape);
  for (std::size_t i = 0; i < g.at.size(); ++i) {
    in[k].at[i].slope = 1;
    g.at[i] = dot(op.once(in), weight).slope;
    in[k].at[i].slope = 0;
  }
  return g;
}
/// d/d input[k] of its derivative along the directions.
array<double> gradient_along(const oracle& op, const array<double>& weight, const std::vector<array<double>>& x, const std::vector<array<double>>& along, std::size_t k) {
  std::vector<array<dual<dual<double>>>> in;
  for (std::size_t j = 0; j < x.size(); ++j) {
    in.push_back(reference::map(x[j], [](double e) { return dual<dual<double>>(e); }));
    for (std::size_t i = 0; i < x[j].at.size(); ++i) in[j].at[i].value.slope = along[j].at[i];
  }
  array<double> g(x[k].shape);
  for (std::size_t i = 0; i < g.at.size(); ++i) {
    in[k].at[i].slope.value = 1;
    g.at[i] = dot(op.twice(in), weight).slope.slope;
    in[k].at[i].slope.value = 0;
  }
  return g;
}

}  // namespace

void compare(const array<double>& got, const array<double>& expected, double tolerance, const std::string& what) {
  if (got.shape != expected.shape) {
    BOOST_ERROR(what << ": another shape than the oracle's");
    return;
  }
  double scale = 0;
  for (double v : expected.at) scale += std::isfinite(v) ? std::abs(v) / static_cast<double>(expected.size()) : 0;
  int wrong = 0;
  for (std::size_t i = 0; i < got.at.size(); ++i)
    if (!same(got.at[i], expected.at[i], tolerance, std::max(scale, 1e-3)) && ++wrong <= 3)
      BOOST_ERROR(what << ": element " << i << " of " << got.size() << " is " << got.at[i] << ", expected " << expected.at[i]);
  BOOST_TEST(wrong == 0, what << ": " << wrong << " of " << got.size() << " elements differ");
}

std::string text_of(const char* operation, bool single) { return std::string(operation) + (single ? " in float" : " in double"); }

std::vector<array<double>> evaluate(const intarsia::ir::graph_view& traced, const std::vector<array<double>>& arguments) {
  using namespace intarsia::passes;
  const intarsia::ir::graph whole = differentiated(traced), g = padded(simplified(whole));
  // what the tool refuses in a binary must be no graph that a program can have
  BOOST_TEST(intarsia::tool::fault_in(whole) == "");
  std::vector<reference::graphs::elements> at;
  for (const array<double>& a : arguments) at.push_back(a.at);
  std::vector<array<double>> results;
  for (reference::graphs::elements& e : reference::graphs::results(g, at)) {
    const intarsia::extents& shape = g[g.outputs[static_cast<int>(results.size())].node].shape;
    array<double> a{reference::extents(shape.of, shape.of + shape.rank)};
    a.at = std::move(e);
    results.push_back(std::move(a));
  }
  return results;
}

void experiment::check(bool smooth) {
  std::uint64_t seed = 77;
  std::vector<array<double>> along = inputs;
  for (auto& w : weights) fill(w, ++seed);
  for (auto& v : along) fill(v, ++seed);
  auto call = [&](program p, const std::vector<array<double>>& x) {
    std::vector<array<double>> all = weights;
    all.insert(all.end(), along.begin(), along.end());
    all.insert(all.end(), x.begin(), x.end());
    return p(all);
  };
  const double h = 1e-5;  // along the directions
  auto moved = [&](double by) {
    std::vector<array<double>> x = inputs;
    for (std::size_t j = 0; j < x.size(); ++j)
      for (std::size_t i = 0; floating[j] && i < x[j].at.size(); ++i) x[j].at[i] += by * along[j].at[i];
    return call(values, x);
  };
  const auto once = call(first, inputs), twice = second ? call(second, inputs) : once, up = moved(h), down = moved(-h);
  std::size_t at = 0, again = 0;
  for (std::size_t o = 0; o < operations.size(); ++o) {
    const oracle& op = operations[o];
    const array<double>& weight = weights[o];
    const std::string text = op.text;
    std::vector<std::size_t> to;
    for (std::size_t j = 0; j < static_cast<std::size_t>(op.arity); ++j)
      if (floating[j]) to.push_back(j);
    compare(once[at], op.value(inputs), 1e-12, text + " in double");
    double total = 0, difference = 0, size = 1e-3;
    for (std::size_t k = 0; k < to.size(); ++k) {
      const array<double>& g = once[at + 1 + k];
      const std::string input = ", input " + std::to_string(to[k]);
      compare(g, gradient(op, weight, inputs, to[k]), 1e-12, text + ": first derivative" + input);
      for (std::size_t i = 0; i < g.at.size(); ++i) total += g.at[i] * along[to[k]].at[i], size += std::abs(g.at[i] * along[to[k]].at[i]);
      if (second) compare(twice[again + 1 + to.size() + k], gradient_along(op, weight, inputs, along, to[k]), 1e-11, text + ": second derivative" + input);
    }
    at += 1 + to.size();
    again += 1 + 2 * to.size();
    difference = (dot(up[o], weight) - dot(down[o], weight)) / (2 * h);
    if (smooth) BOOST_TEST(same(total, difference, 1e-7, size), text << ": along the directions " << total << ", finite difference " << difference);
  }
  BOOST_TEST(at == once.size());
}

}  // namespace ops
