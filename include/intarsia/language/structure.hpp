// SPDX-License-Identifier: Apache-2.0
// Views: the same elements seen through other axes. Consumers read through them; nothing is copied where they can.
#pragma once

#include "intarsia/language/options.hpp"
#include "intarsia/language/pointwise.hpp"

namespace intarsia {

namespace support {

template <class A, extents E>
constexpr auto with_shape(A a, ir::node_id id) {
  return traced_of<typename A::value_type, E>{a.graph, id};
}

template <int... Axes>
struct permute_fn {
  static constexpr std::string_view name = "permute";
  template <class A>
  static constexpr verdict rule() {
    verdict v;
    int seen = 0;
    if (sizeof...(Axes) != A::rank) return verdict::bad(fault::rank, -1, sizeof...(Axes), A::rank);
    for (int a : std::initializer_list<int>{Axes...}) {
      if (a >= 0 && a < A::rank && (seen >> a & 1)) return verdict::bad(fault::axis, a);
      if (a < 0 || a >= A::rank) return verdict::bad(fault::axis, a, a, A::rank - 1, relation::at_most);
      seen |= 1 << a;
      v.shape.push(A::shape_value[a]);
    }
    return v;
  }
  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = rule<A>();
    if constexpr (!v.ok()) return refuse<permute_fn, v>(a);
    else {
      ir::view_map m;
      int to = 0;
      ((m.axis[Axes].axis0 = to++, m.axis[Axes].c0 = 1), ...);
      return with_shape<A, v.shape>(a, ir::view(*a.graph, a.id, v.shape, m));
    }
  }
};
struct transpose_fn {
  static constexpr std::string_view name = "transpose";
  template <class A>
  constexpr auto operator()(A a) const {
    if constexpr (A::rank != 2) return refuse<transpose_fn, verdict::bad(fault::rank, -1, A::rank, 2)>(a);
    else return permute_fn<1, 0>{}(a);
  }
};

template <index... To>
struct reshape_fn {
  static constexpr std::string_view name = "reshape";
  static constexpr verdict rule(const extents& from) {
    if (sizeof...(To) > max_rank) return verdict::bad(fault::rank, -1, sizeof...(To), max_rank, relation::at_most);
    verdict v;
    index known = 1;
    int open = -1;
    for (index e : std::initializer_list<index>{To...}) {
      if (e == -1 && open < 0) open = v.shape.rank;
      else if (e < 1) return verdict::bad(fault::reshape, v.shape.rank, e, 1, relation::at_least);
      else known *= e;
      v.shape.push(e);
    }
    if (open >= 0) {
      v.shape[open] = from.size() / known;
      known *= v.shape[open];
    }
    if (known != from.size()) return verdict::bad(fault::reshape, -1, known, from.size());
    return v;
  }
  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = rule(A::shape_value);
    if constexpr (!v.ok()) return refuse<reshape_fn, v>(a);
    else return with_shape<A, v.shape>(a, ir::reshape(*a.graph, a.id, v.shape));
  }
};
struct flatten_fn {
  static constexpr std::string_view name = "flatten";
  template <class A>
  constexpr auto operator()(A a) const {
    if constexpr (A::rank < 1) return refuse<flatten_fn, verdict::bad(fault::rank, -1, A::rank, 1, relation::at_least)>(a);
    else return reshape_fn<A::shape_value[0], -1>{}(a);
  }
};

