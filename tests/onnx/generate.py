#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX's node tests (Debian package libonnx-testdata) -> C++ sources and one file with their data; see runner.cpp.

    generate.py DATA --into FOLDER [--sources N] [--expanded]
writes onnx_00.cpp ... and onnx.bin, and to onnx_left_out.txt what is left out and why. `--expanded`: the tests of operations written
out in simpler ones, as expanded_00.cpp ...; without it all the others.
"""
import argparse
import collections
import pathlib

from protobuf import Model, Tensor, Unsupported, fields
from translate import expressions, rule_for
from values import Value, listed

FOLDERS = ['node', 'pytorch-converted', 'pytorch-operator', 'simple']
LIMIT = 40000  # elements of a test; larger ones take their time without showing more


def tensors_of(folder, kind, count):
    return [Tensor((folder / f'{kind}_{i}.pb').read_bytes()) for i in range(count)]


class Data:
    """The bytes of all tensors, each at a multiple of 64."""
    def __init__(self):
        self.bytes = bytearray()

    def add(self, tensor):
        at = len(self.bytes)
        self.bytes += tensor.bytes + bytes(-len(tensor.bytes) % 64)
        return at


def tensor_type(kind, shape):
    return f"ia::tensor<{listed([kind] + list(shape))}>"


def case(folder, data):
    """The text of one test: a function from the data to the first difference."""
    model = Model((folder / 'model.onnx').read_bytes())
    for n in model.nodes:  # the reason that matters most first
        if n.op != 'Constant':
            rule_for(n.op, model.opset)
    given = folder / 'test_data_set_0'
    names = [name for name in model.inputs if name not in model.initial]
    inputs = dict(zip(names, tensors_of(given, 'input', len(list(given.glob('input_*.pb'))))))
    outputs = tensors_of(given, 'output', len(list(given.glob('output_*.pb'))))
    if sum(len(t.values) for t in list(inputs.values()) + outputs) > LIMIT:
        raise Unsupported(f'more than {LIMIT} elements')
    arguments, values = [], {}

    def constants(name, tensor):
        # what is used as a shape is read while generating; everything else is an argument like any other
        arguments.append((f'a{len(arguments)}', tensor))
        return Value(arguments[-1][0], tensor.shape, tensor.type, constant=tensor)

    for name, tensor in list(model.initial.items()) + list(inputs.items()):
        values[name] = constants(name, tensor)
    lines = expressions(model, values, constants)
    results = [values[name] for name in model.outputs]
    if len(results) != len(outputs):
        raise Unsupported('optional results')
    for r, o in zip(results, outputs):
        if r.shape != o.shape or r.kind != o.type:
            raise Unsupported(f'a result of {r.kind} {r.shape} where {o.type} {o.shape} is expected')
    used = [(a, t) for a, t in arguments if any(a in words(line) for line in lines + [r.text for r in results])]
    body = '\n    '.join(lines + [f"return ia::outputs({listed(r.text for r in results)});"])
    types = listed(tensor_type(t.type, t.shape) for _, t in used)
    program = f"""([]({listed('[[maybe_unused]] auto ' + a for a, _ in used)}) {{
    {body}
  }})"""
    offsets = ', '.join([f'{{{listed(data.add(t) for _, t in used)}}}', f'{{{listed(data.add(o) for o in outputs)}}}'])
    return (program, types), offsets


def function_of(number, program, types):
    return f"""std::string run{number}(const onnx::data& data, const long* in, const long* out) {{
  constexpr auto f = ia::compile{program};
  return onnx::run<{types}>(f, data, in, out);
}}
"""


def words(line):
    return set(''.join(c if c.isalnum() or c == '_' else ' ' for c in line).split())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=pathlib.Path)
    parser.add_argument('--into', type=pathlib.Path, required=True)
    parser.add_argument('--sources', type=int, default=8)
    parser.add_argument('--expanded', action='store_true')
    args = parser.parse_args()
    data, programs, left, count = Data(), {}, collections.defaultdict(list), 0
    for folder in sorted(f for group in FOLDERS for f in (args.data / group).iterdir() if ('_expanded' in f.name) == args.expanded):
        try:
            program, offsets = case(folder, data)
            # tests of one program with other numbers share it
            programs.setdefault(program, []).append((folder.name, offsets))
            count += 1
        except Unsupported as reason:
            left[str(reason)].append(folder.name.removeprefix('test_'))
        except (KeyError, TypeError, FileNotFoundError, StopIteration, IndexError, AttributeError) as error:
            left[f'a form of the file that is not read here ({type(error).__name__}: {error})'].append(folder.name.removeprefix('test_'))
    stem = 'expanded' if args.expanded else 'onnx'
    lines = [f'{count} of {count + sum(map(len, left.values()))} tests, {len(programs)} programs; left out:']
    for reason, names in sorted(left.items(), key=lambda r: -len(r[1])):
        lines.append(f'{len(names):4}  {reason}: {" ".join(names)}')
    (args.into / f'{stem}_left_out.txt').write_text('\n'.join(lines) + '\n')
    (args.into / f'{stem}.bin').write_bytes(data.bytes)
    for i in range(args.sources):
        part = list(programs.items())[i::args.sources]
        functions = '\n'.join(function_of(n, *program) for n, (program, _) in enumerate(part))
        rows = ''.join(f'    {{"{name}", &run{n}, {offsets}}},\n' for n, (_, tests) in enumerate(part) for name, offsets in tests)
        (args.into / f'{stem}_{i:02}.cpp').write_text(f"""// SPDX-License-Identifier: Apache-2.0
// Made by generate.py from the tests of ONNX.
#include "onnx/onnx.hpp"

namespace {{

namespace ia = intarsia;

{functions}
const onnx::test tests[] = {{
{rows}}};
const onnx::part registered(tests);

}}  // namespace
""")


if __name__ == '__main__':
    main()
