# SPDX-License-Identifier: Apache-2.0
"""The part of protocol buffers and of ONNX's messages that its node tests need: models, nodes, attributes, tensors."""
import struct


def fields(data):
    """(number, value) of a message: an int, or the bytes of a string, message or packed list."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        number, kind = key >> 3, key & 7
        if kind == 0:
            yield number, varint()
        elif kind == 1:
            at += 8
            yield number, data[at - 8:at]
        elif kind == 2:
            size = varint()
            at += size
            yield number, data[at - size:at]
        elif kind == 5:
            at += 4
            yield number, data[at - 4:at]
        else:
            raise ValueError(f'wire type {kind}')


def all_of(message, number):
    return [v for n, v in fields(message) if n == number]


def first_of(message, number, default=None):
    return next(iter(all_of(message, number)), default)


def signed(v):
    return v - (1 << 64) if v >> 63 else v


def integers(values):
    """A repeated integer, packed or not."""
    out = []
    for v in values:
        if isinstance(v, int):
            out.append(signed(v))
        else:
            out += [signed(n) for n in _varints(v)]
    return out


def _varints(data):
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def reals(values, letter):
    return [x for v in values for x in struct.unpack(f'<{len(v) // struct.calcsize(letter)}{letter}', v)]


# TensorProto.DataType -> (C++, struct's letter)
TYPES = {1: ('float', 'f'), 2: ('std::uint8_t', 'B'), 3: ('std::int8_t', 'b'), 4: ('std::uint16_t', 'H'), 5: ('std::int16_t', 'h'),
         6: ('std::int32_t', 'i'), 7: ('std::int64_t', 'q'), 9: ('bool', '?'), 11: ('double', 'd'), 12: ('std::uint32_t', 'I'),
         13: ('std::uint64_t', 'Q')}


class Unsupported(Exception):
    pass


class Tensor:
    def __init__(self, message):
        self.shape = integers(all_of(message, 1))
        kind = first_of(message, 2, 0)
        if kind not in TYPES:
            raise Unsupported(f'element type {kind} of ONNX')
        self.type, letter = TYPES[kind]
        size = 1
        for e in self.shape:
            size *= e
        raw = first_of(message, 9)
        if raw is not None:
            self.values = list(struct.unpack(f'<{size}{letter}', raw))
        elif kind == 1:
            self.values = reals(all_of(message, 4), 'f')
        elif kind == 11:
            self.values = reals(all_of(message, 10), 'd')
        else:
            self.values = integers(all_of(message, {7: 7, 12: 11, 13: 11}.get(kind, 5)))
        if len(self.values) != size:
            raise Unsupported('a tensor without its values')
        if 0 in self.shape:
            raise Unsupported('an extent of 0')
        self.bytes = struct.pack(f'<{size}{letter}', *self.values)


class Node:
    def __init__(self, message):
        self.inputs = [v.decode() for v in all_of(message, 1)]
        self.outputs = [v.decode() for v in all_of(message, 2)]
        self.op = first_of(message, 4).decode()
        self.attributes = {}
        for a in all_of(message, 5):
            kind = first_of(a, 20)
            name = first_of(a, 1).decode()
            if kind == 1:
                self.attributes[name] = struct.unpack('<f', first_of(a, 2))[0]
            elif kind == 2:
                self.attributes[name] = signed(first_of(a, 3, 0))
            elif kind == 3:
                self.attributes[name] = first_of(a, 4, b'').decode()
            elif kind == 4:
                self.attributes[name] = Tensor(first_of(a, 5))
            elif kind == 6:
                self.attributes[name] = reals(all_of(a, 7), 'f')
            elif kind == 7:
                self.attributes[name] = integers(all_of(a, 8))
            else:
                raise Unsupported(f'an attribute of kind {kind}')

    def get(self, name, default=None):
        return self.attributes.get(name, default)


class Model:
    def __init__(self, data):
        graph = first_of(data, 7)
        self.opset = max((first_of(o, 2, 1) for o in all_of(data, 8) if not first_of(o, 1)), default=1)
        self.nodes = [Node(n) for n in all_of(graph, 1)]
        self.initial = {first_of(t, 8, b'').decode(): Tensor(t) for t in all_of(graph, 5)}
        self.inputs = [first_of(v, 1).decode() for v in all_of(graph, 11)]
        for v in all_of(graph, 11):  # a file may hold the bits of a type in another one
            kind = first_of(first_of(first_of(v, 2, b''), 1, b''), 1, 1)
            if kind not in TYPES:
                raise Unsupported(f'element type {kind} of ONNX')
        self.outputs = [first_of(v, 1).decode() for v in all_of(graph, 12)]