template <int Axis, index Begin, index End, index Step>
struct slice_fn {
  static constexpr std::string_view name = "slice";
  template <class A>
  static constexpr verdict rule() {
    if (Axis < 0 || Axis >= A::rank) return verdict::bad(fault::axis, Axis, Axis, A::rank - 1, relation::at_most);
    verdict v;
    v.shape = A::shape_value;
    index extent = v.shape[Axis];
    index end = End < 0 ? End + extent : End, begin = Begin < 0 ? Begin + extent : Begin;
    if (Step < 1) return verdict::bad(fault::option, Axis, Step, 1, relation::at_least);
    if (begin < 0) return verdict::bad(fault::slice, Axis, Begin, -extent, relation::at_least);
    if (end > extent) return verdict::bad(fault::slice, Axis, End, extent, relation::at_most);
    if (begin >= end) return verdict::bad(fault::empty, Axis, end - begin, 1, relation::at_least);
    v.shape[Axis] = (end - begin + Step - 1) / Step;
    v.got = begin;
    return v;
  }
  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict v = rule<A>();
    if constexpr (!v.ok()) return refuse<slice_fn, v>(a);
    else {
      ir::view_map m = ir::identity_view(A::rank);
      m.axis[Axis].offset = v.got;
      m.axis[Axis].c0 = Step;
      return with_shape<A, v.shape>(a, ir::view(*a.graph, a.id, v.shape, m));
    }
  }
};

template <int Axis>
struct flip_fn {
  static constexpr std::string_view name = "flip";
  template <class A>
  constexpr auto operator()(A a) const {
    if constexpr (Axis < 0 || Axis >= A::rank) return refuse<flip_fn, verdict::bad(fault::axis, Axis, Axis, A::rank - 1, relation::at_most)>(a);
    else {
      ir::view_map m = ir::identity_view(A::rank);
      m.axis[Axis].offset = A::shape_value[Axis] - 1;
      m.axis[Axis].c0 = -1;
      return A{a.graph, ir::view(*a.graph, a.id, A::shape_value, m)};
    }
  }
};

template <int Axis>
struct concat_fn {
  static constexpr std::string_view name = "concat";
  template <class A, class B>
  static constexpr verdict rule() {
    if (!std::is_same_v<typename A::value_type, typename B::value_type>) return other_type<typename A::value_type, typename B::value_type>();
    if (A::rank != B::rank) return verdict::bad(fault::rank, -1, B::rank, A::rank);
    if (Axis < 0 || Axis >= A::rank) return verdict::bad(fault::axis, Axis, Axis, A::rank - 1, relation::at_most);
    verdict v;
    v.shape = A::shape_value;
    for (int d = 0; d < A::rank; ++d)
      if (d != Axis && v.shape[d] != B::shape_value[d]) return verdict::bad(fault::concat, d, B::shape_value[d], v.shape[d]);
    v.shape[Axis] += B::shape_value[Axis];
    return v;
  }
  template <class A>
  constexpr auto operator()(A a) const { return a; }
  template <class A, class B, class... More>
  constexpr auto operator()(A a, B b, More... more) const {
    constexpr verdict v = rule<A, B>();
    if constexpr (!v.ok()) return refuse<concat_fn, v>(a, b);
    else return (*this)(with_shape<A, v.shape>(a, ir::join(*a.graph, a.id, b.id, Axis)), more...);
  }
};

template <class... Options>
struct zero_pad_fn {
  static constexpr std::string_view name = "zero_pad";
  template <class A>
  constexpr auto operator()(A a) const {
    // padding applies to the last axes, two of them where there are so many
    constexpr int nd = A::rank < 2 ? A::rank : 2;
    constexpr window_options w = make_window_options<Options...>(nd);
    constexpr verdict v = [](const window_options& w) {
      if (!w.valid()) return w.wrong;
      for (const option other : {option::stride, option::dilation, option::output_padding, option::groups, option::winograd})
        if (w.has(other)) return w.without(other);
      if (!w.has(option::pad)) {
        verdict none = verdict::bad(fault::option, -1, 0, A::rank < 2 ? A::rank : 2, relation::values);
        none.in = option::pad;
        return none;
      }
      if (A::rank < 1) return verdict::bad(fault::rank, -1, 0, 1, relation::at_least);
      verdict r;
      r.shape = A::shape_value;
      for (int d = 0; d < nd; ++d) {
        index& e = r.shape[A::rank - nd + d];
        e += w.lo[d] + w.hi[d];
        if (e < 1) return verdict::bad(fault::empty, A::rank - nd + d, e, 1, relation::at_least);
      }
      return r;
    }(w);
    if constexpr (!v.ok()) return refuse<zero_pad_fn, v>(a);
    else {
      ir::view_map m = ir::identity_view(A::rank);
      for (int d = 0; d < nd; ++d) m.axis[A::rank - nd + d].offset = -w.lo[d];
      return with_shape<A, v.shape>(a, ir::view(*a.graph, a.id, v.shape, m));
    }
  }
};

