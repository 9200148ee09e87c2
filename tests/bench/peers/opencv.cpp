// SPDX-License-Identifier: Apache-2.0
// OpenCV: filter2D and sepFilter2D on the inner part of the image, whose neighbours it reads where they are.
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "../cases/images.hpp"

namespace {

template <std::size_t N>
cv::Mat row() {
  cv::Mat k(1, N, CV_32F);
  for (std::size_t i = 0; i < N; ++i) k.at<float>(0, static_cast<int>(i)) = bench::binomial<N>()[i];
  return k;
}
cv::Mat row(std::size_t n) { return n == 3 ? row<3>() : n == 5 ? row<5>() : row<7>(); }

}  // namespace

BENCH_MODULE {
  cv::setNumThreads(1);
  const bench::contender me{"OpenCV", CV_VERSION};
  for (const bench::image& i : bench::images)
    r.offer(me, i.name(), [i](const bench::arrays& a) {
      const int h = static_cast<int>(i.height), w = static_cast<int>(i.width), kh = static_cast<int>(i.kernel_height), kw = static_cast<int>(i.kernel_width);
      const cv::Mat whole(h, w, CV_32F, const_cast<float*>(a.in[0]));
      const cv::Mat x = whole(cv::Rect(kw / 2, kh / 2, w - kw + 1, h - kh + 1));
      cv::Mat y(h - kh + 1, w - kw + 1, CV_32F, a.out[0]);
      const cv::Point anchor(kw / 2, kh / 2);
      if (i.separable)
        return bench::repeat([x, y, anchor, column = row(i.kernel_height), line = row(i.kernel_width)]() mutable { cv::sepFilter2D(x, y, CV_32F, line, column, anchor); });
      const cv::Mat k(kh, kw, CV_32F, const_cast<float*>(a.in[1]));
      return bench::repeat([x, y, k, anchor]() mutable { cv::filter2D(x, y, CV_32F, k, anchor); });
    });
}
