// SPDX-License-Identifier: Apache-2.0
// A graph as bytes, some ten a node. `writer` runs while a program compiles; `reader` takes bytes that anybody may have made:
// it never reads beyond them and says `failed` when they end early or a number does not fit. Each `transfer` names the
// fields once, for both directions. That a graph so read makes sense is not checked here.
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "intarsia/ir/graph.hpp"

namespace intarsia::ir::wire {

/// Tells whether writer and reader mean the same by a number: a hash over the names of all that is numbered.
constexpr std::uint32_t dialect() {
  std::uint32_t hash = 2166136261u;
  auto mix = [&hash](std::uint32_t v) { hash = (hash ^ v) * 16777619u; };
  for (int op = 0; op <= static_cast<int>(opcode::count); ++op) {
    for (const char* c = facts_of(static_cast<opcode>(op)).name; *c != 0; ++c) mix(static_cast<unsigned char>(*c));
    mix(0);
  }
  mix(static_cast<std::uint32_t>(kind::gradient));
  mix(static_cast<std::uint32_t>(dtype::f64));
  mix(max_rank);
  mix(max_contraction_axes);
  return hash;
}

/// Elements of constexpr tensors beyond this many are left out: passes look at the numbers of small ones alone.
inline constexpr int most_values = 256;
inline constexpr std::uint64_t most_left_out = 1 << 22;

class writer {
 public:
  support::list<unsigned char> bytes;

  constexpr void byte(unsigned v) { bytes.push(static_cast<unsigned char>(v)); }
  /// Seven bits a byte, low ones first.
  constexpr void natural(std::uint64_t v) {
    for (; v >= 128; v >>= 7) byte(static_cast<unsigned>(v & 127) | 128);
    byte(static_cast<unsigned>(v));
  }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  constexpr void operator()(const T& v) {
    if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) natural(static_cast<std::uint64_t>(v));
    else {
      const auto n = static_cast<std::int64_t>(v);
      natural((static_cast<std::uint64_t>(n) << 1) ^ (n < 0 ? ~std::uint64_t{0} : 0));
    }
  }
  /// Backwards, so that the zeros at the end of short fractions cost nothing.
  constexpr void operator()(const double& v) {
    const auto bits = std::bit_cast<std::uint64_t>(v);
    std::uint64_t turned = 0;
    for (int i = 0; i < 8; ++i) turned |= (bits >> (8 * i) & 255) << (8 * (7 - i));
    natural(turned);
  }
};

class reader {
 public:
  constexpr reader(const unsigned char* bytes, std::size_t count) : at_(bytes), end_(bytes + count) {}

  constexpr bool failed() const { return failed_; }
  constexpr bool finished() const { return at_ == end_; }
  constexpr void fail() { failed_ = true; }

  constexpr unsigned byte() {
    if (failed_ || at_ == end_) {
      failed_ = true;
      return 0;
    }
    return *at_++;
  }
  constexpr std::uint64_t natural() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const unsigned b = byte();
      v |= static_cast<std::uint64_t>(b & 127) << shift;
      if (b < 128) return v;
    }
    fail();
    return 0;
  }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  constexpr void operator()(T& v) {
    const std::uint64_t n = natural();
    if constexpr (std::is_enum_v<T>) narrow<std::underlying_type_t<T>>(n, v);
    else if constexpr (std::is_unsigned_v<T>) narrow<T>(n, v);
    else {
      const auto s = static_cast<std::int64_t>((n >> 1) ^ ((n & 1) != 0 ? ~std::uint64_t{0} : 0));
      if (s < std::numeric_limits<T>::min() || s > std::numeric_limits<T>::max()) fail();
      v = failed_ ? T{} : static_cast<T>(s);
    }
  }
  constexpr void operator()(double& v) {
    const std::uint64_t turned = natural();
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= (turned >> (8 * i) & 255) << (8 * (7 - i));
    v = std::bit_cast<double>(bits);
  }
  /// A count of things that take at least a byte each.
  constexpr int count() {
    const std::uint64_t n = natural();
    if (n > static_cast<std::uint64_t>(end_ - at_)) fail();
    return failed_ ? 0 : static_cast<int>(n);
  }

 private:
  template <class Wide, class T>
  constexpr void narrow(std::uint64_t n, T& v) {
    if (n > std::uint64_t{std::numeric_limits<Wide>::max()}) fail();
    v = failed_ ? T{} : static_cast<T>(n);
  }

  const unsigned char* at_;
  const unsigned char* end_;
  bool failed_ = false;
};

