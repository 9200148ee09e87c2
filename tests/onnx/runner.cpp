// SPDX-License-Identifier: Apache-2.0
// Runs the programs made from ONNX's node tests, each test a case of its own, against the results in its files.
//   onnx [Boost's options] -- onnx.bin left_out.txt
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

#include "onnx/onnx.hpp"

namespace {

onnx::data bytes;

bool register_all() {
  using namespace boost::unit_test;
  auto& suite = framework::master_test_suite();
  suite.p_name.value = "onnx";
  if (suite.argc != 3) return false;
  std::ifstream file(suite.argv[1], std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(file), {});
  std::cout << std::ifstream(suite.argv[2]).rdbuf() << std::flush;
  int count = 0;
  for (const onnx::part* p = onnx::part::all(); p != nullptr; p = p->next)
    for (int i = 0; i < p->count; ++i, ++count) {
      const onnx::test& t = p->first[i];
      suite.add(make_test_case([&t] {
        const std::string difference = t.run(bytes, t.in, t.out);
        BOOST_TEST(difference.empty(), difference);
      }, t.name, __FILE__, __LINE__));
    }
  return count > 0 && !bytes.empty();
}

}  // namespace

int main(int argc, char** argv) { return boost::unit_test::unit_test_main(&register_all, argc, argv); }
