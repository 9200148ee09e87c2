# SPDX-License-Identifier: Apache-2.0
"""ONNX nodes -> expressions of the language, with their shapes. What cannot be said raises Unsupported with the reason."""
import math

from protobuf import TYPES, Tensor, Unsupported


class Value:
    def __init__(self, text, shape, kind, constant=None):
        self.text, self.shape, self.kind, self.constant = text, list(shape), kind, constant

    @property
    def rank(self):
        return len(self.shape)

    @property
    def size(self):
        return math.prod(self.shape)


def listed(values):
    return ', '.join(str(v) for v in values)


def broadcast(*shapes):
    rank = max(len(s) for s in shapes)
    wide = [[1] * (rank - len(s)) + list(s) for s in shapes]
    out = [max(e) for e in zip(*wide)]
    if any(e not in (1, o) for s in wide for e, o in zip(s, out)):
        raise Unsupported('broadcasting by a rule of old versions')
    return out


def axis_of(axis, rank):
    return axis + rank if axis < 0 else axis


def number(x):
    if math.isinf(x) or math.isnan(x):
        raise Unsupported('a number that is not finite')
    return repr(x)


def constant_of(v, what):
    if v is None or v.constant is None:
        raise Unsupported(f'{what} that is computed')
    return [x for x in v.constant.values]


def reshape(v, shape):
    if not shape:
        return Value(f'ia::sum({v.text})', [], v.kind) if v.shape else v
    if v.shape == list(shape):
        return v
    return Value(f'ia::reshape<{listed(shape)}>({v.text})', shape, v.kind)


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


def reduced(shape, axes, keep):
    return [1 if d in axes else e for d, e in enumerate(shape) if keep or d not in axes]


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


# --- products and windows ---

def matmul(n, a, b):
    lead = broadcast(a.shape[:-2], b.shape[:-2])
    shape = lead + a.shape[-2:-1] * (a.rank > 1) + b.shape[-1:] * (b.rank > 1)
    return [Value(f'ia::matmul({a.text}, {b.text})', shape, a.kind)]


def gemm(n, a, b, c=None):
    m, k = a.shape[::-1] if n.get('transA', 0) else a.shape
    columns = b.shape[0] if n.get('transB', 0) else b.shape[1]
    text = 'ia::matmul({}, {})'.format(*(f'ia::transpose({v.text})' if n.get(t, 0) else v.text for v, t in ((a, 'transA'), (b, 'transB'))))
    if n.get('alpha', 1.0) != 1:
        text = f"{number(n.get('alpha'))} * {text}"
    if c is not None:
        text += f" + {number(n.get('beta', 1.0))} * {c.text}"
    return [Value(f'({text})', [m, columns], a.kind)]


