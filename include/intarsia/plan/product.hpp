// SPDX-License-Identifier: Apache-2.0
// The register tile of a sum of products: which loop lies on the lanes, which two outer loops are kept in registers
// together, and how far the innermost reduction is unrolled. A search over a model of the machine, one lane loop at a time.
#pragma once

#include "intarsia/plan/joined.hpp"
#include "intarsia/plan/zeros.hpp"

namespace intarsia::plan {

/// What the cost model knows of a target.
struct machine {
  int vector_bytes = 16;
  int registers = 16;
};

/// A choice and its price for the whole nest, in 1/64 of the time of a multiply-add.
struct product_tile {
  index cost = -1;
  int lane = -1;
  int a = -1, b = -1;    // the tiled loops, a < b; a is -1 where one loop alone is tiled
  index ta = 1, tb = 1;  // their iterations (vectors, on the lane loop)
  index unrolled = 1;    // iterations of the innermost reduction loop
  index partial = 1;     // sums kept for each result
  int window = -1;       // operand (0, 1) whose windows overlap in the tile and pass by
};

/// Whether both operands are read along every outer loop, or are used again because their windows overlap: a depthwise
/// convolution, its gradients, a filter of one channel. No other tile than overlapping windows saves loads there.
constexpr bool reuses_by_windows(const nest& k) {
  if (k.factor < 0 || k.code[k.term].what != step::load || k.code[k.factor].what != step::load) return false;
  auto size = [](index stride) { return stride < 0 ? -stride : stride; };
  for (int l = 0; l < k.outer; ++l) {
    const access &x = k.at[k.code[k.term].a], &y = k.at[k.code[k.factor].a];
    if ((x.stride[l] != 0) == (y.stride[l] != 0)) continue;
    const access& moved = x.stride[l] != 0 ? x : y;
    bool overlaps = false;
    for (int r = k.outer; r < k.loops; ++r) {
      const index a = size(moved.stride[l]), b = size(moved.stride[r]);
      if (b != 0) overlaps = overlaps || (a % b == 0 && a < b * k.extent[r]) || (b % a == 0 && b < a * k.extent[l]);
    }
    if (!overlaps) return false;
  }
  return true;
}

class product_search {
 public:
  /// `epilogue`: units for a vector of results, its stores among them.
  /// `interleaved`: the loop that must be in the tile as a whole, or lanes are stored one by one; -1 if there is none.
  constexpr product_search(const nest& k, const machine& m, int lane, index lanes, index epilogue, int interleaved)
      : interleaved_(interleaved), scatter_(2 * lanes * 64), outer_(k.outer), registers_(m.registers - keeps_mask(k, m, lane, lanes)), vector_bytes_(m.vector_bytes), epilogue_(epilogue * 64), halvings_(lane >= k.outer ? halvings(k.extent[lane], lanes) : 0), joined_(halvings_ > 1 ? joined_loop(k) : -1) {
    best_.lane = lane;
    for (int l = 0; l < k.loops; ++l) trips_[l] = l == lane ? (k.extent[l] + lanes - 1) / lanes : k.extent[l];
    for (int l = outer_; l < k.loops; ++l) reduction_ *= trips_[l];
    const int last = k.loops - 1;
    unrolled_ = last >= outer_ && last != lane && k.extent[last] <= 7 ? k.extent[last] : 1;
    last_ = last;
    windows_ = reuses_by_windows(k);
    innermost_ = last >= outer_ ? trips_[last] : 1;
    for (int o = 0; o < 2; ++o) read(o, k, lane, lanes);
    for (auto& kept : kept_) kept = 64;
    for (int row = k.zeros; row < k.guards; ++row)
      if (const int by = zeros_by(k, row); unrolled_ > 1 && by != lane && k.rows[row].coef[last] != 0 && k.rows[row].coef[by] != 0 && is_worth_tiles(k, row, by, last))
        kept_[by] = 64 * products_kept(k, row, by, last) / (k.extent[by] * k.extent[last]);
    for (auto& of : left_)
      for (auto& left : of) left = 64;
    for (int row = k.zeros; row < k.guards; ++row) count_steps_left(k, row, zeros_by(k, row), lane);
  }

