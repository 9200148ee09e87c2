# SPDX-License-Identifier: Apache-2.0
"""Rules of products, convolutions, pools and normalisations: node and values -> values."""
from protobuf import Unsupported
from values import Value, at_channels, axis_of, broadcast, listed, number, reduced


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
