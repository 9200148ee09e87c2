// SPDX-License-Identifier: Apache-2.0
// Models in a traced function: a handle is a tree of parameters. Calling it calls a copy of the model whose parameters
// are traced values; arithmetic maps over the parameters; buffers take no part in it.
#pragma once

#include "intarsia/language/function.hpp"
#include "intarsia/language/reductions.hpp"
#include "intarsia/support/each.hpp"
#include "intarsia/support/structure.hpp"

namespace intarsia {

/// How a parameter begins. `fan_in` is U(-1/sqrt(n), 1/sqrt(n)), PyTorch's default for weights and biases of
/// convolutions and linear layers (its kaiming_uniform with a = sqrt(5)).
namespace initial {
template <index N>
struct fan_in {
  static constexpr double square_of_bound = 1.0 / static_cast<double>(N);
};
/// kaiming_uniform for relu: U(-b, b), b = sqrt(6 / fan_in).
template <index N>
struct kaiming_uniform {
  static constexpr double square_of_bound = 6.0 / static_cast<double>(N);
};
/// xavier_uniform: b = sqrt(6 / (fan_in + fan_out)).
template <index In, index Out>
struct xavier_uniform {
  static constexpr double square_of_bound = 6.0 / static_cast<double>(In + Out);
};
template <int Value>
struct constant {
  static constexpr int value = Value;
};
using zeros = constant<0>;
using ones = constant<1>;
}  // namespace initial

/// A trained tensor of a layer. Inside a traced function it is a value like any other.
template <class Tensor, class Initial = initial::zeros>
struct parameter;
template <class T, std::size_t... D, class Initial>
struct parameter<tensor<T, D...>, Initial> : traced<T, D...> {
  using intarsia_leaf = void;
  using initial_value = Initial;
  static constexpr ir::part is = ir::part::parameter;
};

/// A tensor that a layer keeps but training does not differentiate: running statistics.
template <class Tensor, class Initial = initial::zeros>
struct buffer;
template <class T, std::size_t... D, class Initial>
struct buffer<tensor<T, D...>, Initial> : traced<T, D...> {
  using intarsia_leaf = void;
  using initial_value = Initial;
  static constexpr ir::part is = ir::part::buffer;

  /// Whether the model is called by `ia::train(model)`.
  bool training = false;

  /// What `ia::assign(model, ...)` writes into the buffer.
  template <traced_or_refused X>
  constexpr void update(const X& value) const {
    if constexpr (support::is_refused<X>) this->graph->blame(fault::assign_shape, this->id);
    else if constexpr (!std::is_same_v<handle_t<X>, traced<T, D...>>) this->graph->blame(fault::assign_shape, this->id);
    else this->graph->updates.push({(*this->graph)[this->id].aux, value.id});
  }
};

namespace support {
template <std::size_t Arguments>
inline constexpr letter not_callable = letter::about(fault::parameters, "operator()", words{} << "got " << static_cast<index>(Arguments) << " arguments");
}  // namespace support

/// A model in a traced function.
template <class M>
struct model_handle {
  using intarsia_tree = M;
  using leaves = support::leaves_t<M>;
  static constexpr int count = std::tuple_size_v<leaves>;
  template <int I>
  using leaf = typename std::tuple_element_t<I, leaves>::type;

  ir::graph* graph = nullptr;
  ir::node_id id[count > 0 ? count : 1] = {};
  bool training = false;

  /// The model's own call, its parameters being the values of this handle.
  template <class... X>
  constexpr auto operator()(X... x) const {
    if constexpr ((support::is_refused<X> || ...)) return support::first_refused(x...);
    else if constexpr (!std::is_invocable_v<M&, X...>) return support::refused_value<support::not_callable<sizeof...(X)>>(graph, id[0]);
    else return call(x...);
  }

