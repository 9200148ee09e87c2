// SPDX-License-Identifier: Apache-2.0
// Weights to a file and back; files that are truncated, hostile or of another model change nothing.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <intarsia/intarsia.hpp>

#include "lenet.hpp"

namespace ia = intarsia;
namespace fs = std::filesystem;

struct pair_of {
  ia::nn::linear<2, 3> a;
  ia::nn::batch_norm<3> b;
  constexpr auto operator()(auto x) const { return b(a(x)); }
};
BOOST_HANA_ADAPT_STRUCT(pair_of, a, b);

namespace {


struct folder {
  fs::path path = fs::temp_directory_path() / ("intarsia-safetensors-" + std::to_string(::getpid()));
  folder() { fs::create_directories(path); }
  ~folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

std::string bytes_of(const std::string& path) {
  std::ifstream f(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(f), {}};
}
void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size())); }
std::string image(std::string header, const std::string& data) {
  std::uint64_t n = header.size();
  return std::string(reinterpret_cast<const char*>(&n), 8) + header + data;
}

// a: weight [3,2] 24 bytes, bias [3] 12; b: weight, bias, running_mean, running_var 12 each
const std::string good_header =
    R"({"a.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"a.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]},)"
    R"("b.weight":{"dtype":"F32","shape":[3],"data_offsets":[36,48]},"b.bias":{"dtype":"F32","shape":[3],"data_offsets":[48,60]},)"
    R"("b.running_mean":{"dtype":"F32","shape":[3],"data_offsets":[60,72]},"b.running_var":{"dtype":"F32","shape":[3],"data_offsets":[72,84]}})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void must_fail(const std::string& bytes, const std::string& said) {
  folder dir;
  const std::string path = dir / "bad.safetensors";
  write(path, bytes);
  auto w = ia::init<pair_of>(1);
  const auto before = w;
  bool thrown = false;
  try {
    ia::load(w, path);
  } catch (const ia::error& e) {
    thrown = true;
    BOOST_TEST(std::string(e.what()).find("intarsia: [load]") == 0);
    BOOST_TEST(std::string(e.what()).find(said) != std::string::npos, "'" << e.what() << "' does not say '" << said << "'");
  }
  BOOST_TEST(thrown, "accepted, but should say '" << said << "'");
  BOOST_TEST((w == before), "changed by a load that failed: " << said);
}

}  // namespace

BOOST_AUTO_TEST_CASE(round_trip) {
  folder dir;
  const auto w = ia::init<lenet>(7);
  ia::save(w, dir / "lenet.safetensors");
  ia::weights<lenet> read;
  BOOST_TEST(!(read == w));
  ia::load(read, dir / "lenet.safetensors");
  BOOST_TEST((read == w));
  BOOST_TEST(!fs::exists(dir / "lenet.safetensors.part"));
  const std::string bytes = bytes_of(dir / "lenet.safetensors");
  BOOST_TEST(bytes.find("\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[6,1,5,5],\"data_offsets\":[0,600]}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(order_and_metadata_do_not_matter) {
  folder dir;
  std::string data(84, '\0');
  for (std::size_t i = 0; i < 21; ++i) {
    const float v = static_cast<float>(i);
    std::memcpy(data.data() + 4 * i, &v, 4);
  }
  const std::string path = dir / "w.safetensors";
  write(path, image(R"({"__metadata__":{"made":"by hand"},)" + good_header.substr(1) + "    ", data));
  ia::weights<pair_of> w;
  ia::load(w, path);
  BOOST_TEST(ia::get<"a.weight">(w)(2, 1) == 5.f);
  BOOST_TEST(ia::get<"b.running_var">(w)(2) == 20.f);
}

BOOST_AUTO_TEST_CASE(truncated) {
  const std::string whole = image(good_header, std::string(84, 'x'));
  for (std::size_t n = 0; n < whole.size(); n += n < 16 ? 1 : 37) must_fail(whole.substr(0, n), "");
  must_fail(whole.substr(0, whole.size() - 1), "offsets outside of the file");
  must_fail(whole + "y", "bytes that belong to no tensor");
}

BOOST_AUTO_TEST_CASE(hostile_headers) {
  const std::string data(84, 'x');
  must_fail(image(std::string(1, '['), data), "begin with '{'");
  must_fail(std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + "{}", "more than 100 MB");
  must_fail(image(good_header + "x", data), "text after the header");
  must_fail(image("{" + std::string(5000, '['), data), "header");
  must_fail(image(R"({"a":{"b":{"c":{}}}})", data), "header");
  must_fail(image(replaced(good_header, "\"F32\"", "\"F33\""), data), "unknown dtype");
  must_fail(image(replaced(good_header, "\"F32\"", "\"F64\""), data), "do not fit the shape");
  must_fail(image(replaced(good_header, "[3,2]", "[2,3]"), data), "another shape");
  must_fail(image(replaced(good_header, "[3,2]", "[3,-2]"), data), "header");
  must_fail(image(replaced(good_header, "[3,2]", "[3,2.0]"), data), "header");
  must_fail(image(replaced(good_header, "[3,2]", "[4294967296,4294967296]"), data), "overflow");
  must_fail(image(replaced(good_header, "[24,36]", "[20,32]"), data), "overlap");
  must_fail(image(replaced(good_header, "[24,36]", "[36,24]"), data), "outside");
  must_fail(image(replaced(good_header, "[24,36]", "[24]"), data), "two numbers");
  must_fail(image(replaced(good_header, "[24,36]", "[24,36,48]"), data), "two numbers");
  must_fail(image(replaced(good_header, "\"a.bias\"", "\"a.weight\""), data), "twice");
  must_fail(image(replaced(good_header, "\"a.bias\"", "\"a.offset\""), data), "no tensor 'a.bias'");
  must_fail(image(replaced(good_header, "\"dtype\":\"F32\",", ""), data), "without dtype");
  must_fail(image(replaced(good_header, "\"dtype\":\"F32\",", "\"dtype\":\"F32\",\"dtype\":\"F32\","), data), "twice");
  must_fail(image(replaced(good_header, "\"dtype\":\"F32\",", "\"kind\":1,\"dtype\":\"F32\","), data), "unknown key");
  must_fail(image(replaced(good_header, "a.bias", std::string("a\xff") + "bias"), data), "header");
  must_fail(image(good_header.substr(0, good_header.size() - 1) + R"(,"c":{"dtype":"F32","shape":[0],"data_offsets":[84,84]}})", data), "does not have");
}

BOOST_AUTO_TEST_CASE(missing_file) {
  auto w = ia::init<pair_of>(1);
  BOOST_CHECK_THROW(ia::load(w, "no/such/file.safetensors"), ia::error);
  BOOST_CHECK_THROW(ia::save(w, "no/such/file.safetensors"), ia::error);
}
