// SPDX-License-Identifier: Apache-2.0
// Weights in a call: as an argument they are a model's handle, one address for each parameter and buffer; as a result
// they are what a handle's values are written into.
#pragma once

#include "intarsia/nn/weights.hpp"
#include "intarsia/run/function.hpp"

namespace intarsia::run {

template <class M>
inline constexpr bool already_refused<weights<M>> = !support::model_like<M>;
template <class M>
struct argument<weights<M>> {
  using handle = model_handle<M>;
  static constexpr int leaves = handle::count;
  static constexpr handle add(ir::graph& g) {
    handle h;
    h.graph = &g;
    support::for_each_number<leaves>([&]<int L>(std::integral_constant<int, L>) {
      using leaf = typename handle::template leaf<L>;
      ir::node n;
      n.what = ir::kind::argument;
      n.type = ir::dtype_of<typename leaf::value_type>();
      n.shape = leaf::shape_value;
      const int name = g.text.size();
      for (char c : support::paths<support::leaves_t<M>>[L]) g.text.push(c);
      g.text.push('\0');
      n.aux = g.arguments.push({n.type, n.shape, leaf::is, name});
      h.id[L] = g.add(n);
    });
    return h;
  }
  template <class W>
  INTARSIA_INLINE static void collect(W& w, const void** at, std::size_t* bytes) {
    support::for_each_number<leaves>([&]<int L>(std::integral_constant<int, L>) INTARSIA_INLINE_LAMBDA {
      at[L] = w.data() + weights<M>::offsets[L];
      bytes[L] = weights<M>::offsets[L + 1] - weights<M>::offsets[L];
    });
  }
};

template <class M>
struct result<model_handle<M>> {
  using type = weights<M>;
  static constexpr int leaves = model_handle<M>::count;
  static constexpr void add(ir::graph& g, const model_handle<M>& h) {
    for (int i = 0; i < model_handle<M>::count; ++i) g.outputs.push({h.id[i], -1});
  }
  INTARSIA_INLINE static void collect(type& w, void** at) {
    for (int i = 0; i < leaves; ++i) at[i] = w.data() + weights<M>::offsets[static_cast<std::size_t>(i)];
  }
};
template <class M>
struct result<assigned_model<M>> {
  using type = void;
  static constexpr int leaves = 0;
  static constexpr void add(ir::graph& g, const assigned_model<M>& a) {
    for (int i = 0; i < model_handle<M>::count; ++i) {
      const int argument = g[a.target.id[i]].aux;
      if (g.arguments[argument].is == ir::part::parameter) g.outputs.push({a.value.id[i], argument});
      else
        for (const ir::update& u : g.updates)
          if (u.argument == argument) g.outputs.push({u.node, argument});
    }
  }
};

}  // namespace intarsia::run
