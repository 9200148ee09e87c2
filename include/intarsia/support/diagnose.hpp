// SPDX-License-Identifier: Apache-2.0
// Compile errors. A rule returns a `verdict`; what is wrong with it becomes text in the name of a type that is declared and
// never defined: `refused<because<...>{"intarsia: [channels] corr2d", "axis 1: got 7, wanted 6", ...}>`.
// An overload which returns that type is chosen for a bad call, so that the compiler's one complaint stands at the user's
// own line, names no template on the way to it, and silences everything that follows from it.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#include "intarsia/support/shape.hpp"

namespace intarsia {

/// Why something is refused.
enum class fault {
  none, argument, assign_shape, assign_target, axis, branch, broadcast, capture, channels, concat, contraction, element_type, empty,
  extent_zero, function, groups, initialisers, into, into_temporary, labels, large_temporary, model_shape, no_path, not_adapted, not_constexpr, not_integer, not_parameter,
  not_scalar, not_template, number, operand, option, overflow, parameters, path, rank, reshape, result, slice, tensor, twice, unequal, value, weight, weights, window, winograd, workspace
};

namespace support {

struct fault_text {
  std::string_view tag;   // the anchor in docs/errors.md
  std::string_view hint;  // at most 36 characters: clang cuts what is longer
};

constexpr fault_text text_of(fault f) {
  constexpr fault_text texts[] = {
      {"[none]", ""},
      {"[argument]", "not a tensor, a number or weights"},
      {"[assign_shape]", "the target keeps shape and type"},
      {"[assign_target]", "assign to a non-const argument"},
      {"[axis]", "no such axis, or named twice"},
      {"[branch]", "ia::where(a < b, x, y) chooses"},
      {"[broadcast]", "unequal extents, and neither is 1"},
      {"[capture]", "pass it as an argument"},
      {"[channels]", "channels of the input, over groups"},
      {"[concat]", "unequal beside the joined axis"},
      {"[contraction]", "the extents summed over differ"},
      {"[element_type]", "convert: ia::cast<T>(x)"},
      {"[empty]", "the result would have no elements"},
      {"[extent_zero]", "every extent is at least 1"},
      {"[function]", "only inside ia::compile(...)"},
      {"[groups]", "groups divide both channel counts"},
      {"[initialisers]", "as many values as the shape says"},
      {"[into]", "a result of another shape or type"},
      {"[into_temporary]", "name the tensor, or pass a view"},
      {"[labels]", "one label for each row"},
      {"[large_temporary]", "name it, or make it ia::boxed"},
      {"[model_shape]", "each parameter keeps shape and type"},
      {"[no_path]", "the value does not depend on it"},
      {"[not_adapted]", "BOOST_HANA_ADAPT_STRUCT(...)"},
      {"[not_constexpr]", "constexpr code and constants only"},
      {"[labels]", "labels are integers"},
      {"[not_adapted]", "ia::parameter<...> is trained"},
      {"[not_scalar]", "ia::sum or ia::mean it first"},
      {"[option]", "as template arguments: name<1>(x)"},
      {"[number]", "convert: ia::cast<float>(x)"},
      {"[argument]", "a tensor or an expression is needed"},
      {"[option]", "values and options that it knows"},
      {"[overflow]", "too many bytes for one object"},
      {"[parameters]", "one auto parameter for each argument"},
      {"[path]", "no such parameter in the model"},
      {"[rank]", "another number of axes is needed"},
      {"[reshape]", "the number of elements must stay"},
      {"[result]", "return expressions or ia::outputs"},
      {"[slice]", "the range leaves the axis"},
      {"[argument]", "it is a tensor already"},
      {"[twice]", "two outputs into one argument"},
      {"[broadcast]", "== compares equals; ia::equal repeats"},
      {"[branch]", "its value is known only when it runs"},
      {"[weight]", "the weight does not fit its input"},
      {"[argument]", "ia::init<Model>(seed) makes weights"},
      {"[window]", "the window exceeds the padded input"},
      {"[winograd]", "3x3, stride 1, dilation 1, groups 1"},
      {"[workspace]", "no static workspaces: ia::prepare"},
  };
  return texts[static_cast<int>(f)];
}

/// How the found figure should relate to the wanted one.
enum class relation { exactly, at_least, at_most, divisor_of, values, times };

/// The options of windowed operations, for faults in them.
enum class option { none, pad, pad_sides, stride, dilation, output_padding, groups, winograd, winograd_tile, foreign };

/// What a shape rule says: a shape, or a fault with its place and what was found there.
struct verdict {
  extents shape{};
  fault why = fault::none;
  int axis = -1;
  index got = 0;
  index wanted = 0;
  relation how = relation::exactly;
  option in = option::none;

  static constexpr verdict bad(fault why, int axis = -1, index got = 0, index wanted = 0, relation how = relation::exactly) {
    return {{}, why, axis, got, wanted, how, option::none};
  }
  constexpr bool ok() const { return why == fault::none; }
};

/// One piece of an error's text.
struct words {
  char of[64]{};
  int size = 0;