  constexpr product_tile run() {
    index others = 1;
    for (int l = 0; l < outer_; ++l) others *= trips_[l];
    if (outer_ == 0) {
      consider_steps(-1, -1, 1, 1);
    }
    for (int b = 0; b < outer_; ++b) {
      repeats_ = others / trips_[b];
      sweep(-1, b, 1);
      for (int a = 0; a < b; ++a) {
        // two loops that move the same operand alone give it nothing to be used again for, but overlapping windows; where no
        // other loop does either, at least the other operand is
        const bool overlap = windows_ || (last_ >= outer_ && (unrolled_ > 1 || unrolls_part()) && (shares_[0][a] || shares_[1][a] || shares_[0][b] || shares_[1][b]));
        if (on_[0][a] == on_[0][b] && on_[1][a] == on_[1][b] && on_[0][a] != on_[1][a] && !overlap) continue;
        repeats_ = others / trips_[b] / trips_[a];
        index before = 1;
        for (index size : sizes)
          if (const index ta = parts(a, size).size; ta > before && allows(a, size)) sweep(a, b, before = ta);
      }
    }
    return best_;
  }

 private:
  static constexpr index sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16}, largest_tile = 16;
  /// A tile of 16 is for results that are one vector again.
  constexpr bool allows(int l, index size) const { return size <= 14 || l == joined_; }
  /// Multiply-adds that must be under way at once: two a cycle, four cycles each.
  static constexpr index in_flight = 8;
  /// Beyond it an operand is read from the second-level cache: at 32 bytes a cycle, a vector in the time of two
  /// multiply-adds, where the reduction walks it as one sequence; twice as slowly where nothing is fetched ahead.
  static constexpr index first_level = 30 * 1024;

  /// Whether the last vector of a sum along the lanes needs a mask in a vector register. (5x5 8x28x28 to 8, gradient to kernel, g++,
  /// AVX2, Zen 4: 45.7 to 29.8 us.)
  static constexpr bool keeps_mask(const nest& k, const machine& m, int lane, index lanes) { return lane >= k.outer && k.extent[lane] % shortened(lanes, k.extent[lane]) != 0 && m.vector_bytes < 64; }

  /// Vectors are no longer than the loop needs.
  static constexpr index shortened(index lanes, index extent) {
    while (lanes > 2 && lanes / 2 >= extent) lanes /= 2;
    return lanes;
  }
  static constexpr index halvings(index extent, index lanes) {
    index n = 0;
    for (lanes = shortened(lanes, extent); lanes > 1; lanes /= 2) ++n;
    return n;
  }
  /// The lanes of each sum as one: three units for each halving, less than half of it where four are added up together.
  /// (Depthwise 3x3 960x7x7 to kernel, Zen 4, AVX-512: 15.5 to 13.5 us.)
  constexpr index adding_up(index sums) const { return 64 * (sums < 3 || halvings_ < 2 ? 3 * halvings_ : 3 + halvings_ / 2); }

