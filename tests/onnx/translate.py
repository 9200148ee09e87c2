# SPDX-License-Identifier: Apache-2.0
"""ONNX nodes -> expressions of the language, with their shapes. What cannot be said raises Unsupported with the reason."""
import math

from protobuf import TYPES, Tensor, Unsupported
from values import Value, at_channels, axis_of, broadcast, constant_of, listed, number, reduced, reshape
from windows import batch_norm, conv, conv_transpose, gemm, global_pool, instance_norm, layer_norm, matmul, normalised, pool


# --- pointwise ---

UNARY = {
    'Abs': 'ia::abs({0})', 'Neg': '-{0}', 'Exp': 'ia::exp({0})', 'Log': 'ia::log({0})', 'Sqrt': 'ia::sqrt({0})', 'Sin': 'ia::sin({0})',
    'Cos': 'ia::cos({0})', 'Tanh': 'ia::tanh({0})', 'Sigmoid': 'ia::sigmoid({0})', 'Erf': 'ia::erf({0})', 'Relu': 'ia::relu({0})',
    'Softplus': 'ia::softplus({0})', 'Reciprocal': '1 / {0}', 'Identity': '{0}', 'Not': '!{0}', 'Softsign': '{0} / (1 + ia::abs({0}))',
    'Cosh': '(ia::exp({0}) + ia::exp(-{0})) / 2', 'Sinh': '(ia::expm1({0}) - ia::expm1(-{0})) / 2', 'Dropout': '{0}',
    'HardSwish': '{0} * ia::clamp({0} / 6 + 0.5, 0, 1)',
}
BINARY = {'Add': '{0} + {1}', 'Sub': '{0} - {1}', 'Mul': '{0} * {1}', 'Div': '{0} / {1}', 'And': '{0} && {1}', 'Or': '{0} || {1}',
          'Xor': 'ia::not_equal({0}, {1})', 'Max': 'ia::maximum({0}, {1})', 'Min': 'ia::minimum({0}, {1})', 'Sum': '{0} + {1}', 'Mean': '{0} + {1}',
          'Less': '{0} < {1}', 'LessOrEqual': '{0} <= {1}', 'Greater': '{0} > {1}', 'GreaterOrEqual': '{0} >= {1}', 'Equal': 'ia::equal({0}, {1})'}
COMPARISONS = {'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Equal'}


def unary(n, x):
    return [Value('(' + UNARY[n.op].format(x.text) + ')', x.shape, x.kind)]


def nary(n, *xs):
    total = xs[0]
    for x in xs[1:]:
        if x.kind != total.kind:
            raise Unsupported('operands of different element types')
        kind = 'bool' if n.op in COMPARISONS else x.kind
        total = Value('(' + BINARY[n.op].format(total.text, x.text) + ')', broadcast(total.shape, x.shape), kind)
    return [Value(f'({total.text} / {len(xs)})', total.shape, total.kind) if n.op == 'Mean' else total]


def is_nan(n, x):
    return [Value(f'ia::is_nan({x.text})', x.shape, 'bool')]


def with_attributes(form, **defaults):
    def build(n, x):
        values = {k: number(n.get(k, d)) for k, d in defaults.items()}
        return [Value('(' + form.format(x=x.text, **values) + ')', x.shape, x.kind)]
    return build


def prelu(n, x, slope):
    if slope.rank == 1 and slope.size not in (1, x.shape[-1]):  # old versions: one for each channel
        slope = Value(at_channels(slope, x.rank), [slope.size] + [1] * (x.rank - 2), slope.kind)
    return [Value(f'ia::where({x.text} < 0, {slope.text} * {x.text}, {x.text})', broadcast(x.shape, slope.shape), x.kind)]


def power(n, x, p):
    values = constant_of(p, 'a power')
    if len(set(values)) != 1 or x.kind not in ('float', 'double'):
        raise Unsupported('powers that differ, or of integers')
    return [Value(f'ia::pow<{number(values[0])}>({x.text})', broadcast(x.shape, p.shape), x.kind)]


def clip(n, x, low=None, high=None):
    text = x.text
    for name, bound, form in (('min', low, 'ia::maximum({0}, {1})'), ('max', high, 'ia::minimum({0}, {1})')):
        if bound is not None:
            text = form.format(text, bound.text)
        elif name in n.attributes:
            text = form.format(text, number(n.get(name)))
    return [Value(text, x.shape, x.kind)]


