// SPDX-License-Identifier: Apache-2.0
// group -> nest: what the group's values are in terms of loops, addresses and instructions.
// Views disappear here: each is a change of the indices at which the values behind it are computed or loaded.
#pragma once

#include "intarsia/plan/emit.hpp"

namespace intarsia::plan {

class lowering : emitter {
 public:
  constexpr lowering(const ir::graph_view& g, const fuse::batching_view& batch, const fuse::grouping_view& r, const memory_view& m, int group)
      : g_(g), batch_(batch), r_(r), m_(m), group_(group) {}

  constexpr bound_nest run() {
    nest& k = out_.kernel;
    const node_id root = r_.groups[group_].root;
    const extents& domain = r_.groups[group_].domain;
    for (int d = 0; d < domain.rank; ++d) k.extent[k.loops++] = domain[d];
    k.outer = k.loops;
    const point here = here_for(domain);

    const bool computes = r_.fates[root] == fate::computed && r_.group_of[root] == group_;
    if (computes && g_[root].what == kind::contract) contract(root);
    else if (computes && g_[root].what == kind::reduce) reduce(root, here);
    k.body = k.instructions;
    known_.clear();  // what the body computes is gone when its loops end
    if (k.reduction != ir::opcode::none) {
      instruction i;
      i.what = step::accumulator;
      i.type = g_[root].type;
      int sum = add(i);
      if (batch_.total[root]) {  // on top of what the tiles before have added
        instruction plus;
        plus.what = step::map;
        plus.op = ir::opcode::add;
        plus.type = plus.from = i.type;
        plus.a = static_cast<std::int8_t>(sum);
        plus.b = static_cast<std::int8_t>(load(g_[root].type, here, domain, m_.homes[root], 0, false));
        sum = add(plus);
      }
      remember(root, here, sum);
    }
    store_all(false);
    for (node_id n = 0; n < g_.size(); ++n)
      if (is_own(n) && r_.sunk[n] && g_[n].what != kind::map) sink(n);
    k.epilogue = k.instructions;
    if (k.sinks > 0) conclude();
    k.all_stores = static_cast<std::int8_t>(k.stores + last_stores_);
    return out_;
  }

 private:
  constexpr bool is_own(node_id n) const { return r_.fates[n] == fate::computed && r_.group_of[n] == group_; }

  /// The stores of each outer iteration, or those at the end, of what is made from running totals.
  constexpr void store_all(bool at_end) {
    for (node_id n = 0; n < g_.size(); ++n)
      if (is_own(n) && r_.sunk[n] == at_end && r_.stored[n] && !is_stored_elsewhere(n)) store_value(n, m_.homes[n]);
    for (int s = 0; s < r_.stores.size(); ++s) {
      const fuse::store& st = r_.stores[s];
      if (st.group != group_ || st.home || (is_own(st.value) && r_.sunk[st.value]) != at_end) continue;
      evaluated_ = st.operand < 0 ? st.value : -1;
      store_value(st.value, m_.store_homes[s]);
      evaluated_ = -1;
    }
  }
  constexpr void store_value(node_id n, const home& h) {
    const extents& shape = g_[n].shape;
    auto put = [&](const point& at) { store(value(n, at), h, g_[n].type, shape, at, !totals_.empty()); };
    if (!is_own(n) || !r_.sunk[n]) return put(here_for(shape));
    for (index e = 0; e < shape.size(); ++e) put(element(shape, e));
  }

  struct total {
    node_id node = -1;
    index element = 0;
  };