 private:
  template <class... X>
  constexpr auto call(X... x) const {
    M m{};
    int next = 0;
    auto bind = [&](auto& l) {
      l.graph = graph;
      l.id = id[next++];
      if constexpr (requires { l.training; }) l.training = training;
    };
    support::for_each_leaf(m, bind);
    return m(x...);
  }
};

namespace support {

template <class M, int I>
constexpr auto leaf_handle(const model_handle<M>& m) {
  return handle_t<typename model_handle<M>::template leaf<I>>{m.graph, m.id[I]};
}
template <int I, class A>
constexpr auto leaf_or_value(const A& a) {
  if constexpr (tree_handle<A>) return leaf_handle<typename A::intarsia_tree, I>(a);
  else return a;
}
template <class A, class... More>
struct first_tree : first_tree<More...> {};
template <tree_handle A, class... More>
struct first_tree<A, More...> {
  using type = A;
};
template <class A, class... More>
constexpr const auto& pick_tree(const A& a, const More&... more) {
  if constexpr (tree_handle<A>) return a;
  else return pick_tree(more...);
}

template <class Op>
inline constexpr ir::opcode crossing = ir::opcode::none;
template <ir::opcode Code>
inline constexpr ir::opcode crossing<reduction<Code, false>> = Code;

/// The first parameter whose shape or element type the operation does not keep; -1: each is kept.
template <class Tree, class Op, class... A>
consteval int first_not_kept() {
  int first = -1;
  for_each_number<Tree::count>([&first]<int I>(std::integral_constant<int, I>) {
    if constexpr (Tree::template leaf<I>::is == ir::part::parameter)
      if (!std::is_same_v<decltype(call(Op{}, leaf_or_value<I>(std::declval<const A&>())...)), handle_t<typename Tree::template leaf<I>>> && first < 0) first = I;
  });
  return first;
}
/// The operation on every parameter. The result is a model too.
template <class Op, class Tree, class... A>
constexpr auto map_parameters(Op op, Tree result, const A&... a) {
  constexpr int other = first_not_kept<Tree, Op, A...>();
  if constexpr (other < 0) {
    for_each_number<Tree::count>([&]<int I>(std::integral_constant<int, I>) {
      if constexpr (Tree::template leaf<I>::is == ir::part::parameter) result.id[I] = call(op, leaf_or_value<I>(a)...).id;
    });
    return result;
  } else {
    auto y = call(op, leaf_or_value<other>(a)...);
    if constexpr (is_refused<decltype(y)>) return y;
    else return refuse<Op, verdict::bad(fault::model_shape)>(y, leaf_handle<typename Tree::intarsia_tree, other>(result));
  }
}

template <class Tree>
inline constexpr int last_parameter = [] {
  int last = -1;
  for_each_number<Tree::count>([&last]<int I>(std::integral_constant<int, I>) {
    if (Tree::template leaf<I>::is == ir::part::parameter) last = I;
  });
  return last;
}();

/// An operation on trees: parameter by parameter; a full reduction goes on over the parameters.
template <class Op, class... A>
constexpr auto map_tree(Op op, const A&... a) {
  const auto& tree = pick_tree(a...);
  using Tree = std::remove_cvref_t<decltype(tree)>;
  if constexpr (crossing<Op> != ir::opcode::none) {
    auto reduce_from = [&]<int I>(std::integral_constant<int, I>, auto self) {
      using L = typename Tree::template leaf<I>;
      if constexpr (I == last_parameter<Tree>) return call(op, leaf_or_value<I>(a)...);
      else {
        auto rest = self(std::integral_constant<int, I + 1>{}, self);
        if constexpr (L::is != ir::part::parameter) return rest;
        else return call(binary<crossing<Op>>{}, call(op, leaf_or_value<I>(a)...), rest);
      }
    };
    return reduce_from(std::integral_constant<int, 0>{}, reduce_from);
  } else return map_parameters(op, tree, a...);
}

}  // namespace support

/// The gradient to every parameter of a model; zero for those that the loss does not reach.
/// Errors: [not_scalar].
template <traced_or_refused L, class M>
constexpr auto grad(const L& loss, const model_handle<M>& m) {
  if constexpr (support::is_refused<L>) return loss;
  else if constexpr (L::shape_value.rank != 0) return support::refuse<support::grad_fn, support::verdict::bad(fault::not_scalar, -1, L::rank, 0)>(loss);
  else {
    model_handle<M> g = m;
    support::for_each_number<model_handle<M>::count>([&]<int I>(std::integral_constant<int, I>) {
      if (model_handle<M>::template leaf<I>::is == ir::part::parameter) g.id[I] = support::gradient_of(loss, support::leaf_handle<M, I>(m)).id;
    });
    return g;
  }
}

/// `model -= step` is `model = model - step`, of the lambda's copy of the model.
#define INTARSIA_COMPOUND(symbol)                                          \
  template <class M, operand_or_number E>                                  \
  constexpr model_handle<M>& operator symbol##=(model_handle<M>& m, const E& e) { \
    const auto value = m symbol e;                                         \
    if constexpr (std::is_same_v<const model_handle<M>, decltype(value)>) m = value; \
    return m;                                                              \
  }
INTARSIA_COMPOUND(+)
INTARSIA_COMPOUND(-)
INTARSIA_COMPOUND(*)
INTARSIA_COMPOUND(/)
#undef INTARSIA_COMPOUND

/// The model as it is called for training: batch statistics, buffers renewed.
template <class M>
constexpr model_handle<M> train(model_handle<M> m) {
  m.training = true;
  return m;
}

template <class M>
struct assigned_model {
  model_handle<M> target;
  model_handle<M> value;
};
/// As an output: overwrites the model's parameters, and the buffers that a call for training has renewed.
template <class M>
[[nodiscard]] constexpr assigned_model<M> assign(const model_handle<M>& m, const model_handle<M>& value) {
  for (int i = 0; i < model_handle<M>::count; ++i)
    if ((*m.graph)[m.id[i]].what != ir::kind::argument) m.graph->blame(fault::assign_target, m.id[i]);
  return {m, value};
}
template <class M, class E>
  requires(support::is_refused<E>)
constexpr auto assign(const model_handle<M>&, const E& refused) {
  return refused;
}
/// Of another model's shape.
template <class M, class E>
  requires(!support::is_refused<E> && (traced_value<E> || tree_handle<E>))
constexpr auto assign(const model_handle<M>& m, const E& value) {
  auto of = support::leaf_or_value<0>(value);
  return support::refuse<support::assign_fn, support::verdict::bad(fault::assign_shape)>(handle_t<decltype(of)>{of.graph, of.id}, support::leaf_handle<M, 0>(m));
}

namespace support {
template <fixed_string Path, class M>
consteval int find_leaf() {
  int at = 0;
  for (std::string_view path : paths<leaves_t<M>>) {
    if (path == Path.view()) return at;
    ++at;
  }
  return -1;
}
}  // namespace support

namespace support {
struct get_fn {
  static constexpr std::string_view name = "get";
};
template <class M, fixed_string Path>
inline constexpr bool has_path = find_leaf<Path, M>() >= 0;
template <fixed_string Path>
consteval letter unknown_path() {
  return letter::about(fault::path, get_fn::name, words{} << Path.view());
}
}  // namespace support

/// A parameter of a model by its path: `ia::get<"conv1.weight">(model)`.
/// Errors: [path].
template <fixed_string Path, class M>
constexpr auto get(const model_handle<M>& m) {
  if constexpr (support::has_path<M, Path>) return support::leaf_handle<M, support::find_leaf<Path, M>()>(m);
  else return support::refused_value<support::unknown_path<Path>()>(m.graph, -1);
}

}  // namespace intarsia