def where(n, mask, a, b):
    return [Value(f'ia::where({mask.text}, {a.text}, {b.text})', broadcast(mask.shape, a.shape, b.shape), a.kind)]


def cast(n, x, like=None):
    kind = n.get('to') if like is None else None
    if like is None and kind not in TYPES:
        raise Unsupported(f'element type {kind} of ONNX')
    to = like.kind if like is not None else TYPES[kind][0]
    return [Value(f'ia::cast<{to}>({x.text})', x.shape, to)]


# --- reductions ---

REDUCTIONS = {'ReduceSum': 'ia::sum{0}', 'ReduceMean': 'ia::mean{0}', 'ReduceMax': 'ia::max{0}', 'ReduceMin': 'ia::min{0}', 'ReduceSumSquare': 'ia::sum{0}',
              'ReduceL1': 'ia::sum{0}', 'ReduceL2': 'ia::sum{0}', 'ReduceLogSum': 'ia::sum{0}', 'ReduceLogSumExp': 'ia::logsumexp{0}'}
BEFORE = {'ReduceSumSquare': 'ia::square({0})', 'ReduceL1': 'ia::abs({0})', 'ReduceL2': 'ia::square({0})'}
AFTER = {'ReduceL2': 'ia::sqrt({0})', 'ReduceLogSum': 'ia::log({0})'}


def reduction(n, x, axes=None):
    axes = constant_of(axes, 'axes') if axes is not None else n.get('axes')
    if not axes and n.get('noop_with_empty_axes', 0):
        return [x]
    axes = sorted(axis_of(a, x.rank) for a in axes) if axes else list(range(x.rank))
    keep = n.get('keepdims', 1)
    inner = BEFORE.get(n.op, '{0}').format(x.text)
    text = f"{REDUCTIONS[n.op].format('<' + listed(axes) + '>')}({inner}{', ia::keep_axes' if keep else ''})"
    return [Value(AFTER.get(n.op, '{0}').format(text), reduced(x.shape, axes, keep), x.kind)]


def extremum(n, x):
    if n.get('select_last_index', 0):
        raise Unsupported('the last of several extrema')
    axis, keep = axis_of(n.get('axis', 0), x.rank), n.get('keepdims', 1)
    name = 'argmax' if n.op == 'ArgMax' else 'argmin'
    return [Value(f"ia::cast<std::int64_t>(ia::{name}<{axis}>({x.text}{', ia::keep_axes' if keep else ''}))", reduced(x.shape, [axis], keep), 'std::int64_t')]


def softmax(opset):
    def build(n, x):
        name = {'Softmax': 'softmax', 'LogSoftmax': 'log_softmax'}[n.op]
        axis = axis_of(n.get('axis', -1 if opset >= 13 else 1), x.rank)
        axes = [axis] if opset >= 13 else range(axis, x.rank)  # before, the axes behind it counted as one
        return [Value(f'ia::{name}<{listed(axes)}>({x.text})', x.shape, x.kind)]
    return build


def cross_entropy(n, x, label, weight=None):
    if weight is not None or 'ignore_index' in n.attributes or n.get('reduction', 'mean') != 'mean' or x.rank != 2 or len(n.outputs) > 1:
        raise Unsupported('a form of cross entropy that is not the mean over [N, C]')
    return [Value(f'ia::cross_entropy({x.text}, {label.text})', [], x.kind)]


# --- structure ---

def transpose(n, x):
    order = n.get('perm', list(range(x.rank))[::-1])
    return [Value(f'ia::permute<{listed(order)}>({x.text})', [x.shape[d] for d in order], x.kind)]


def to_shape(n, x, shape=None):
    wanted = constant_of(shape, 'a shape') if shape is not None else n.get('shape')
    if 0 in wanted and n.get('allowzero', 0):
        raise Unsupported('an extent of 0')
    wanted = [x.shape[d] if e == 0 else e for d, e in enumerate(wanted)]
    if -1 in wanted:
        wanted[wanted.index(-1)] = x.size // -math.prod(wanted)
    return [reshape(x, wanted)]


def flatten(n, x):
    axis = axis_of(n.get('axis', 1), x.rank)
    return [reshape(x, [math.prod(x.shape[:axis]), math.prod(x.shape[axis:])])]