  /// Running totals: one for each element of a small sum over the group's own values.
  constexpr void sink(node_id n) {
    nest& k = out_.kernel;
    for (index e = 0; e < g_[n].shape.size(); ++e) {
      sink_of s;
      if (g_[n].what == kind::reduce) {
        s.op = g_[n].op;
        s.term = static_cast<std::int8_t>(value(g_[n].in[0], here_for(g_[g_[n].in[0]].shape)));
      } else {
        s.op = ir::opcode::add;
        point at[3]{};
        at[ir::out] = element(g_[n].shape, e);
        bind_sum(n, at);
        s.term = static_cast<std::int8_t>(operand_value(g_[n].in[0], at[ir::lhs]));
        s.factor = static_cast<std::int8_t>(operand_value(g_[n].in[1], at[ir::rhs]));
      }
      k.sink[k.sinks++] = s;
      totals_.push({n, e});
    }
  }
  /// The operands' points in a sum over the group's own loops, the result's point being given.
  constexpr void bind_sum(node_id n, point (&at)[3]) const {
    const ir::contraction& c = g_.contraction_of(n);
    const int own = fuse::summed_operand(g_, n, r_.groups[group_].domain, [&](node_id i) { return is_own(i); });
    at[own] = here_for(g_[g_[n].in[own - ir::lhs]].shape);
    const int other = own == ir::lhs ? ir::rhs : ir::lhs;
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) {
        const ir::role from = a.dim[ir::out] >= 0 ? ir::out : static_cast<ir::role>(own);
        if (a.dim[other] >= 0) at[other].at[a.dim[other]] = at[from].at[a.dim[from]];
        continue;
      }
      affine& i = at[other].at[a.dim[0]];  // i = stride o + dilation k - pad
      const affine &o = at[a.who[1]].at[a.dim[1]], &w = at[a.who[2]].at[a.dim[2]];
      i.offset = a.stride * o.offset + a.dilation * w.offset - a.pad;
      for (int l = 0; l < max_loops; ++l) i.coef[l] = a.stride * o.coef[l] + a.dilation * w.coef[l];
    }
  }
  constexpr void conclude() {
    known_.clear();
    for (int s = 0; s < totals_.size(); ++s) {
      instruction i;
      i.what = step::sink;
      i.type = g_[totals_[s].node].type;
      i.a = static_cast<std::int8_t>(s);
      remember(totals_[s].node, element(g_[totals_[s].node].shape, totals_[s].element), add(i));
    }
    store_all(true);
  }

  constexpr point here_for(const extents& shape) const { return point_of_loops(r_.groups[group_].domain, shape); }

  // The home of a value may be the very place that a store of the group fills.
  constexpr bool is_stored_elsewhere(node_id n) const {
    for (int s = 0; s < r_.stores.size(); ++s) {
      const fuse::store& st = r_.stores[s];
      if (!st.home && st.value == n && st.group == group_ && m_.store_homes[s].buffer == m_.homes[n].buffer && m_.store_homes[s].offset == m_.homes[n].offset)
        return true;
    }
    return false;
  }

  struct known {
    node_id node = -1;
    point where{};
    int instruction = -1;
  };
  constexpr void remember(node_id n, const point& where, int instruction) { known_.push({n, where, instruction}); }

  constexpr void contract(node_id root) {
    const ir::node& n = g_[root];
    const ir::contraction& c = g_.contraction_of(root);
    point at[3]{};
    auto on = [&](int who, int dim) -> affine& { return at[who].at[dim]; };
    for (int x = 0; x < c.count; ++x) {
      const ir::contraction_axis& a = c.axis[x];
      if (!a.window) {
        const int l = a.dim[ir::out] >= 0 ? a.dim[ir::out] : loop(a.extent[0]);
        for (int r = ir::lhs; r <= ir::rhs; ++r)
          if (a.dim[r] >= 0) on(r, a.dim[r]).coef[l] = 1;
        continue;
      }
      // loops for the result's index and for the other free one; the third index follows from the relation
      const bool has_i = a.who[0] == ir::out;
      int l[3] = {-1, -1, -1};
      for (int w = has_i ? 0 : 1; w < 3; ++w) {
        if (has_i && w == 1) continue;
        l[w] = a.who[w] == ir::out ? a.dim[w] : loop(a.extent[w]);
        if (a.who[w] != ir::out) on(a.who[w], a.dim[w]).coef[l[w]] = 1;
      }
      if (has_i) {  // o = (i + pad - dilation k) / stride
        affine& o = on(a.who[1], a.dim[1]);
        o.offset = a.pad;
        o.coef[l[0]] = 1;
        o.coef[l[2]] = -a.dilation;
        o.den = a.stride > 1 ? a.stride : 0;
      } else {  // i = stride o + dilation k - pad
        affine& i = on(a.who[0], a.dim[0]);
        i.offset = -a.pad;
        i.coef[l[1]] = a.stride;
        i.coef[l[2]] = a.dilation;
      }
    }
    nest& k = out_.kernel;
    k.reduction = ir::opcode::add;
    const int term = operand_value(n.in[0], at[ir::lhs]), factor = operand_value(n.in[1], at[ir::rhs]);
    k.term = static_cast<std::int8_t>(term);
    k.factor = static_cast<std::int8_t>(factor);
    k.zeros = k.guards;
    for (int r = ir::lhs; r <= ir::rhs; ++r) zeros_around(n.in[r - ir::lhs], at[r]);
  }
  /// A row for each axis that one loop of the result and one of the reduction walk, of an operand with zeros around it or around
  /// its parts: the steps that meet nothing else are left out.
  constexpr void zeros_around(node_id i, point p) {
    nest& k = out_.kernel;
    auto divides = [&] {
      for (int d = 0; d < g_[i].shape.rank; ++d)
        if (p.at[d].den > 1) return true;
      return false;
    };
    for (; !divides() && r_.fates[i] == fate::seen && g_[i].what == kind::view; i = g_[i].in[0]) p = point_behind(g_, i, p);
    if (divides() || r_.fates[i] != fate::gathered || g_[i].what != kind::view || g_.view_of(i).fill != 0) return;
    const extents& middle = g_[g_[i].in[0]].shape;
    const point own = point_behind(g_, i, p);
    for (int d = 0; d < middle.rank && k.guards < max_guards; ++d) {
      int loops[2] = {};
      for (int l = 0; l < k.loops; ++l) loops[l >= k.outer] += own.at[d].coef[l] != 0;
      if (loops[0] == 1 && loops[1] == 1 && !inside(own.at[d], middle[d])) guard_row(own.at[d], middle[d], 0);
    }
  }

  /// An operand of a contraction; indices that divide leave gaps, where it is zero.
  constexpr int operand_value(node_id i, const point& p) {
    const extents& shape = g_[i].shape;
    for (int d = 0; d < shape.rank; ++d)
      if (!inside(p.at[d], shape[d])) return value_within(i, p, shape, 0);
    return value(i, p);
  }

  constexpr void reduce(node_id root, const point& here) {
    const ir::node& n = g_[root];
    const extents& full = g_[n.in[0]].shape;
    point at;
    affine place;
    int from = 0;
    for (int d = 0; d < full.rank; ++d) {
      if (!(n.aux >> d & 1)) {
        at.at[d] = here.at[from++];
        continue;
      }
      const int l = loop(full[d]);
      at.at[d].coef[l] = 1;
      for (int e = 0; e < l; ++e)
        if (e >= out_.kernel.outer) place.coef[e] *= full[d];
      place.coef[l] = 1;
    }
    nest& k = out_.kernel;
    k.reduction = n.op;
    k.term = static_cast<std::int8_t>(value(n.in[0], at));
    if (n.op == ir::opcode::argmax || n.op == ir::opcode::argmin) k.place = static_cast<std::int8_t>(position(place, ir::dtype::i32));
  }

  constexpr int value(node_id n, const point& p) {
    for (int i = 0; i < known_.size(); ++i)
      if (known_[i].node == n && known_[i].where == p) return known_[i].instruction;
    const int made = make(n, p);
    remember(n, p, made);
    return made;
  }

  constexpr int make(node_id i, const point& p) {
    const ir::node& n = g_[i];
    if (n.what == kind::constant) {
      instruction k;
      k.what = step::constant;
      k.type = n.type;
      k.value = n.value;
      return add(k);
    }
    if (n.what == kind::iota) {
      affine place;
      for (int d = 0; d < n.shape.rank; ++d) {
        if (!(n.aux >> d & 1)) continue;
        place.offset = place.offset * n.shape[d] + p.at[d].offset;
        for (int l = 0; l < max_loops; ++l) place.coef[l] = place.coef[l] * n.shape[d] + p.at[d].coef[l];
      }
      return position(place, n.type);
    }
    const bool own = r_.fates[i] == fate::computed && r_.group_of[i] == group_;
    const bool in_memory = r_.fates[i] == fate::leaf || r_.fates[i] == fate::gathered || (r_.fates[i] == fate::computed && !own);
    if ((in_memory || (own && batch_.total[i])) && i != evaluated_) return load(n.type, p, n.shape, m_.homes[i], 0, true);
    if (n.what == kind::map) {
      instruction k;
      k.what = step::map;
      k.op = n.op;
      k.type = n.type;
      k.from = g_[n.in[0]].type;
      if (n.op == ir::opcode::select) k.from = n.type;
      const int a = value(n.in[0], p);
      const int b = n.in[1] >= 0 ? value(n.in[1], p) : 0;
      const int c = n.in[2] >= 0 ? value(n.in[2], p) : 0;
      k.a = static_cast<std::int8_t>(a);
      k.b = static_cast<std::int8_t>(b);
      k.c = static_cast<std::int8_t>(c);
      return add(k);
    }
    if (n.what == kind::copy) return value(n.in[0], p);
    if (r_.through[i] && p == here_for(n.shape) && refine(r_.groups[group_].domain, g_[n.in[0]].shape).exists)
      return value(n.in[0], here_for(g_[n.in[0]].shape));
    if (n.what == kind::reshape) return load(n.type, p, n.shape, home_of(i), 0, true);
    return viewed(i, p);
  }

  /// Where a value is in memory, seen through reshapes and views of it.
  constexpr home home_of(node_id i) const {
    const ir::node& n = g_[i];
    if (r_.fates[i] != fate::seen) return m_.homes[i];
    if (n.what == kind::reshape) {
      const home& h = m_.homes[n.in[0]];
      const extents& shape = g_[n.in[0]].shape;
      if (const correspondence same = match_but_ones(shape, n.shape); same.exists) return with_other_ones(h, shape, same);
      // a plain sequence: an argument is row-major over the whole batch, a value of ours has the batch on the lanes
      const bool outside = m_.buffers[h.buffer].where == space::argument || m_.buffers[h.buffer].where == space::output;
      home flat = outside ? row_major(h.buffer, n.shape) : dense(h.buffer, n.shape, batch_.lane_axis(i));
      flat.offset = h.offset;
      return flat;
    }
    const home from = home_of(n.in[0]);
    const ir::view_map& m = g_.view_of(i);
    home h;
    h.buffer = from.buffer;
    h.offset = from.offset;
    for (int d = 0; d < g_[n.in[0]].shape.rank; ++d) {
      const ir::view_axis& a = m.axis[d];
      h.offset += from.stride[d] * a.offset;
      if (a.axis0 >= 0) h.stride[a.axis0] += from.stride[d] * a.c0;
      if (a.axis1 >= 0) h.stride[a.axis1] += from.stride[d] * a.c1;
    }
    return h;
  }

  constexpr int viewed(node_id i, const point& p) {
    const node_id from = g_[i].in[0];
    const extents& shape = g_[from].shape;
    const point q = point_behind(g_, i, p);
    for (int d = 0; d < shape.rank; ++d)
      if (!inside(q.at[d], shape[d])) return value_within(from, q, shape, g_.view_of(i).fill);
    return value(from, q);
  }

  /// The value of b at q, or `fill` where q is outside of b's shape.
  constexpr int value_within(node_id b, const point& q, const extents& from, double fill) {
    const bool leaf = r_.fates[b] == fate::leaf && (g_[b].what == kind::constant || g_[b].what == kind::iota);
    if (!leaf) return load(g_[b].type, q, from, home_of(b), fill, true);
    const int first = out_.kernel.guards;
    for (int d = 0; d < from.rank; ++d)
      if (!inside(q.at[d], from[d])) guard_row(q.at[d], from[d], 0);
    instruction w;
    w.what = step::within;
    w.type = ir::dtype::boolean;
    w.a = static_cast<std::int8_t>(first);
    w.b = static_cast<std::int8_t>(out_.kernel.guards - first);
    instruction s;
    s.what = step::map;
    s.op = ir::opcode::select;
    s.type = s.from = g_[b].type;
    s.a = static_cast<std::int8_t>(add(w));
    s.b = static_cast<std::int8_t>(value(b, q));
    instruction f;
    f.what = step::constant;
    f.type = g_[b].type;
    f.value = fill;
    s.c = static_cast<std::int8_t>(add(f));
    return add(s);
  }

  const ir::graph_view& g_;
  const fuse::batching_view& batch_;
  const fuse::grouping_view& r_;
  const memory_view& m_;
  int group_;
  support::list<known> known_;
  support::list<total> totals_;
  node_id evaluated_ = -1;
};

}  // namespace intarsia::plan