template <class S, class E>
constexpr void transfer_extents(S& s, E& e) {
  s(e.rank);
  if (e.rank < 0 || e.rank > max_rank) {
    if constexpr (std::is_same_v<S, reader>) s.fail(), e.rank = 0;
    return;
  }
  for (int d = 0; d < e.rank; ++d) s(e.of[d]);
}

template <class S, class N>
constexpr void transfer(S& s, N& n) {
  if constexpr (std::is_same_v<std::remove_const_t<N>, node>) {
    s(n.what), s(n.op), s(n.type), transfer_extents(s, n.shape);
    for (auto& i : n.in) s(i);
    s(n.aux), s(n.value);
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, view_map>) {
    int used = 0;
    if constexpr (std::is_same_v<S, writer>)
      for (int d = 0; d < max_rank; ++d)
        if (n.axis[d] != view_map().axis[d]) used = d + 1;
    s(used), s(n.fill);
    for (int d = 0; d < used && d < max_rank; ++d) {
      auto& a = n.axis[d];
      s(a.offset), s(a.den), s(a.axis0), s(a.c0), s(a.axis1), s(a.c1);
    }
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, contraction>) {
    s(n.count), s(n.winograd);
    if (n.count < 0 || n.count > max_contraction_axes) {
      if constexpr (std::is_same_v<S, reader>) s.fail(), n.count = 0;
      return;
    }
    for (int x = 0; x < n.count; ++x) {
      auto& a = n.axis[x];
      s(a.window), s(a.stride), s(a.dilation), s(a.pad);
      for (int i = 0; i < 3; ++i) s(a.who[i]), s(a.dim[i]), s(a.extent[i]);
    }
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, argument>) {
    s(n.type), transfer_extents(s, n.shape), s(n.is), s(n.name);
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, output>) {
    s(n.node), s(n.assigned);
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, label>) {
    s(n.node), s(n.name);
  } else if constexpr (std::is_same_v<std::remove_const_t<N>, check>) {
    s(n.argument), s(n.limit);
  } else s(n);
}

constexpr void write(writer& s, const graph_view& g) {
  auto all = [&s](const auto& list) {
    s.natural(static_cast<std::uint64_t>(list.size()));
    for (const auto& element : list) transfer(s, element);
  };
  all(g.nodes), all(g.views), all(g.contractions), all(g.arguments), all(g.outputs), all(g.labels), all(g.checks), all(g.text);
  s.natural(static_cast<std::uint64_t>(g.values.size()));
  if (g.values.size() <= most_values)
    for (const double& v : g.values) s(v);
}

/// A graph, as far as the bytes hold one.
constexpr graph read(reader& s) {
  graph g;
  auto all = [&s]<class T>(support::list<T>& list) {
    for (int n = s.count(); n > 0 && !s.failed(); --n) {
      T element{};
      transfer(s, element);
      list.push(element);
    }
  };
  all(g.nodes), all(g.views), all(g.contractions), all(g.arguments), all(g.outputs), all(g.labels), all(g.checks), all(g.text);
  const std::uint64_t values = s.natural();
  if (values > most_left_out) s.fail();
  for (std::uint64_t i = 0; i < values && !s.failed(); ++i) {
    double v = 0.5 + static_cast<double>(i) / 1024;  // left out: any that are no neutral elements
    if (values <= most_values) s(v);
    g.values.push(v);
  }
  return g;
}

}  // namespace intarsia::ir::wire