/// The verdict on a shape that repeating would have to shrink.
constexpr verdict no_room(const extents& from, const extents& to) {
  if (from.rank > to.rank) return verdict::bad(fault::rank, -1, from.rank, to.rank, relation::at_most);
  for (int d = to.rank - 1, i = from.rank - 1; i >= 0; --d, --i)
    if (from[i] != 1 && from[i] != to[d]) return verdict::bad(fault::broadcast, i, from[i], to[d]);
  return verdict::bad(fault::broadcast);
}

template <index... To>
struct broadcast_fn {
  static constexpr std::string_view name = "broadcast_to";
  static constexpr verdict rule() {
    if (sizeof...(To) > max_rank) return verdict::bad(fault::rank, -1, sizeof...(To), max_rank, relation::at_most);
    verdict v;
    for (index e : std::initializer_list<index>{To...}) {
      if (e < 1) return verdict::bad(fault::extent_zero, v.shape.rank, e, 1, relation::at_least);
      v.shape.push(e);
    }
    return v;
  }
  template <class A>
  constexpr auto operator()(A a) const {
    constexpr verdict sound = rule();
    constexpr extents to = sound.shape;
    constexpr verdict v = sound.ok() ? broadcast_rule(to, A::shape_value) : sound;
    if constexpr (!v.ok()) return refuse<broadcast_fn, v>(a);
    else if constexpr (v.shape != to) return refuse<broadcast_fn, no_room(A::shape_value, to)>(a);
    else return with_shape<A, to>(a, ir::broadcast(*a.graph, a.id, to));
  }
};

}  // namespace support

/// Axes in a new order: result axis i is operand axis Axes[i].
template <int... Axes, operand_or_foreign A>
INTARSIA_INLINE constexpr auto permute(A&& a) {
  return support::call(support::permute_fn<Axes...>{}, std::forward<A>(a));
}
template <int... Axes, operand_or_foreign A>
  requires support::refuses<support::permute_fn<Axes...>, A>
refused<support::reason<support::permute_fn<Axes...>, A>> permute(A&& a);
INTARSIA_NO_VALUES(permute, support::permute_fn<>)
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto transpose(A&& m) {
  return support::call(support::transpose_fn{}, std::forward<A>(m));
}
template <operand_or_foreign A>
  requires support::refuses<support::transpose_fn, A>
refused<support::reason<support::transpose_fn, A>> transpose(A&& m);
INTARSIA_NO_VALUES(transpose, support::transpose_fn)
/// The same elements in row-major order; one extent may be -1.
template <index... To, operand_or_foreign A>
INTARSIA_INLINE constexpr auto reshape(A&& a) {
  return support::call(support::reshape_fn<To...>{}, std::forward<A>(a));
}
template <index... To, operand_or_foreign A>
  requires support::refuses<support::reshape_fn<To...>, A>
refused<support::reason<support::reshape_fn<To...>, A>> reshape(A&& a);
INTARSIA_NO_VALUES(reshape, support::reshape_fn<>)
/// All axes but the first in one.
template <operand_or_foreign A>
INTARSIA_INLINE constexpr auto flatten(A&& a) {
  return support::call(support::flatten_fn{}, std::forward<A>(a));
}
template <operand_or_foreign A>
  requires support::refuses<support::flatten_fn, A>