class Window:
    def __init__(self, n, x, kernel):
        self.kernel, nd = list(kernel), len(kernel)
        if n.get('ceil_mode', 0):
            raise Unsupported('extents rounded up')
        self.stride, self.dilation = n.get('strides', [1] * nd), n.get('dilations', [1] * nd)
        pads, auto = n.get('pads', [0] * 2 * nd), n.get('auto_pad', 'NOTSET')
        self.low, self.high = list(pads[:nd]), list(pads[nd:])
        if auto.startswith('SAME') and n.op != 'ConvTranspose':
            for d in range(nd):
                extent = x.shape[2 + d]
                total = max(0, (-(-extent // self.stride[d]) - 1) * self.stride[d] + self.dilation[d] * (self.kernel[d] - 1) + 1 - extent)
                self.low[d] = total // 2 if auto == 'SAME_UPPER' else total - total // 2
                self.high[d] = total - self.low[d]

    def out(self, x):
        return [(e + a + b - d * (k - 1) - 1) // s + 1 for e, a, b, d, k, s in zip(x.shape[2:], self.low, self.high, self.dilation, self.kernel, self.stride)]

    def options(self, lead=0):
        """`lead` axes before the window's own, with a window of 1."""
        sides = [0, 0] * lead + [p for pair in zip(self.low, self.high) for p in pair]
        ones = [1] * lead
        return f'ia::pad_sides<{listed(sides)}>, ia::stride<{listed(ones + self.stride)}>, ia::dilation<{listed(ones + self.dilation)}>'


def biased(text, bias, nd):
    return text if bias is None else f"({text} + ia::reshape<{listed([bias.size] + [1] * nd)}>({bias.text}))"


def conv(n, x, k, bias=None):
    nd = x.rank - 2
    if nd not in (1, 2, 3):
        raise Unsupported(f'convolution in {nd} dimensions')
    w = Window(n, x, k.shape[2:])
    text = f"ia::corr{nd}d({x.text}, {k.text}, {w.options()}, ia::groups<{n.get('group', 1)}>)"
    return [Value(biased(text, bias, nd), [x.shape[0], k.shape[0]] + w.out(x), x.kind)]


def conv_transpose(n, x, k, bias=None):
    nd = x.rank - 2
    w = Window(n, x, k.shape[2:])
    extra = n.get('output_padding', [0] * nd)
    full = [(e - 1) * s + (q - 1) * d + 1 + o for e, s, q, d, o in zip(x.shape[2:], w.stride, w.kernel, w.dilation, extra)]
    wanted = n.get('output_shape')
    auto = n.get('auto_pad', 'NOTSET')
    if wanted is None and auto.startswith('SAME'):
        wanted = [e * s for e, s in zip(x.shape[2:], w.stride)]
    if wanted is not None:
        total = [f - e for f, e in zip(full, wanted)]
        small = [t // 2 for t in total]
        large = [t - s for t, s in zip(total, small)]
        w.low, w.high = (small, large) if auto == 'SAME_UPPER' else (large, small)
    if any(o >= max(s, d) for o, s, d in zip(extra, w.stride, w.dilation)):
        raise Unsupported('an output padding as large as the stride')
    groups = n.get('group', 1)
    text = f"ia::conv_transpose{nd}d({x.text}, {k.text}, {w.options()}, ia::output_padding<{listed(extra)}>, ia::groups<{groups}>)"
    out = [f - a - b for f, a, b in zip(full, w.low, w.high)]
    return [Value(biased(text, bias, nd), [x.shape[0], k.shape[1] * groups] + out, x.kind)]


def pool(n, x):
    if len(n.outputs) > 1 and n.outputs[1]:
        raise Unsupported('positions of maxima')
    w = Window(n, x, n.get('kernel_shape'))
    lead = 1 if len(w.kernel) == 1 else 0
    window = listed([1] * lead + w.kernel)
    if n.op == 'MaxPool':
        text = f'ia::max_pool<{window}>({x.text}, {w.options(lead)})'
    else:
        text = f'ia::avg_pool<{window}>({x.text}, {w.options(lead)})'
        if not n.get('count_include_pad', 0) and any(w.low + w.high):
            # the mean of what lies inside: divided by the mean of ones
            text = f'({text} / ia::avg_pool<{window}>({x.text} * 0 + 1, {w.options(lead)}))'
    return [Value(text, x.shape[:2] + w.out(x), x.kind)]


def global_pool(n, x):
    axes = list(range(2, x.rank))
    if n.op == 'GlobalAveragePool':
        text = f'ia::global_avg_pool({x.text})' if x.rank == 4 else f'ia::mean<{listed(axes)}>({x.text}, ia::keep_axes)'
    else:
        text = f'ia::max<{listed(axes)}>({x.text}, ia::keep_axes)'
    return [Value(text, x.shape[:2] + [1] * len(axes), x.kind)]


# --- normalisation ---

def at_channels(v, rank):
    return f'ia::reshape<{listed([v.size] + [1] * (rank - 2))}>({v.text})' if rank > 2 else v.text


def batch_norm(n, x, scale, shift, mean, variance):
    eps = number(n.get('epsilon', 1e-5))
    apply = lambda m, v: f'((({x.text}) - {m}) * ia::rsqrt({v} + {eps}) * {at_channels(scale, x.rank)} + {at_channels(shift, x.rank)})'
    if not n.get('training_mode', 0):
        return [Value(apply(at_channels(mean, x.rank), at_channels(variance, x.rank)), x.shape, x.kind)]
    axes = listed([d for d in range(x.rank) if d != 1])
    batch_mean = f'ia::mean<{axes}>({x.text})'
    wide = f'ia::reshape<{listed([mean.size] + [1] * (x.rank - 2))}>({batch_mean})'
    batch_variance = f'ia::mean<{axes}>(ia::square({x.text} - {wide}))'
    momentum = n.get('momentum', 0.9)
    kept = lambda old, new: Value(f'({number(momentum)} * {old.text} + {number(1 - momentum)} * {new})', old.shape, old.kind)
    return [Value(apply(wide, f'ia::reshape<{listed([mean.size] + [1] * (x.rank - 2))}>({batch_variance})'), x.shape, x.kind),
            kept(mean, batch_mean), kept(variance, batch_variance)]


def instance_norm(n, x, scale, shift):
    axes = listed(range(2, x.rank))
    centred = f'({x.text} - ia::mean<{axes}>({x.text}, ia::keep_axes))'
    text = f'({centred} * ia::rsqrt(ia::mean<{axes}>(ia::square({centred}), ia::keep_axes) + {number(n.get("epsilon", 1e-5))})'
    return [Value(f'{text} * {at_channels(scale, x.rank)} + {at_channels(shift, x.rank)})', x.shape, x.kind)]


def layer_norm(n, x, scale, shift=None):
    axis = axis_of(n.get('axis', -1), x.rank)
    axes = listed(range(axis, x.rank))
    mean = f'ia::mean<{axes}>({x.text}, ia::keep_axes)'
    centred = f'({x.text} - {mean})'
    deviation = f'ia::rsqrt(ia::mean<{axes}>(ia::square({centred}), ia::keep_axes) + {number(n.get("epsilon", 1e-5))})'
    text = f'{centred} * {deviation} * {scale.text}' + (f' + {shift.text}' if shift is not None else '')
    small = reduced(x.shape, list(range(axis, x.rank)), True)
    return [Value(f'({text})', x.shape, x.kind), Value(mean, small, x.kind), Value(deviation, small, x.kind)]


def normalised(n, x):
    axes = listed(n.get('axes', [0, 2, 3]))
    centred = f'({x.text} - ia::mean<{axes}>({x.text}, ia::keep_axes))'
    return [Value(f'({centred} / (ia::sqrt(ia::mean<{axes}>(ia::square({centred}), ia::keep_axes)) + 1e-9))', x.shape, x.kind)]


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
