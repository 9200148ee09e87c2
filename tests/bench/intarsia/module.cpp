// SPDX-License-Identifier: Apache-2.0
// Intarsia as a contender, for one compiler and one target. The short form is this one unit, whose headers are read once.
#include "contender.hpp"

#if defined(BENCH_BRIEF)
#include "convolutions.cpp"
#include "images.cpp"
#include "lenet.cpp"
#include "pointwise.cpp"
#include "small.cpp"
#endif

BENCH_MODULE {
  bench::small_of_intarsia(r);
  bench::images_of_intarsia(r);
  bench::convolutions_of_intarsia(r);
  bench::lenet_of_intarsia(r);
  bench::pointwise_of_intarsia(r);
#if !defined(BENCH_BRIEF)
  bench::gradients_of_intarsia(r);
  bench::resnet18_of_intarsia(r);
  bench::streaming_of_intarsia(r);
#endif
}
