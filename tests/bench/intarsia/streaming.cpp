// SPDX-License-Identifier: Apache-2.0
// Layers of an audio effect, one call for each sample; the history is the caller's.
#include "../cases/streaming.hpp"
#include "contender.hpp"

namespace bench {
namespace {

/// The newest output of a convolution over the history, [history, width], oldest sample first.
struct filter {
  ia::nn::conv1d<width, width, taps, ia::dilation<apart>> conv;
  constexpr auto operator()(auto past) const { return ia::reshape<width>(conv(ia::reshape<1, width, history>(ia::transpose(past)))); }
};
struct entry {
  ia::nn::linear<1, width> in;
  constexpr auto operator()(auto x) const { return ia::tanh(in(x)); }
};
struct rest {
  filter middle;
  ia::nn::linear<width, 1> out;
  constexpr auto operator()(auto past) const { return out(ia::tanh(middle(past))); }
};

}  // namespace
}  // namespace bench

BOOST_HANA_ADAPT_STRUCT(bench::filter, conv);
BOOST_HANA_ADAPT_STRUCT(bench::entry, in);
BOOST_HANA_ADAPT_STRUCT(bench::rest, middle, out);

namespace bench {
namespace {

template <class Net>
auto prepared_from(const arrays& a, std::size_t first) {
  ia::weights<Net> theta;
  ia::for_each_parameter(theta, [&](auto, auto v) { std::copy_n(a.in[first++], v.size(), v.data()); });
  return ia::prepare(apply, theta);
}

using one = ia::view<const float, 1>;
using sample = ia::view<const float, width>;
using past = ia::view<const float, history, width>;

}  // namespace

void streaming_of_intarsia(registry& r) {
  r.offer(me, dense, [](const arrays& a) {
    return repeat([ready = prepared_from<ia::nn::linear<width, width>>(a, 1), x = a.in[0], y = a.out[0]] {
      for (std::size_t t = 0; t < calls; ++t) {
        ia::view<float, width> place(y + t * width);
        ready.into(place)(sample(x + t * width));
      }
    });
  });
  r.offer(me, dilated, [](const arrays& a) {
    return repeat([ready = prepared_from<filter>(a, 1), x = a.in[0], y = a.out[0], seen = ring()]() mutable {
      for (std::size_t t = 0; t < calls; ++t) {
        ia::view<float, width> place(y + t * width);
        seen.push(x + t * width);
        ready.into(place)(past(seen.oldest()));
      }
    });
  });
  r.offer(me, stack, [](const arrays& a) {
    return repeat([first = prepared_from<entry>(a, 1), second = prepared_from<rest>(a, 3), x = a.in[0], y = a.out[0], seen = ring()]() mutable {
      for (std::size_t t = 0; t < calls; ++t) {
        ia::tensor<float, width> h;
        ia::view<float, 1> place(y + t);
        first.into(h)(one(x + t));
        seen.push(h.data());
        second.into(place)(past(seen.oldest()));
      }
    });
  });
}

}  // namespace bench