  /// The facts about operand o along each loop.
  constexpr void read(int o, const nest& k, int lane, index lanes) {
    const instruction& code = k.code[o == 0 ? k.term : k.factor];
    const bool loads = code.what == step::load;
    const access& at = k.at[loads ? code.a : 0];
    index stride[max_loops] = {};
    if (loads)
      for (int l = 0; l < k.loops; ++l) stride[l] = at.stride[l] < 0 ? -at.stride[l] : at.stride[l];
    // A vector of 64 bytes is loaded in the time of its multiply-add, a shorter one in 1.3 times of it; 1.8 times if it
    // crosses cache lines (measured on Zen 4).
    const index aligned = vector_bytes_ >= 64 ? 64 : 83;
    splat_[o] = stride[lane] == 0 && lane < outer_;
    bool whole = true;
    for (int l = 0; l < k.loops; ++l) whole = whole && (l == lane || stride[l] % lanes == 0);
    guarded_[o] = loads && at.guards > 0 && !is_clipped(k, at, lane);
    if (guarded_[o]) unit_[o] = 64 * (stride[lane] == 0 ? 8 : 4 * lanes);
    else if (stride[lane] == 0) unit_[o] = aligned;
    else if (stride[lane] == 2 && lanes > 2) unit_[o] = 2 * 116 + 64;
    else unit_[o] = stride[lane] != 1 ? 64 * 2 * lanes : whole ? aligned : 116;
    pass_[o] = splat_[o] ? 4 : vector_bytes_;
    for (int l = outer_; l < k.loops; ++l)
      if (stride[l] != 0) pass_[o] *= trips_[l];
    const int last = k.loops - 1;
    far_[o] = stride[last] > 32 ? 4 : 2;
    // rows pages apart: half a line that the neighbouring tile reads again comes from afar twice
    by_lines_[o] = vector_bytes_ == 32 && trips_[lane] > 1 && lane < outer_ && last >= outer_ && stride[lane] == 1 && stride[last] * 4 >= 4096;
    on_unrolled_[o] = (stride[last] != 0 || guarded_[o]) && last >= outer_;
    neighbours_[o] = loads && at.guards == 0 && at.type == ir::dtype::f32 && vector_bytes_ >= 64 && lane < outer_ && stride[lane] == 1 && last >= outer_ && stride[last] == 1;
    for (int l = 0; l < outer_; ++l) {
      const index step = stride[l] * (l == lane ? lanes : 1);
      on_[o][l] = step != 0;
      for (int r = 0; guarded_[o] && r < at.guards; ++r) on_[o][l] = on_[o][l] || k.rows[at.guard_first + r].coef[l] != 0;
      if (step == 0) continue;
      // Streams a multiple of 4 KB apart push each other out of the first-level cache: 2.5 times slower.
      apart_[o][l] = step * 4 % 4096 == 0;
      scattered_[o][l] = step > (splat_[o] ? 15 : lanes);  // further apart than a cache line: streams of their own
      const index next = stride[last] * (last == lane ? lanes : 1);
      if (on_unrolled_[o] && next != 0 && step % next == 0) shares_[o][l] = step / next;
      // a window that moves along a reduction loop meets the same elements again
      for (int r = outer_; r < k.loops; ++r) {
        if (r == lane || stride[r] != step) continue;
        slides_[o][l] = true;
        // down one channel the next window is a row away: between the two pass all rows of a window
        if (const index between = step * trips_[r] * 4; reduction_ == trips_[r] && between > pass_[o]) pass_[o] = between;
      }
    }
    for (int l = 0; l < outer_; ++l) serves_[o] = serves_[o] || (splat_[o] && at.guards == 0 && shares_[o][l] == 1);
    once_[o] = !splat_[o] && !neighbours_[o];
    for (int l = 0; l < outer_; ++l) once_[o] = once_[o] && (trips_[l] == 1 || (on_[o][l] && !slides_[o][l]));
    for (int l = 0; l < outer_ && once_[o]; ++l) pass_[o] *= trips_[l];
  }

  /// For tiles of each size of loop `by`: of 64 steps of the loops along this row of zeros, those that are not left out.
  constexpr void count_steps_left(const nest& k, int row, int by, int lane) {
    for (int l = outer_; l < last_; ++l) {
      if (l == lane || by == lane || k.rows[row].coef[l] == 0 || !is_worth_tiles(k, row, by, l)) continue;
      const zeros_passed zeros = zeros_passed_by(k, l, row);
      for (index size = 1; size <= largest_tile; ++size) {
        index steps = 0;
        for (index from = 0; from < trips_[by]; from += size) {
          const index n = from + size < trips_[by] ? size : trips_[by] - from;
          const interval kept = zeros.left(from, n);
          if (kept.high > kept.low) steps += n * (kept.high - kept.low);
        }
        left_[by][size] = 64 * steps / (trips_[by] * trips_[l]);
      }
    }
  }

  constexpr void sweep(int a, int b, index ta) {
    index before = 0;
    for (index size : sizes) {
      const index tb = parts(b, size).size;
      if (ta * tb > registers_ - 3 || !allows(b, size)) break;
      if (tb == before) continue;
      before = tb;
      consider_steps(a, b, ta, tb);
    }
  }

