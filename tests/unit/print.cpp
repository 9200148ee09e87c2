// SPDX-License-Identifier: Apache-2.0
// What operator<< writes, character for character, against what PyTorch printed for the same elements.
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>
#include <locale>
#include <sstream>
#include <string>

#include <intarsia/intarsia.hpp>

#include "../reference/print_expectations.hpp"

namespace ia = intarsia;

namespace {

template <class X>
std::string text(const X& x) {
  std::ostringstream os;
  os << x;
  return os.str();
}

struct comparison {
  int cases = 0;

  template <class T, std::size_t... D>
  void values(const char* name, std::array<T, (std::size_t{1} * ... * D)> elements, const char* expected) {
    // The storage starts one byte past a boundary: a view may borrow memory of any alignment.
    alignas(64) static char bytes[sizeof elements + 1];
    std::memcpy(bytes + 1, elements.data(), sizeof elements);
    compare(name, ia::view<const T, D...>(elements.data()), expected);
    const ia::extents shape = ia::extents_of<D...>;
    BOOST_TEST(ia::support::tensor_text(bytes + 1, ia::ir::dtype_of<T>(), shape).str() == expected, name);
  }
  template <class T, std::size_t... D>
  void pattern(const char* name, long factor, long modulus, long shift, double scale, const char* expected) {
    ia::boxed<ia::tensor<T, D...>> x;
    for (std::size_t i = 0; i < x.size(); ++i)
      x.data()[i] = static_cast<T>(static_cast<double>(static_cast<long>(i) * factor % modulus - shift) * scale);
    compare(name, x, expected);
  }
  template <class X>
  void compare(const char* name, const X& x, const char* expected) {
    ++cases;
    BOOST_TEST_CONTEXT(name) BOOST_TEST(text(x) == expected);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(as_pytorch) {
  comparison c;
  print_reference::for_each_case(c);
  BOOST_TEST(c.cases >= 60);
}

BOOST_AUTO_TEST_CASE(every_owner) {
  ia::tensor<float, 2, 2> x{{19, 25}, {37, 43}};
  const std::string expected = "tensor([[19., 25.],\n        [37., 43.]])";
  BOOST_TEST(text(x) == expected);
  BOOST_TEST(text(ia::view<float, 2, 2>(x)) == expected);
  BOOST_TEST(text(ia::view<const float, 2, 2>(x)) == expected);
  ia::boxed<ia::tensor<float, 2, 2>> b;
  *b = x;
  BOOST_TEST(text(b) == expected);
  BOOST_TEST(text(ia::tensor<float>(3)) == "tensor(3.)");  // not the number it converts to
  std::ostringstream chained;
  chained << "x = " << x << ", " << ia::tensor<float>(3) << '\n';
  BOOST_TEST(chained.str() == "x = " + expected + ", tensor(3.)\n");
}

// The installed PyTorch has no wider unsigned types; newer ones name them so.
BOOST_AUTO_TEST_CASE(lazy_values_are_run) {
  const ia::tensor<float, 2> x{1, 2};
  std::ostringstream os;
  os << x + x << ' ' << ia::sum(x);
  BOOST_TEST(os.str() == "tensor([2., 4.]) 3");
}

BOOST_AUTO_TEST_CASE(unsigned_types) {
  BOOST_TEST(text(ia::tensor<std::uint16_t, 2>{0, 65535}) == "tensor([    0, 65535], dtype=torch.uint16)");
  BOOST_TEST(text(ia::tensor<std::uint32_t, 2>{7, 4294967295u}) == "tensor([         7, 4294967295], dtype=torch.uint32)");
  BOOST_TEST(text(ia::tensor<std::uint64_t, 2>{7, 18446744073709551615u}) ==
             "tensor([                   7, 18446744073709551615], dtype=torch.uint64)");
}

BOOST_AUTO_TEST_CASE(same_integers_of_other_names) {
  BOOST_TEST(text(ia::tensor<long, 1>{5}) == "tensor([5])");
  BOOST_TEST(text(ia::tensor<long long, 1>{5}) == "tensor([5])");
  BOOST_TEST(text(ia::tensor<signed char, 1>{65}) == "tensor([65], dtype=torch.int8)");
}

BOOST_AUTO_TEST_CASE(stream_flags_and_locale_change_nothing) {
  struct comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::ostringstream os;
  os.imbue(std::locale(std::locale::classic(), new comma));
  os.setf(std::ios::hex | std::ios::showpos | std::ios::scientific);
  os.precision(9);
  os << ia::tensor<double, 2>{1234.5, 2345.25} << ia::tensor<std::int64_t, 1>{65536};
  BOOST_TEST(os.str() == "tensor([1234.5000, 2345.2500], dtype=torch.float64)tensor([65536])");
}
