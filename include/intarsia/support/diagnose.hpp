// SPDX-License-Identifier: Apache-2.0
// Compile errors: one sentence with a tag, the operation and the facts in the type beside it, and no cascade.
// A shape rule returns a `verdict`; `refuse` turns a bad one into the error.
#pragma once

#include <cstddef>

#include "intarsia/support/fixed_string.hpp"
#include "intarsia/support/shape.hpp"

namespace intarsia {

/// Why an expression is refused. The word in brackets of the message is the anchor in docs/errors.md.
enum class fault {
  none, broadcast, element_type, rank, axis, contraction, channels, groups, window, option, reshape, slice, concat,
  labels, weight, not_scalar, not_integer, number, count
};

namespace support {

/// What a shape rule says: a shape, or a fault with its place and what was found there.
struct verdict {
  extents shape{};
  fault why = fault::none;
  int axis = -1;
  index got = 0;
  index wanted = 0;

  static constexpr verdict bad(fault why, int axis = -1, index got = 0, index wanted = 0) { return {{}, why, axis, got, wanted}; }
  constexpr bool ok() const { return why == fault::none; }
};

/// Stands for the value of an expression that was refused: converts to anything, so that nothing else is reported.
struct refused_value {
  using value_type = float;
  using shape_type = shape<>;
  static constexpr extents shape_value{};
  template <class Any>
  constexpr operator Any() const;
};

}  // namespace support

template <index N> struct at_axis;
template <index N> struct got;
template <index N> struct wanted;

namespace support {

template <fault Why, fixed_string Operation, class Axis, class Got, class Wanted, class... Operands>
struct refused {
  static constexpr bool is(fault f) { return Why == f; }
  static_assert(!is(fault::broadcast), "intarsia: [broadcast] the extents of this axis differ and neither is 1");
  static_assert(!is(fault::element_type), "intarsia: [element_type] operands of different element types: use ia::cast<T>(x)");
  static_assert(!is(fault::number), "intarsia: [number] a fraction has no place in an integer tensor: use ia::cast<float>(x)");
  static_assert(!is(fault::rank), "intarsia: [rank] the operand has the wrong number of axes");
  static_assert(!is(fault::axis), "intarsia: [axis] there is no such axis, or it is named twice");
  static_assert(!is(fault::contraction), "intarsia: [contraction] the extents that are summed over differ");
  static_assert(!is(fault::channels), "intarsia: [channels] the kernel's input channels times groups differ from the input's channels");
  static_assert(!is(fault::groups), "intarsia: [groups] the number of groups must divide the channels");
  static_assert(!is(fault::window), "intarsia: [window] the kernel is larger than the padded input");
  static_assert(!is(fault::option), "intarsia: [option] stride, dilation and groups are at least 1, with one value or one for each axis");
  static_assert(!is(fault::reshape), "intarsia: [reshape] the number of elements changes");
  static_assert(!is(fault::slice), "intarsia: [slice] the range is empty or outside of the axis");
  static_assert(!is(fault::concat), "intarsia: [concat] the extents differ beside the joined axis");
  static_assert(!is(fault::labels), "intarsia: [labels] one label for each row is needed");
  static_assert(!is(fault::not_integer), "intarsia: [labels] labels are integers");
  static_assert(!is(fault::weight), "intarsia: [weight] the weight's shape does not fit the input");
  static_assert(!is(fault::not_scalar), "intarsia: [not_scalar] only a scalar has a gradient here: sum or average it first");
  static constexpr refused_value value{};
};

/// The one place that raises a compile error of the language.
template <fixed_string Operation, verdict V, class... Operands>
constexpr refused_value refuse() {
  return refused<V.why, Operation, at_axis<V.axis>, got<V.got>, wanted<V.wanted>, Operands...>::value;
}

}  // namespace support
}  // namespace intarsia
