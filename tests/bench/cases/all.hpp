// SPDX-License-Identifier: Apache-2.0
// All works, in the order of the page.
#pragma once

#include "convolutions.hpp"
#include "images.hpp"
#include "lenet.hpp"
#include "pointwise.hpp"
#include "resnet18.hpp"
#include "small.hpp"
#include "streaming.hpp"

namespace bench {

inline std::vector<work> all_works() {
  std::vector<work> all;
  for (auto family : {small_works, image_works, convolution_works, lenet_works, resnet18_works, pointwise_works, streaming_works})
    for (work& w : family()) all.push_back(std::move(w));
  return all;
}

}  // namespace bench
