// SPDX-License-Identifier: Apache-2.0
// The storage of a model: one heap block, each parameter on a 64-byte boundary, made once.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "intarsia/language/model.hpp"

namespace intarsia {

namespace support {
template <class Leaf>
using leaf_tensor = decltype([]<class T, std::size_t... D>(traced<T, D...>*) { return std::type_identity<tensor<T, D...>>{}; }(static_cast<handle_t<Leaf>*>(nullptr)));

/// Numbers that are the same on every machine: a counter through a 64-bit mixing function.
struct counter_generator {
  std::uint64_t state;
  constexpr std::uint64_t operator()() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In (-1, 1), exact in float: one product scales it, so that no compiler's contraction matters.
  constexpr double symmetric() { return (static_cast<double>((*this)() >> 41) + 0.5) / 4194304.0 - 1.0; }
};

inline constexpr letter called_outside = letter::about(fault::function, "operator()");
}  // namespace support

/// Parameters and buffers of a model. Copying copies the elements.
/// Errors: [not_adapted], [extent_zero].
template <class M>
class weights {
 public:
  using model = M;
  using rule = typename support::choose_model_rule<M>::type;
  static_assert(rule::accepts);
  using leaves = typename rule::leaves;
  static constexpr int count = std::tuple_size_v<leaves>;
  template <int I>
  using leaf = typename std::tuple_element_t<I, leaves>::type;

  /// Bytes from the start of the block to parameter i; of the whole block for i = count.
  static constexpr std::array<std::size_t, count + 1> offsets = [] {
    std::array<std::size_t, count + 1> o{};
    support::for_each_number<count>([&o]<int I>(std::integral_constant<int, I>) { o[I + 1] = o[I] + (leaf<I>::size() * sizeof(typename leaf<I>::value_type) + 63) / 64 * 64; });
    return o;
  }();
  static constexpr std::size_t bytes = offsets[count];

  weights() : block_(static_cast<char*>(::operator new(bytes > 0 ? bytes : 1, std::align_val_t{64}))) { std::memset(block_.get(), 0, bytes); }
  weights(const weights& other) : weights() { std::memcpy(block_.get(), other.block_.get(), bytes); }
  weights(weights&&) noexcept = default;
  weights& operator=(const weights& other) {
    std::memcpy(block_.get(), other.block_.get(), bytes);
    return *this;
  }
  weights& operator=(weights&&) noexcept = default;

  template <int I>
  auto at() const {
    return []<class T, std::size_t... D>(traced<T, D...>*, char* p) { return view<T, D...>(reinterpret_cast<T*>(p)); }(
        static_cast<handle_t<leaf<I>>*>(nullptr), block_.get() + offsets[I]);
  }
  char* data() const { return block_.get(); }

  /// A model is called in a compiled function. Errors: [function].
  template <class... A>
  refused<support::told<support::called_outside>::why> operator()(A&&...) const;

  friend bool operator==(const weights& a, const weights& b) { return std::memcmp(a.data(), b.data(), bytes) == 0; }

 private:
  struct release {
    void operator()(char* p) const { ::operator delete(p, std::align_val_t{64}); }
  };
  std::unique_ptr<char, release> block_;
};

namespace support {
template <class>
inline constexpr bool is_weights = false;
template <class M>
inline constexpr bool is_weights<weights<M>> = true;
/// A tensor, or a model without its weights, where weights are needed.
template <class X>
concept no_weights = !is_weights<X> && (tensor_like<X> || model_like<X>);
consteval letter weights_needed(std::string_view function) { return letter::about(fault::weights, function); }
}  // namespace support

/// A parameter or buffer of a model's storage, as a view: `ia::get<"conv1.weight">(theta)`.
/// Errors: [path].
template <fixed_string Path, class M>
  requires support::has_path<M, Path>
auto get(weights<M>& w) {
  return w.template at<support::find_leaf<Path, M>()>();
}
template <fixed_string Path, class M>
  requires support::has_path<M, Path>
auto get(const weights<M>& w) {
  constexpr int at = support::find_leaf<Path, M>();
  return []<class T, std::size_t... D>(const view<T, D...>& v) { return view<const T, D...>(v); }(w.template at<at>());
}

template <fixed_string Path, class M>
  requires(!support::has_path<M, Path>)
refused<support::told<support::unknown_path<Path>()>::why> get(const weights<M>& w);
template <fixed_string Path, support::no_weights X>
refused<support::told<support::weights_needed("get")>::why> get(const X&);

namespace support {
template <ir::part... Parts, class M, class F>
void for_each_part(const weights<M>& w, F&& f) {
  for_each_number<weights<M>::count>([&]<int L>(std::integral_constant<int, L>) {
    using leaf = typename weights<M>::template leaf<L>;
    if constexpr (((leaf::is == Parts) || ...)) f(paths<leaves_t<M>>[L], w.template at<L>());
  });
}
}  // namespace support

/// Calls f(name, view) for each parameter, in the order of the model's members.
template <class M, class F>
void for_each_parameter(weights<M>& w, F&& f) {
  support::for_each_part<ir::part::parameter>(w, f);
}
template <support::no_weights X>
refused<support::told<support::weights_needed("for_each_parameter")>::why> for_each_parameter(const X&, ...);
/// The same for the buffers.
template <class M, class F>
void for_each_buffer(weights<M>& w, F&& f) {
  support::for_each_part<ir::part::buffer>(w, f);
}

/// Weights of a model, each parameter by its initialiser (PyTorch's defaults), the same on every machine for a seed.
/// Errors: [not_adapted].
template <class M>
weights<M> init(std::uint64_t seed) {
  weights<M> w;
  support::counter_generator random{seed};
  support::for_each_number<weights<M>::count>([&]<int L>(std::integral_constant<int, L>) {
    using leaf = typename weights<M>::template leaf<L>;
    using initial = typename leaf::initial_value;
    using T = typename leaf::value_type;
    for (T& v : w.template at<L>()) {
      if constexpr (requires { initial::square_of_bound; }) v = static_cast<T>(static_cast<float>(std::sqrt(initial::square_of_bound)) * static_cast<float>(random.symmetric()));
      else v = static_cast<T>(initial::value);
    }
  });
  return w;
}

template <class M>
  requires(!support::model_like<M>)
refused<support::told<support::verdict_on_leaves<support::leaves_t<M>>::value>::why> init(std::uint64_t seed);

/// Zeros of the same structure: the state of an optimiser.
template <class M>
weights<M> zeros_like(const weights<M>&) {
  return {};
}
template <support::no_weights X>
refused<support::told<support::weights_needed("zeros_like")>::why> zeros_like(const X&);

}  // namespace intarsia