  constexpr words& operator<<(std::string_view text) {
    for (char c : text)
      if (size + 1 < static_cast<int>(sizeof of)) of[size++] = c;
    return *this;
  }
  constexpr words& operator<<(index number) {
    if (number < 0) return *this << "-" << -number;
    if (number >= 10) *this << number / 10;
    const char digit[] = {static_cast<char>('0' + number % 10)};
    return *this << std::string_view(digit, 1);
  }
  constexpr words& operator<<(const extents& shape) {
    *this << "[";
    for (int d = 0; d < shape.rank; ++d) *this << (d > 0 ? ", " : "") << shape[d];
    return *this << "]";
  }
};

/// What clang prints of one string in a type.
inline constexpr int longest_piece = 36;

/// An error's text: pieces that each compiler prints whole.
struct letter {
  words piece[6]{};
  int count = 0;

  /// Long text becomes two pieces, cut at a comma.
  constexpr void add(const words& w) {
    const std::string_view text(w.of, static_cast<std::size_t>(w.size));
    const std::size_t comma = text.rfind(", ");
    if (w.size > longest_piece && comma != text.npos) {
      add(words{} << text.substr(0, comma));
      add(words{} << text.substr(comma + 2));
    } else if (w.size > 0 && count < 6) piece[count++] = w;
  }

  static constexpr letter about(fault why, std::string_view operation, const words& figures, const words& operands = {}) {
    letter l;
    words head, full;
    head << text_of(why).tag << " " << operation;
    full << "intarsia: " << std::string_view(head.of, static_cast<std::size_t>(head.size));
    l.add(full.size <= longest_piece ? full : head);
    l.add(figures);
    l.add(operands);
    l.add(words{} << text_of(why).hint);
    return l;
  }
  static constexpr letter about(fault why, std::string_view operation) { return about(why, operation, words{}); }
};

/// The figures of a verdict.
constexpr words figures_of(const verdict& v) {
  constexpr std::string_view options[] = {"", "pad", "pad_sides", "stride", "dilation", "output_padding", "groups", "winograd", "winograd_tile", "this is none"};
  constexpr std::string_view relations[] = {"", "at least ", "at most ", "a divisor of "};
  words w;
  if (v.in != option::none) w << options[static_cast<int>(v.in)];
  else if (v.axis >= 0) w << "axis " << v.axis;
  if (v.got == v.wanted && v.how == relation::exactly) return w;
  if (w.size > 0) w << ": ";
  if (v.how == relation::times) return w << "given twice";
  if (v.how == relation::values) return w << "got " << v.got << " values, wanted 1 or " << v.wanted;
  return w << "got " << v.got << ", wanted " << relations[static_cast<int>(v.how)] << v.wanted;
}

}  // namespace support

/// The text of an error as a template argument: arrays that hold exactly their text, because only those are printed as text.
template <std::size_t... Sizes>
struct because;
template <std::size_t A, std::size_t B>
struct because<A, B> {
  char a[A]{}, b[B]{};
};
template <std::size_t A, std::size_t B, std::size_t C>
struct because<A, B, C> {
  char a[A]{}, b[B]{}, c[C]{};
};
template <std::size_t A, std::size_t B, std::size_t C, std::size_t D>
struct because<A, B, C, D> {
  char a[A]{}, b[B]{}, c[C]{}, d[D]{};
};
template <std::size_t A, std::size_t B, std::size_t C, std::size_t D, std::size_t E>
struct because<A, B, C, D, E> {
  char a[A]{}, b[B]{}, c[C]{}, d[D]{}, e[E]{};
};
template <std::size_t A, std::size_t B, std::size_t C, std::size_t D, std::size_t E, std::size_t F>
struct because<A, B, C, D, E, F> {
  char a[A]{}, b[B]{}, c[C]{}, d[D]{}, e[E]{}, f[F]{};
};

/// What a bad call returns. It has no definition.
template <auto Why>
struct refused;

/// Stands where there is nothing to return, in a class or constructor: all is there but `accepts`, which those ask for.
template <auto Why>
struct rejected {
  using leaves = std::tuple<>;
  static constexpr std::size_t size = 1, bytes = 64, align = 64, padded = 64;
};

namespace support {

struct accepted {
  static constexpr void accepts() {}
};

template <std::size_t N>
constexpr void write(char (&to)[N], const words& from) {
  for (std::size_t i = 0; i < N; ++i) to[i] = from.of[i];  // the zero too: clang prints only arrays that were written whole
}
template <letter L, std::size_t... N>
consteval auto trimmed(std::index_sequence<N...>) {
  because<N...> text;
  auto write_all = [](auto&... to) {
    int next = 0;
    (write(to, L.piece[next++]), ...);
  };
  if constexpr (sizeof...(N) == 2) write_all(text.a, text.b);
  else if constexpr (sizeof...(N) == 3) write_all(text.a, text.b, text.c);
  else if constexpr (sizeof...(N) == 4) write_all(text.a, text.b, text.c, text.d);
  else if constexpr (sizeof...(N) == 5) write_all(text.a, text.b, text.c, text.d, text.e);
  else write_all(text.a, text.b, text.c, text.d, text.e, text.f);
  return text;
}
template <letter L>
consteval auto trim() {
  if constexpr (L.count == 0) return 0;  // a good call: clang looks at return types before constraints
  else
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return trimmed<L>(std::index_sequence<static_cast<std::size_t>(L.piece[I].size + 1)...>{});
    }(std::make_index_sequence<static_cast<std::size_t>(L.count)>{});
}

/// A letter's text, for `refused` and `rejected`.
template <letter L>
struct told {
  static constexpr auto why = trim<L>();
};

}  // namespace support
}  // namespace intarsia