  /// One step of the reduction at a time, a whole window, or, where a tile has too few sums to keep the multipliers busy,
  /// as many steps as fill them.
  constexpr void consider_steps(int a, int b, index ta, index tb) {
    const index sums = ta * tb;
    consider(a, b, ta, tb, 1);
    if (unrolled_ > 1 && sums * unrolled_ <= 120) consider(a, b, ta, tb, unrolled_);
    const bool slides = unrolls_part() && ((a >= 0 && ta > 1 && (shares_[0][a] == 1 || shares_[1][a] == 1)) || (tb > 1 && b >= 0 && (shares_[0][b] == 1 || shares_[1][b] == 1)));
    for (index u = 2; slides && u <= 5; ++u) consider(a, b, ta, tb, u);
    const index steps = steps_of(innermost_, (in_flight + sums - 1) / sums, true).size;
    if (steps > 1 && steps != unrolled_) consider(a, b, ta, tb, steps);
  }

  /// Vectors of operand o that are loaded in u iterations of a tile. Windows along the unrolled loop overlap where one
  /// step of the tile is one step of the window: the operand that stays in registers is loaded once for them.
  constexpr index loads(int o, int a, int b, index ta, index tb, index u, bool stays) const {
    const index na = a >= 0 && on_[o][a] ? ta : 1, nb = b >= 0 && on_[o][b] ? tb : 1;
    if (u == 1 || !on_unrolled_[o]) return na * nb;
    if (stays && b >= 0 && overlaps(o, b, u)) return na * ((nb - 1) * shares_[o][b] + u);
    if (stays && a >= 0 && overlaps(o, a, u)) return ((na - 1) * shares_[o][a] + u) * nb;
    return na * nb * u;
  }

  /// Whether windows of u steps, one at each iteration of loop l, overlap.
  constexpr bool overlaps(int o, int l, index u) const { return shares_[o][l] > 0 && shares_[o][l] < u; }

  /// Loop l in tiles of at most this size.
  constexpr steps parts(int l, index size) const { return steps_of(l >= 0 ? trips_[l] : 1, size, true); }

  /// The part of all steps that meets more than zeros, in 64 * 64: of windows along other loops than the innermost.
  constexpr index steps_left(int a, int b, index ta, index tb) const {
    index left = 4096;
    for (int l = 0; l < outer_; ++l) {
      const index t = l == a ? ta : l == b ? tb : 1;
      if (t < trips_[l]) left = left * left_[l][t] / 64;
    }
    return left;
  }

  /// Of 64 products, those that meet no zeros: they are left out one by one where the window is unrolled, and the tile is wide
  /// enough that only the first and the last one meet any.
  constexpr index kept(int l, index t, index u) const {
    if (l < 0 || u != unrolled_ || u == 1 || t < u - 1) return 64;
    return t == trips_[l] ? kept_[l] : (kept_[l] + 64) / 2;  // unequal tiles gain half of it
  }

  /// Whether some steps of the innermost loop, too long to be unrolled, may share vectors; also of a window whose column of taps
  /// leaves no registers for enough sums. (7x7 over 1080x1920, AVX2, Zen 4: 2.5 to 1.95 ms with g++, 2.7 to 2.05 with clang.)
  constexpr bool unrolls_part() const {
    const bool crowded = windows_ && innermost_ > 1 && innermost_ + in_flight + 2 > registers_;
    return last_ >= outer_ && last_ != best_.lane && (innermost_ > 7 || crowded) && (windows_ || serves_[0] || serves_[1]);
  }

  /// Whether a tile with t iterations of loop l leaves gaps between the lanes of its stores.
  constexpr bool scatters(int l, index t) const { return interleaved_ >= 0 && (l != interleaved_ || t != trips_[l]); }

  /// Vectors, or single numbers, of results in a tile.
  constexpr index results(int a, int b, index ta, index tb) const {
    const index n = joined_ < 0 ? 1 : a == joined_ ? ta : b == joined_ ? tb : 1, lanes = vector_bytes_ / 4;
    return n < fewest_joined ? ta * tb : ta * tb / n * ((n + lanes - 1) / lanes);
  }

