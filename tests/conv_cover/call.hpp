// SPDX-License-Identifier: Apache-2.0
// Calls a compiled function (x, k, b, g) -> (y, dx, dk, db) on memory that the runner gives. The tensors are statics,
// as some are too large for a stack. Owned operands are aligned and padded, borrowed ones are neither.
#pragma once

#include <cstring>

#include <intarsia/intarsia.hpp>

#include "conv_cover/cover.hpp"

namespace conv_cover {

template <class Tensor>
void read(Tensor& to, const float* from) {
  std::memcpy(to.data(), from, to.size() * sizeof(float));
}
template <class Tensor>
void write(float* to, const Tensor& from) {
  std::memcpy(to, from.data(), from.size() * sizeof(float));
}

template <class Tensor>
struct view_of;
template <class T, std::size_t... D>
struct view_of<intarsia::tensor<T, D...>> {
  using type = intarsia::view<const T, D...>;
};

/// Operands as tensors.
template <class X, class K, class B, class Y>
struct owned {
  template <class Function>
  static void call(Function f, const float* const (&operands)[4], Y& y, X& dx, K& dk, B& db) {
    static X x;
    static K k;
    static B b;
    static Y g;
    read(x, operands[operand::x]), read(k, operands[operand::k]), read(b, operands[operand::b]), read(g, operands[operand::g]);
    f.into(y, dx, dk, db)(x, k, b, g);
  }
};
/// Operands as views of the runner's memory.
template <class X, class K, class B, class Y>
struct borrowed {
  template <class Function>
  static void call(Function f, const float* const (&operands)[4], Y& y, X& dx, K& dk, B& db) {
    const typename view_of<X>::type x(operands[operand::x]);
    const typename view_of<K>::type k(operands[operand::k]);
    const typename view_of<B>::type b(operands[operand::b]);
    const typename view_of<Y>::type g(operands[operand::g]);
    f.into(y, dx, dk, db)(x, k, b, g);
  }
};

template <template <class...> class Held, class X, class K, class B, class Y, class Function>
void call(Function f, const float* const (&operands)[4], float* const (&results)[4]) {
  static X dx;
  static K dk;
  static B db;
  static Y y;
  // whatever the results hold before the call must not matter
  read(y, results[result::y]), read(dx, results[result::dx]), read(dk, results[result::dk]), read(db, results[result::db]);
  Held<X, K, B, Y>::call(f, operands, y, dx, dk, db);
  write(results[result::y], y), write(results[result::dx], dx), write(results[result::dk], dk), write(results[result::db], db);
}

}  // namespace conv_cover
