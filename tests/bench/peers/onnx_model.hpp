// SPDX-License-Identifier: Apache-2.0
// Writes ONNX models: the few messages of its protocol-buffer format that a graph of nodes with float weights needs.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onnx {

/// One message: fields by their numbers.
class message {
 public:
  message& number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(value);
    return *this;
  }
  message& text(int field, std::string_view value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  message& part(int field, const message& value) { return text(field, value.bytes_); }
  message& real(int field, float value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>(value | 128);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

using shape = std::vector<std::int64_t>;
using names = std::initializer_list<std::string>;

struct attribute {
  std::string name;
  shape integers;
  message encoded() const {
    message m;
    m.text(1, name);
    if (integers.size() == 1 && (name == "group" || name == "axis" || name == "transB")) return m.number(3, static_cast<std::uint64_t>(integers[0])).number(20, 2);
    for (std::int64_t i : integers) m.number(8, static_cast<std::uint64_t>(i));
    return m.number(20, 7);
  }
};

class model {
 public:
  /// A node with one result, which is returned.
  std::string node(const std::string& op, const std::vector<std::string>& inputs, const std::vector<attribute>& attributes = {}) {
    const std::string result = "t" + std::to_string(++count_);
    message n;
    for (const std::string& i : inputs) n.text(1, i);
    n.text(2, result).text(4, op);
    for (const attribute& a : attributes) n.part(5, a.encoded());
    graph_.part(1, n);
    return result;
  }
  std::string weight(const float* data, const shape& s) {
    const std::string name = "w" + std::to_string(++count_);
    message t;
    std::size_t size = 1;
    for (std::int64_t d : s) t.number(1, static_cast<std::uint64_t>(d)), size *= static_cast<std::size_t>(d);
    t.number(2, 1).text(8, name).text(9, {reinterpret_cast<const char*>(data), size * sizeof(float)});
    graph_.part(5, t);
    return name;
  }
  std::string input(const shape& s) {
    graph_.part(11, value("x", s));
    return "x";
  }
  /// The finished model, whose result is `y`.
  std::string finish(const std::string& result, const shape& s) {
    node_named("Identity", result);
    graph_.text(2, "g").part(12, value("y", s));
    message opset;
    opset.text(1, "").number(2, 13);
    return message().number(1, 8).part(8, opset).part(7, graph_).bytes();
  }

 private:
  void node_named(const char* op, const std::string& from) { graph_.part(1, message().text(1, from).text(2, "y").text(4, op)); }
  static message value(const char* name, const shape& s) {
    message dims;
    for (std::int64_t d : s) dims.part(1, message().number(1, static_cast<std::uint64_t>(d)));
    return message().text(1, name).part(2, message().part(1, message().number(1, 1).part(2, dims)));
  }
  message graph_;
  int count_ = 0;
};

}  // namespace onnx