def squeeze(n, x, axes=None):
    axes = constant_of(axes, 'axes') if axes is not None else n.get('axes') or [d for d, e in enumerate(x.shape) if e == 1]
    axes = [axis_of(a, x.rank) for a in axes]
    return [reshape(x, [e for d, e in enumerate(x.shape) if d not in axes])]


def unsqueeze(n, x, axes=None):
    axes = constant_of(axes, 'axes') if axes is not None else n.get('axes')
    rank = x.rank + len(axes)
    axes = [axis_of(a, rank) for a in axes]
    rest = iter(x.shape)
    return [reshape(x, [1 if d in axes else next(rest) for d in range(rank)])]


def concat(n, *xs):
    axis = axis_of(n.get('axis', 1), xs[0].rank)
    shape = list(xs[0].shape)
    shape[axis] = sum(x.shape[axis] for x in xs)
    return [Value(f"ia::concat<{axis}>({listed(x.text for x in xs)})", shape, xs[0].kind)]


def cut(x, axis, begin, end, step):
    """Python's slice of one axis."""
    positions = range(x.shape[axis])[begin:end:step]
    if not positions:
        raise Unsupported('an extent of 0')
    text = x.text
    if step < 0:
        text = f'ia::flip<{axis}>({text})'
        first, step = x.shape[axis] - 1 - positions[0], -step
    else:
        first = positions[0]
    shape = list(x.shape)
    shape[axis] = len(positions)
    return Value(f'ia::slice<{axis}, {first}, {first + (len(positions) - 1) * step + 1}, {step}>({text})', shape, x.kind)


def cut_all(n, x, begins=None, ends=None, axes=None, steps=None):
    begins = constant_of(begins, 'a slice') if begins is not None else n.get('starts')
    ends = constant_of(ends, 'a slice') if ends is not None else n.get('ends')
    axes = constant_of(axes, 'a slice') if axes is not None else n.get('axes', range(len(begins)))
    steps = constant_of(steps, 'a slice') if steps is not None else [1] * len(begins)
    for axis, begin, end, step in zip(axes, begins, ends, steps):
        x = cut(x, axis_of(axis, x.rank), begin, end, step)
    return [x]


