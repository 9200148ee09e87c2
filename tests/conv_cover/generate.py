#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""conv_cover.json -> C++ sources, each with a few convolutions and their gradients; see runner.cpp.

    generate.py all|third|cover40 [--targets] [--cases N] [--from conv_cover.json] --into FOLDER
    generate.py ... --targets  sources that compile themselves once for each target
    generate.py ... --list     prints the names of the sources instead of writing them
    generate.py ... --pairs    prints how many pairs of attribute values the selection covers
"""
import argparse
import itertools
import json
import math
import pathlib


def name_of(c):
    """The convolution in words: unique, and the same in every selection."""
    def each(letter, values):
        return letter + 'x'.join(str(v).replace('-', 'm') for v in values)
    sides = [p for pair in zip(c['pl'], c['pr']) for p in pair]
    return '_'.join([f"conv{c['nd']}d", f"g{c['g']}", f"c{c['ic']}to{c['oc']}", each('i', c['i']), each('k', c['k']),
                     each('s', c['s']), each('d', [d + 1 for d in c['dil']]), each('p', sides)])


# --- selection -------------------------------------------------------------------------------------------------------

def channels_class(n):
    return 'one' if n == 1 else 'few' if n < 16 else 'whole' if n % 16 == 0 else 'ragged'


def pad_class(c, side):
    """The largest padding against the reach of the window: beyond it, whole windows lie outside."""
    if min(c[side]) < 0:
        return 'crop'
    if max(c[side]) == 0:
        return 'none'
    return 'beyond' if any(p > d * (k - 1) for p, k, d in zip(c[side], c['k'], dilation(c))) else 'within'


def dilation(c):
    return [d + 1 for d in c['dil']]


def attributes(c):
    k, s, d, width = max(c['k']), max(c['s']), max(dilation(c)), c['o'][-1]
    groups = 'one' if c['g'] == 1 else 'depthwise' if c['g'] == c['ic'] == c['oc'] else 'multiplier' if c['g'] == c['ic'] else 'some'
    return {
        'dimensions': c['nd'],
        'in_channels': channels_class(c['ic']),
        'out_channels': channels_class(c['oc']),
        'groups': groups,
        'kernel': 'point' if k == 1 else 'even' if k % 2 == 0 else 'three' if k == 3 else 'odd',
        'stride': min(s, 3),
        'dilation': min(d, 3),
        'pad_left': pad_class(c, 'pl'),
        'pad_right': pad_class(c, 'pr'),
        'width': 'below' if width < 16 else 'whole' if width % 16 == 0 else 'ragged',
        'larger_kernel': any(e * (k - 1) + 1 > i for e, k, i in zip(dilation(c), c['k'], c['i'])),
    }


def pairs_of(c):
    return set(itertools.combinations(sorted(attributes(c).items(), key=lambda a: a[0]), 2))


def greedy(cases, count):
    """The case that adds most pairs, cheapest first, earliest first; when none is left to add, from the start again."""
    left, chosen, seen = list(cases), [], set()
    while left and len(chosen) < count:
        gain = max(len(pairs_of(c) - seen) for c in left)
        if gain == 0:
            seen = set()
            continue
        best = min((c for c in left if len(pairs_of(c) - seen) == gain), key=lambda c: (c['macs'], name_of(c)))
        seen |= pairs_of(best)
        chosen.append(best)
        left.remove(best)
    return chosen


def select(cases, mode):
    count = {'all': len(cases), 'third': math.ceil(len(cases) / 3), 'cover40': 40}[mode]
    return list(cases) if count == len(cases) else greedy(cases, count)


# --- sources ---------------------------------------------------------------------------------------------------------

def listed(values):
    return ', '.join(map(str, values))


def function_of(c, number):
    sides = [p for pair in zip(c['pl'], c['pr']) for p in pair]
    options = []
    if any(sides):
        options.append(f'ia::pad_sides<{listed(sides)}>')
    if any(s != 1 for s in c['s']):
        options.append(f"ia::stride<{listed(c['s'])}>")
    if any(d != 1 for d in dilation(c)):
        options.append(f'ia::dilation<{listed(dilation(c))}>')
    if c['g'] != 1:
        options.append(f"ia::groups<{c['g']}>")
    ones = [1] * c['nd']
    return f"""// {name_of(c)}