  /// All of one tile: the reduction and what follows it.
  constexpr index tile_cost(index sums, index results, index n0, index n1, index u, index partial, index loading, int far) const {
    index time = 64 * u * sums;
    if (const index waiting = 64 * in_flight * u / partial; waiting > time) time = waiting;
    if (loading > time) time = loading;
    if (far >= 0) {
      const index reading = 64 * (far == 0 ? far_[0] * n0 + n1 : n0 + far_[1] * n1);
      if (reading > time) time = reading;
    }
    return (time + loading / 64) * reduction_ / u + epilogue_ * results + (adding_up(sums) + 128 * (partial - 1)) * sums + 8 * 64;
  }

  constexpr void consider(int a, int b, index ta, index tb, index u) {
    if ((by_lines_[0] || by_lines_[1]) && (a == best_.lane ? ta : b == best_.lane ? tb : 1) * vector_bytes_ % 64 != 0) return;
    // one operand stays in registers, the other passes by: the broadcast one, else the one with more vectors
    index n[2] = {loads(0, a, b, ta, tb, u, true), loads(1, a, b, ta, tb, u, true)};
    int stays = splat_[1] ? 0 : splat_[0] ? 1 : n[1] > n[0] ? 0 : 1;
    // overlapping windows of vectors: the broadcasts stay, each vector passes by once for all its windows
    // overlapping windows of one of two vectors: it is the one that passes by
    const int moves = splat_[1 - stays] ? stays : 1 - stays;
    auto overlaps_in_tile = [&](int o) { return (a >= 0 && ta > 1 && overlaps(o, a, u)) || (b >= 0 && tb > 1 && overlaps(o, b, u)); };
    const bool slides = u > 1 && last_ != best_.lane && !splat_[moves] && overlaps_in_tile(moves);
    if (slides) stays = 1 - moves;
    // where all lanes are one vector, so that a broadcast would have one product alone: overlapping windows of broadcasts,
    // each of which serves all the sums that it is in, while a step's vectors stay. (LeNet, one image, Zen 4, AVX-512:
    // inference 13.3 to 11.8 us, training step 37.5 to 34.4.)
    const bool serves = u > 1 && trips_[best_.lane] == 1 && last_ != best_.lane && serves_[1 - stays] && !splat_[stays] && overlaps_in_tile(1 - stays);
    const bool passes = slides || serves;
    const index sums = ta * tb;
    // steps that share no vectors load theirs one after the other
    const index one_step = loads(stays, a, b, ta, tb, 1, true);
    // of a window along the lanes, most vectors are found between those of the first step, which stay
    const bool shifts = u > 1 && u == unrolled_ && !slides && neighbours_[stays] && !serves && sums == tb && tb > 1 && b == best_.lane && one_step == tb;
    const index held = shifts ? 2 * one_step : !passes && n[stays] == u * one_step ? one_step : n[stays];
    if (sums + held + 1 + passes > registers_ && sums > 1) return;
    index partial = passes ? 1 : u < in_flight / sums ? u : in_flight / sums;
    if (partial * sums + held + 1 > registers_ || partial < 1) partial = 1;
    // each row is a stream to read and one to write: with 5 x 2 vectors a 3x3 window over 1080x1920 reaches 86 % of the
    // peak, with 14 x 1 80; over 512x512, whose rows push each other out of the cache, 8 x 2 reach 65 and 5 x 2 73. All of a
    // few short rows are one tile (depthwise 960x7x7, AVX2, Zen 4: 13.5 to 12.2 us)
    const int by = !slides ? -1 : a >= 0 && overlaps(1 - stays, a, u) ? a : b;
    const index rows = by < 0 ? 0 : by == a ? ta : tb, most_rows = by >= 0 && rows == trips_[by] ? 7 : 5;
    index products = kept(a, ta, u) * kept(b, tb, u);
    if (sums * products < in_flight * 4096) products = 4096;  // the sums that keep all of theirs are waited for
    if (products == 4096 && (rows > most_rows || (rows > 0 && sums > 4 * rows))) return;
    // longer bodies are worth it where neighbouring windows share vectors, or to have more under way
    if (u > 1 && !passes && !shifts && sums >= in_flight && held < n[stays]) return;
    n[1 - stays] = loads(1 - stays, a, b, ta, tb, u, passes);
    // a guarded load is a loop over its lanes: code that must not be repeated for every place of a tile
    if ((guarded_[0] && n[0] > 4) || (guarded_[1] && n[1] > 4)) return;
    index loading = 8, streams = 0, apart = 0, pass[2] = {pass_[0], pass_[1]};
    for (int o = 0; o < 2; ++o) {
      const bool at_a = a >= 0 && ta > 1 && on_[o][a], at_b = b >= 0 && tb > 1 && on_[o][b];
      const bool aliases = (at_a && ta > 2 && apart_[o][a]) || (at_b && tb > 2 && apart_[o][b]);
      loading += (shifts && o == stays ? tb + (tb + 1) / 2 * (u - 1) : n[o]) * unit_[o] * (aliases ? 3 : 1);
      if (at_a) streams += scattered_[o][a], pass[o] *= slides_[o][a] || once_[o] ? 1 : ta;
      if (at_b) streams += scattered_[o][b], pass[o] *= slides_[o][b] || once_[o] ? 1 : tb;
      if (at_a && scattered_[o][a] && !splat_[o]) apart += ta;
      if (at_b && scattered_[o][b] && !splat_[o]) apart += tb;
    }
    // the larger operand passes by, the smaller one stays
    const int far = pass[0] + pass[1] <= first_level ? -1 : pass[1] > pass[0] ? 1 : 0;
    const steps na = parts(a, ta), nb = parts(b, tb);
    const index per_tile = 4 * streams * (reduction_ / u) + 64 * (rows > 0 ? 2 * rows + u : apart) + (scatters(a, ta) && scatters(b, tb) ? scatter_ * sums : 0);
    const index left = steps_left(a, b, ta, tb);
    index cost = na.count * nb.count * (tile_cost(sums, results(a, b, ta, tb), n[0], n[1], u, partial, loading, far) + per_tile);
    auto all_of = [&](index one) { return one * products / 4096 * left / 4096 * repeats_; };
    if (best_.cost >= 0 && all_of(cost) >= best_.cost) return;
    auto rest = [&](index times, index ra, index rb) -> index {
      if (times == 0) return 0;
      const index m0 = loads(0, a, b, ra, rb, u, passes || stays == 0), m1 = loads(1, a, b, ra, rb, u, passes || stays == 1);
      return times * (tile_cost(ra * rb, results(a, b, ra, rb), m0, m1, u, partial, m0 * unit_[0] + m1 * unit_[1], far) + per_tile);
    };
    cost += rest(na.rests * nb.count, na.rest, tb) + rest(na.count * nb.rests, ta, nb.rest) + rest(na.rests * nb.rests, na.rest, nb.rest);
    cost = all_of(cost);
    if (best_.cost < 0 || cost < best_.cost) best_ = {cost, best_.lane, a, b, ta, tb, u, partial, passes ? 1 - stays : -1};
  }

