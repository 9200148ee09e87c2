// SPDX-License-Identifier: Apache-2.0
// Refusing an operation on traced values. Inside a traced function nothing is reported: a refused value is a handle that
// carries its reason, which every operation hands on, until the call of the whole function reports it.
#pragma once

#include "intarsia/language/handle.hpp"
#include "intarsia/support/diagnose.hpp"

namespace intarsia {

/// A refused value: silent, with what user code may ask of a handle. `Why` is the letter without its place.
template <support::letter Why>
struct poison {
  using value_type = float;
  using shape_type = shape<>;
  static constexpr extents shape_value{};
  static constexpr int rank = 0;
  static constexpr support::letter why = Why;

  ir::graph* graph = nullptr;
  ir::node_id near = -1;  // the operand that tells where in a model this is

  static constexpr std::size_t size() { return 1; }
  constexpr explicit operator bool() const { return false; }
  template <class T>
    requires std::is_arithmetic_v<T> && (!std::is_same_v<T, bool>)
  constexpr operator T() const {
    return {};
  }
  template <class... I>
  constexpr poison operator()(I...) const {
    return *this;
  }
  template <class X>
  constexpr poison& operator=(const X&) {
    return *this;
  }
};

namespace support {

template <class>
inline constexpr bool is_poison = false;
template <letter Why>
inline constexpr bool is_poison<poison<Why>> = true;

template <class A>
inline constexpr bool is_refused = is_poison<std::remove_cvref_t<A>>;

/// The refused one among operands.
template <class A, class... More>
constexpr auto first_refused(const A& a, const More&... more) {
  if constexpr (is_refused<A>) return a;
  else return first_refused(more...);
}

struct operand_facts {
  ir::dtype type;
  extents shape;
};

/// The text of a refused operation: its figures, and all its operands.
constexpr letter describe(std::string_view operation, const verdict& v, const operand_facts* operands, std::size_t count) {
  words figures = figures_of(v);
  const bool types = v.why == fault::element_type || v.why == fault::not_integer || v.why == fault::number;
  if (types && v.got != v.wanted)
    figures = words{} << "got " << ir::spelling_of(static_cast<ir::dtype>(v.got)) << ", wanted " << (v.wanted < 0 ? "an integer type" : ir::spelling_of(static_cast<ir::dtype>(v.wanted)));
  if (v.why == fault::assign_shape || v.why == fault::model_shape) {
    words got, wanted;
    got << "got " << ir::spelling_of(operands[0].type) << operands[0].shape;
    wanted << "wanted " << ir::spelling_of(operands[1].type) << operands[1].shape;
    return letter::about(v.why, operation, got, wanted);
  }
  words list[2];
  int line = 0;
  for (std::size_t i = 0; i < count; ++i) {
    words one;
    if (types) one << ir::spelling_of(operands[i].type);
    one << operands[i].shape;
    if (line == 0 && list[0].size > 0 && list[0].size + one.size + 5 > longest_piece) ++line;
    if (i > 0) list[line] << (list[line].size > 0 ? " and " : "and ");
    list[line] << std::string_view(one.of, static_cast<std::size_t>(one.size));
  }
  letter l;
  const letter head = letter::about(v.why, operation, figures, list[0]);
  for (int i = 0; i < head.count; ++i) {
    if (i + 1 == head.count) l.add(list[1]);
    l.add(head.piece[i]);
  }
  return l;
}

/// A verdict on an operand whose element type is not the wanted one.
template <class Wanted, class Got>
constexpr verdict other_type(fault why = fault::element_type) {
  return verdict::bad(why, -1, static_cast<index>(ir::dtype_of<Got>()), static_cast<index>(ir::dtype_of<Wanted>()));
}

template <class... H>
constexpr ir::node_id place_among(const H&... operands) {
  ir::node_id near = -1;
  auto look = [&near](const auto& h) {
    if (h.id < 0) return;
    const bool parameter = (*h.graph)[h.id].what == ir::kind::argument && h.graph->arguments[(*h.graph)[h.id].aux].name >= 0;
    if (near < 0 || parameter) near = h.id;
  };
  (look(operands), ...);
  return near;
}

/// A refused value, noted in its graph: whether the function returns it or not, its call is refused.
template <letter Why>
constexpr poison<Why> refused_value(ir::graph* graph, ir::node_id near) {
  if (graph != nullptr) graph->blame(Why, near);
  return {graph, near};
}

/// The result of an operation that its rule refuses. `Op::name` is what the user calls it.
template <class Op, verdict V, class... Operands>
constexpr auto refuse(const Operands&... operands) {
  constexpr operand_facts facts[] = {{ir::dtype_of<typename Operands::value_type>(), Operands::shape_value}...};
  constexpr letter why = describe(Op::name, V, facts, sizeof...(Operands));
  ir::graph* graph = nullptr;
  ((graph = operands.graph), ...);
  return refused_value<why>(graph, place_among(operands...));
}

struct assign_fn {
  static constexpr std::string_view name = "assign";
};
/// `p = e` for a value of a traced function.
struct assignment {
  static constexpr std::string_view name = "operator=";
};

}  // namespace support

// A value that a lambda gives to another is a handle's copy; what does not fit is noted, so that the call reports it.
template <class T, std::size_t... D>
template <class X>
constexpr traced<T, D...>& traced<T, D...>::operator=(const X& x) {
  if constexpr (traced_value<X>) graph->blame(support::refuse<support::assignment, support::verdict::bad(fault::assign_shape)>(x, *this).why, id);
  else graph->blame(std::is_arithmetic_v<X> ? fault::value : fault::assign_shape, id);
  return *this;
}
}  // namespace intarsia
