// SPDX-License-Identifier: Apache-2.0
// What an expression is while it is traced: a node number whose *type* is element type and shape.
// Invariant: a handle lives only during constant evaluation, in the graph that its pointer names.
#pragma once

#include <utility>

#include "intarsia/ir/build.hpp"
#include "intarsia/tensor/tensor_like.hpp"

namespace intarsia {

/// A traced value. Everything known to the compiler about it is in its type.
template <class T, std::size_t... D>
struct traced {
  using value_type = T;
  using shape_type = shape<D...>;
  static constexpr extents shape_value = extents_of<D...>;
  static constexpr int rank = sizeof...(D);

  ir::graph* graph = nullptr;
  ir::node_id id = -1;

  static constexpr std::size_t size() { return (std::size_t{1} * ... * D); }

  /// A branch would be taken while the function is traced, once and for all: the call reports it.
  constexpr explicit operator bool() const {
    graph->blame(fault::branch, id);
    return false;
  }
  /// No element has a value while the function is traced: the call reports it.
  constexpr operator T() const
    requires(sizeof...(D) == 0 && !std::is_same_v<T, bool>)
  {
    graph->blame(fault::value, id);
    return T{};
  }
  template <class... I>
  constexpr traced<T> operator()(I...) const {
    graph->blame(fault::value, id);
    return {graph, id};
  }
  constexpr traced<T> operator[](auto) const { return (*this)(); }
  constexpr const traced* begin() const { return (*this)(), nullptr; }
  constexpr const traced* end() const { return nullptr; }
  /// Of another shape or type, or a number.
  template <class X>
  constexpr traced& operator=(const X& x);
};

namespace support {

template <class T, std::size_t... D>
traced<T, D...> plain_handle(const traced<T, D...>*);

template <class T, extents E, class Axes = std::make_index_sequence<static_cast<std::size_t>(E.rank)>>
struct shaped;
template <class T, extents E, std::size_t... I>
struct shaped<T, E, std::index_sequence<I...>> {
  using traced_type = traced<T, static_cast<std::size_t>(E.of[I])...>;
  using tensor_type = tensor<T, static_cast<std::size_t>(E.of[I])...>;
};

}  // namespace support

namespace support {
template <class T, class H>
struct retyped;
template <class T, class From, std::size_t... D>
struct retyped<T, traced<From, D...>> {
  using type = traced<T, D...>;
};
}  // namespace support

/// The handle type of another element type and the same shape.
template <class T, class H>
using retyped_t = typename support::retyped<T, H>::type;

/// The handle type of an element type and a shape value.
/// (g++ 12 crashes where E is a dependent member; name it in a local constexpr variable first.)
template <class T, extents E>
using traced_of = typename support::shaped<T, E>::traced_type;
template <class T, extents E>
using tensor_of = typename support::shaped<T, E>::tensor_type;

/// A handle, or something derived from one (a parameter of a layer).
template <class H>
concept traced_value = requires(std::remove_cvref_t<H>* h) { support::plain_handle(h); };

/// `traced<T, D...>` for a handle or a class derived from one.
template <class H>
using handle_t = decltype(support::plain_handle(std::declval<std::remove_cvref_t<H>*>()));

/// What has no value yet cannot be printed: no body, so that tracing a function which tries is no constant expression.
template <class Stream, traced_value H>
  requires requires(Stream& s) { s.flush(); }
Stream& operator<<(Stream& stream, const H&);

namespace support {
template <traced_value H, traced_value... More>
constexpr ir::graph& graph_of(const H& h, const More&...) {
  return *h.graph;
}
}  // namespace support
}  // namespace intarsia