  int interleaved_;
  index scatter_;
  int outer_;
  index registers_;
  index vector_bytes_;
  index epilogue_;
  index halvings_;
  int joined_;  // the loop along which sums of lanes are vectors again
  index trips_[max_loops] = {};
  index reduction_ = 1;
  index unrolled_ = 1;
  int last_ = -1;
  bool windows_ = false;
  index innermost_ = 1;
  index repeats_ = 1;
  index kept_[max_loops] = {};
  index left_[max_loops][largest_tile + 1] = {};
  // of each operand: units for a vector, bytes that one pass of the reduction reads (all passes, if no element is read
  // twice: nothing of it is in cache), how much dearer they are from afar;
  // along each outer loop
  bool splat_[2] = {};
  bool guarded_[2] = {};
  index unit_[2] = {};
  index pass_[2] = {};
  bool once_[2] = {};
  index far_[2] = {};
  bool by_lines_[2] = {};  // tiles are whole cache lines
  bool on_unrolled_[2] = {};
  bool neighbours_[2] = {};
  bool serves_[2] = {};  // broadcasts whose windows overlap along a loop of the result
  bool on_[2][max_loops] = {};
  bool apart_[2][max_loops] = {};
  bool scattered_[2][max_loops] = {};
  index shares_[2][max_loops] = {};  // steps of the unrolled loop that are one step of this loop; 0: windows do not overlap
  bool slides_[2][max_loops] = {};
  product_tile best_{};
};

}  // namespace intarsia::plan