refused<support::reason<support::flatten_fn, A>> flatten(A&& a);
INTARSIA_NO_VALUES(flatten, support::flatten_fn)
/// Positions Begin, Begin + Step, ... below End of one axis; negative ones count from the end.
template <int Axis, index Begin, index End, index Step = 1, operand_or_foreign A>
INTARSIA_INLINE constexpr auto slice(A&& a) {
  return support::call(support::slice_fn<Axis, Begin, End, Step>{}, std::forward<A>(a));
}
template <int Axis, index Begin, index End, index Step = 1, operand_or_foreign A>
  requires support::refuses<support::slice_fn<Axis, Begin, End, Step>, A>
refused<support::reason<support::slice_fn<Axis, Begin, End, Step>, A>> slice(A&& a);
INTARSIA_NO_VALUES(slice, support::slice_fn<0, 0, 1, 1>)
template <int Axis, operand_or_foreign A>
INTARSIA_INLINE constexpr auto flip(A&& a) {
  return support::call(support::flip_fn<Axis>{}, std::forward<A>(a));
}
template <int Axis, operand_or_foreign A>
  requires support::refuses<support::flip_fn<Axis>, A>
refused<support::reason<support::flip_fn<Axis>, A>> flip(A&& a);
INTARSIA_NO_VALUES(flip, support::flip_fn<0>)
/// Operands one after the other along an axis.
template <int Axis, operand_or_foreign... A>
  requires(!support::refuses<support::concat_fn<Axis>, A...>)
INTARSIA_INLINE constexpr auto concat(A&&... a) {
  return support::call(support::concat_fn<Axis>{}, std::forward<A>(a)...);
}
template <int Axis, operand_or_foreign... A>
  requires support::refuses<support::concat_fn<Axis>, A...>
refused<support::reason<support::concat_fn<Axis>, A...>> concat(A&&... a);
/// Zeros around the last two axes: `ia::zero_pad(x, ia::pad<1>)`; negative padding crops.
template <operand_or_foreign A, class... Options>
INTARSIA_INLINE constexpr auto zero_pad(A&& a, Options...) {
  return support::call(support::zero_pad_fn<Options...>{}, std::forward<A>(a));
}
template <operand_or_foreign A, class... Options>
  requires support::refuses<support::zero_pad_fn<Options...>, A>
refused<support::reason<support::zero_pad_fn<Options...>, A>> zero_pad(A&& a, Options...);
template <index... To, operand_or_foreign A>
INTARSIA_INLINE constexpr auto broadcast_to(A&& a) {
  return support::call(support::broadcast_fn<To...>{}, std::forward<A>(a));
}
template <index... To, operand_or_foreign A>
  requires support::refuses<support::broadcast_fn<To...>, A>
refused<support::reason<support::broadcast_fn<To...>, A>> broadcast_to(A&& a);
INTARSIA_NO_VALUES(broadcast_to, support::broadcast_fn<>)

#undef INTARSIA_NO_VALUES

namespace support {
template <class A>
concept has_shape = requires { typename std::remove_cvref_t<A>::shape_type; };
template <class A>
inline constexpr extents extents_of_type = []<std::size_t... D>(shape<D...>) { return extents_of<D...>; }(typename std::remove_cvref_t<A>::shape_type{});
template <int Axis, class A>
constexpr letter no_axis() {
  constexpr int rank = extents_of_type<A>.rank;
  if constexpr (Axis >= 0 && Axis < rank) return {};
  else return letter::about(fault::axis, "extent", words{} << "axis " << Axis << ": got " << Axis << ", wanted at most " << rank - 1, words{} << extents_of_type<A>);
}
}  // namespace support

/// An extent as a constant, of a tensor or of a traced value.
/// Errors: [axis].
template <int Axis, support::has_shape A>
constexpr index extent(const A&) {
  return support::extents_of_type<A>[Axis];
}
template <int Axis, support::has_shape A>
  requires(support::no_axis<Axis, A>().count > 0)
refused<support::told<support::no_axis<Axis, A>()>::why> extent(const A&);

}  // namespace intarsia