constexpr auto f{number} = ia::compile([](auto x, auto k, auto b, auto g) {{
  auto y = ia::corr{c['nd']}d({', '.join(['x', 'k'] + options)}) + ia::reshape<{listed([c['oc']] + ones)}>(b);
  auto s = ia::sum(y * g);
  return ia::outputs(y, ia::grad(s, x), ia::grad(s, k), ia::grad(s, b));
}});
"""


def row_of(c, number):
    def three(values, fill):
        return '{' + listed([fill] * (3 - c['nd']) + list(values)) + '}'
    shape = ', '.join([f"1, {c['g']}, {c['ic']}, {c['oc']}", three(c['i'], 1), three(c['o'], 1), three(c['k'], 1),
                       three(c['s'], 1), three(dilation(c), 1), three(c['pl'], 0)])
    tensors = ', '.join(f'ia::tensor<float, {listed(e)}>' for e in
                        ([1, c['ic']] + c['i'], [c['oc'], c['ic'] // c['g']] + c['k'], [c['oc']], [1, c['oc']] + c['o']))
    crc = ', '.join(f'{c[r]}u' for r in ('fwd', 'dx', 'dw', 'db'))
    return f"""    {{"{name_of(c)}", {c['nd']},
     {{{shape}}},
     {{{crc}}},
     [](const float* const (&in)[4], float* const (&out)[4]) {{
       conv_cover::call<conv_cover::{c['held']}, {tensors}>(f{number}, in, out);
     }}}},
"""


def source_of(cases):
    functions = '\n'.join(function_of(c, n) for n, c in enumerate(cases))
    rows = ''.join(row_of(c, n) for n, c in enumerate(cases))
    return f"""// SPDX-License-Identifier: Apache-2.0
// Made by generate.py from conv_cover.json.
#include "conv_cover/call.hpp"

namespace {{

namespace ia = intarsia;

{functions}
const conv_cover::convolution cases[] = {{
{rows}}};

const conv_cover::part registered("static", cases);

}}  // namespace
"""


def source_for_targets(cases, file):
    functions = '\n'.join(function_of(c, n) for n, c in enumerate(cases))
    even, odd = (''.join(row_of(c, n) for n, c in enumerate(cases) if n % 2 == half) for half in (0, 1))
    part = pathlib.Path(file).stem
    return f"""// SPDX-License-Identifier: Apache-2.0
// Made by generate.py from conv_cover.json: once for each target.
#include "intarsia/support/config.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "{file}"
#include <hwy/foreach_target.h>

#include "intarsia/targets-inl.hpp"

#include "conv_cover/call.hpp"

HWY_BEFORE_NAMESPACE();
namespace {part}::HWY_NAMESPACE {{
namespace {{

namespace ia = intarsia::HWY_NAMESPACE;

{functions}
// constants: nothing of a target that the processor may not have runs before main
constexpr conv_cover::convolution cases[] = {{
#if !defined(CONV_COVER_HALF_ON) || HWY_TARGET != CONV_COVER_HALF_ON
{even}#endif
#if !defined(CONV_COVER_HALF_ON) || HWY_TARGET == CONV_COVER_HALF_ON
{odd}#endif
}};

}}  // namespace
std::span<const conv_cover::convolution> get() {{ return cases; }}
}}  // namespace {part}::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace {part} {{
HWY_EXPORT(get);
const conv_cover::part registered([] {{ return HWY_DYNAMIC_DISPATCH(get)(); }});
}}  // namespace {part}
#endif
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('mode', choices=['all', 'third', 'cover40'])
    parser.add_argument('--targets', action='store_true')
    parser.add_argument('--cases', type=int, default=15, help='convolutions in one source')
    parser.add_argument('--from', dest='source', default=pathlib.Path(__file__).with_name('conv_cover.json'))
    parser.add_argument('--into', type=pathlib.Path)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--pairs', action='store_true')
    args = parser.parse_args()
    cases = json.loads(pathlib.Path(args.source).read_text())
    for n, c in enumerate(cases):
        c['held'] = ('owned', 'borrowed')[n % 2]
    chosen = select(cases, args.mode)
    assert len({name_of(c) for c in cases}) == len(cases), 'two convolutions have one name'
    if args.pairs:
        covered, feasible = (set().union(*map(pairs_of, of)) for of in (chosen, cases))
        print(f'{args.mode}: {len(chosen)} convolutions cover {len(covered)} of {len(feasible)} pairs')
        return
    # the expensive ones are dealt out evenly: sources that compile side by side end together
    parts = math.ceil(len(chosen) / args.cases)
    prefix = args.mode + '_targets' * args.targets
    sources = {f'{prefix}_{n:02}.cpp': chosen[n::parts] for n in range(parts)}
    for name, of in sources.items():
        if args.list:
            print(name)
        else:
            (args.into / name).write_text(source_for_targets(of, name) if args.targets else source_of(of))


if __name__ == '__main__':
    main()
