# SPDX-License-Identifier: Apache-2.0
"""What a node of ONNX takes and gives: an expression of the language with its shape and type."""
import math

from protobuf import Unsupported


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


def reduced(shape, axes, keep):
    return [1 if d in axes else e for d, e in enumerate(shape) if keep or d not in axes]


def at_channels(v, rank):
    return f'ia::reshape<{listed([v.size] + [1] * (rank - 2))}>({v.text})' if rank > 2 else v.text