def split(n, x, sizes=None):
    axis, parts = axis_of(n.get('axis', 0), x.rank), len(n.outputs)
    sizes = constant_of(sizes, 'sizes') if sizes is not None else n.get('split', [x.shape[axis] // parts] * parts)
    if 0 in sizes:
        raise Unsupported('an extent of 0')
    return [cut(x, axis, sum(sizes[:i]), sum(sizes[:i + 1]), 1) for i in range(parts)]


def pad(n, x, pads=None, fill=None):
    if n.get('mode', 'constant') != 'constant':
        raise Unsupported(f"padding by {n.get('mode')}")
    pads = constant_of(pads, 'padding') if pads is not None else n.get('pads')
    value = constant_of(fill, 'a fill')[0] if fill is not None else n.get('value', 0.0)
    low, high = pads[:x.rank], pads[x.rank:]
    shape = [e + a + b for e, a, b in zip(x.shape, low, high)]
    first = next((d for d in range(x.rank) if low[d] or high[d]), x.rank - 1)
    rank = x.rank - first
    if rank > 2:
        # two axes at a time: the others go to the front of them
        raise Unsupported('padding of more than the last two axes')
    spatial = min(x.rank, 2)
    sides = [p for d in range(x.rank - spatial, x.rank) for p in (low[d], high[d])]
    text = f'ia::zero_pad({{0}}, ia::pad_sides<{listed(sides)}>)'
    padded = text.format(x.text)
    if value != 0:
        inside = text.format(f'ia::equal({x.text}, {x.text})')
        padded = f'ia::where({inside}, {padded}, {number(value)})'
    return [Value(padded, shape, x.kind)]


def expand(n, x, shape):
    to = broadcast(x.shape, constant_of(shape, 'a shape'))
    return [Value(f'ia::broadcast_to<{listed(to)}>({x.text})', to, x.kind)]


def depth_to_space(n, x):
    b, (batch, c, h, w) = n.get('blocksize'), x.shape
    if n.get('mode', 'DCR') == 'DCR':
        parts, order = [batch, b, b, c // b // b, h, w], [0, 3, 4, 1, 5, 2]
    else:
        parts, order = [batch, c // b // b, b, b, h, w], [0, 1, 4, 2, 5, 3]
    y = reshape(x, parts)
    return [reshape(Value(f'ia::permute<{listed(order)}>({y.text})', [parts[d] for d in order], x.kind), [batch, c // b // b, h * b, w * b])]


def space_to_depth(n, x):
    b, (batch, c, h, w) = n.get('blocksize'), x.shape
    parts, order = [batch, c, h // b, b, w // b, b], [0, 3, 5, 1, 2, 4]
    y = reshape(x, parts)
    return [reshape(Value(f'ia::permute<{listed(order)}>({y.text})', [parts[d] for d in order], x.kind), [batch, c * b * b, h // b, w // b])]


def constant(n):
    if isinstance(n.get('value'), Tensor):
        return [n.get('value')]
    raise Unsupported('a constant that is no tensor')


RULES = {
    **{op: unary for op in UNARY}, **{op: nary for op in BINARY}, **{op: reduction for op in REDUCTIONS},
    'IsNaN': is_nan, 'PRelu': prelu, 'Pow': power, 'Clip': clip, 'Where': where, 'Cast': cast, 'CastLike': cast,
    'LeakyRelu': with_attributes('ia::leaky_relu({x}, {alpha})', alpha=0.01),
    'Elu': with_attributes('ia::where({x} < 0, {alpha} * ia::expm1({x}), {x})', alpha=1.0),
    'Celu': with_attributes('ia::maximum({x}, 0) + ia::minimum(0, {alpha} * ia::expm1({x} / {alpha}))', alpha=1.0),
    'Selu': with_attributes('{gamma} * ia::where({x} < 0, {alpha} * ia::expm1({x}), {x})', alpha=1.6732632423543772, gamma=1.0507009873554805),
    'HardSigmoid': with_attributes('ia::clamp({alpha} * {x} + {beta}, 0, 1)', alpha=0.2, beta=0.5),
    'ThresholdedRelu': with_attributes('ia::where({x} > {alpha}, {x}, 0)', alpha=1.0),
    'Shrink': with_attributes('ia::where({x} < -{lambd}, {x} + {bias}, ia::where({x} > {lambd}, {x} - {bias}, 0))', bias=0.0, lambd=0.5),
    'ArgMax': extremum, 'ArgMin': extremum, 'SoftmaxCrossEntropyLoss': cross_entropy,
    'Transpose': transpose, 'Reshape': to_shape, 'Flatten': flatten, 'Squeeze': squeeze, 'Unsqueeze': unsqueeze, 'Concat': concat, 'Slice': cut_all,
    'Split': split, 'Pad': pad, 'Expand': expand, 'DepthToSpace': depth_to_space, 'SpaceToDepth': space_to_depth,
    'MatMul': matmul, 'Gemm': gemm, 'Conv': conv, 'ConvTranspose': conv_transpose, 'MaxPool': pool, 'AveragePool': pool,
    'GlobalAveragePool': global_pool, 'GlobalMaxPool': global_pool,
    'BatchNormalization': batch_norm, 'InstanceNormalization': instance_norm, 'LayerNormalization': layer_norm,
    'MeanVarianceNormalization': normalised,
}


def rule_for(op, opset):
    if op in ('Softmax', 'LogSoftmax'):
        return softmax(opset)
    if op not in RULES:
        raise Unsupported(f'the operation {op}')
    return RULES[op]


def expressions(model, values, constants):
    """Fills `values` (name -> Value) with the results of all nodes; returns the statements that name them."""
    lines = []
    for number_of_node, n in enumerate(model.nodes):
        if n.op == 'Constant':
            tensor = constant(n)[0]
            values[n.outputs[0]] = constants(n.outputs[0], tensor)
            continue
        rule = rule_for(n.op, model.opset)
        operands = [values[name] if name else None for name in n.inputs]
        while operands and operands[-1] is None:
            operands.pop()
        if n.op == 'Dropout':
            if len(n.outputs) > 1 and n.outputs[1] or n.get('training_mode') or len(operands) > 2:
                raise Unsupported('dropout in training')
            operands = operands[:1]
        for i, (name, v) in enumerate(zip(n.outputs, rule(n, *operands))):
            if v.rank > 8:
                raise Unsupported('more than 8 axes')
            text = f'v{number_of_node}_{i}'
            lines.append(f'const auto {text} = {v.text};')
            values[name] = Value(text, v.shape, v.kind)
    return lines
