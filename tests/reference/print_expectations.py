#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Writes print_expectations.hpp beside itself: tensors and the text that PyTorch (python3-torch) prints for them.
# Small cases carry their elements; large ones a formula, so that the file stays readable: see `pattern` below.
import math
import pathlib
import struct

import torch

CPP = {
    torch.float32: "float", torch.float64: "double", torch.bool: "bool", torch.uint8: "std::uint8_t", torch.int8: "std::int8_t",
    torch.int16: "std::int16_t", torch.int32: "std::int32_t", torch.int64: "std::int64_t",
}
f32, f64, i64, i32, i16, i8, u8, boolean = (
    torch.float32, torch.float64, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
inf, nan = math.inf, math.nan
cases = []


def literal(value, dtype):
    if dtype is boolean:
        return "true" if value else "false"
    if not dtype.is_floating_point:
        return "-9223372036854775807 - 1" if value == -(2**63) else str(value)
    if math.isnan(value):
        return ("-" if math.copysign(1, value) < 0 else "") + ("nan_f" if dtype is f32 else "nan_d")
    if math.isinf(value):
        return ("-" if value < 0 else "") + ("inf_f" if dtype is f32 else "inf_d")
    if dtype is f64:
        return repr(value)
    for digits in range(1, 10):  # the shortest text that gives the same float
        text = "%.*g" % (digits, value)
        try:
            if struct.pack("f", float(text)) == struct.pack("f", value):
                break
        except OverflowError:
            continue
    return text + ("" if any(c in text for c in ".e") else ".0") + "f"


def wrapped(items):
    lines, line = [], "     "
    for item in items:
        if len(line) + len(item) > 120:
            lines.append(line)
            line = "     "
        line += " " + item + ","
    return "\n".join(lines + [line])


def head(kind, name, t):
    shape = "".join(f", {n}" for n in t.shape)
    return f'  {kind}<{CPP[t.dtype]}{shape}>("{name}"'


def case(name, data, dtype=f32, shape=None):
    t = data if isinstance(data, torch.Tensor) else torch.tensor(data, dtype=dtype)
    if shape is not None:
        t = t.reshape(shape)
    items = wrapped([literal(v, t.dtype) for v in t.reshape(-1).tolist()])
    cases.append(f'{head("f.template values", name, t)}, {{\n{items}}},\n    R"({t!s})");')


def pattern(name, shape, dtype=f32, factor=1, modulus=None, shift=0, scale=1.0):
    """Element i is (i * factor % modulus - shift) * scale, computed in double."""
    modulus = modulus or math.prod(shape)
    i = torch.arange(math.prod(shape), dtype=f64)
    t = ((i * factor % modulus - shift) * scale).to(dtype).reshape(shape)
    cases.append(f'{head("f.template pattern", name, t)}, {factor}, {modulus}, {shift}, {scale!r},\n    R"({t!s})");')


# Whole numbers.
case("design", [[19, 25], [37, 43]])
case("rank 0", 3.0)
case("rank 0, fraction", 0.1)
case("rank 0, double", 2.5, f64)
case("rank 0, int64", -7, i64)
case("rank 0, int32", 12, i32)
case("rank 0, bool", True, boolean)
case("rank 0, nan", nan)
case("rank 0, -inf", -inf)
case("rank 0, zero", 0.0)
case("rank 0, negative zero", -0.0)
case("rank 0, scientific", 1e-5)
case("rank 0, large whole", 123456789.0)
case("one element", [5.0])
case("zeros", [[0.0] * 3] * 2)
case("zeros that wrap", [0.0] * 40)
case("signed zeros", [0.0, -0.0])
case("zeros and one", [0.0, -0.0, 1.0, 100.0])
case("negative whole", [[-1, 0], [1, -10]])
case("ratio 1000", [1.0, 1000.0])
case("ratio 1001", [1.0, 1001.0])
case("1e8", [1e8, 99999992.0])
case("above 1e8", [100000008.0, 99999992.0])
case("whole, scientific, zeros", [0.0, 1.0, 5e6, -0.0])
case("largest float", [3.4028234663852886e38, 1.0])
case("largest doubles", [1.7976931348623157e308, -1.7976931348623157e308], f64)
case("above 2^53", [2.0**53, 2.0**60, -(2.0**63)], f64)

# Fractions.
case("halves", [[0.5, -1.5], [2.25, 10.0]])
case("rounding", [0.00015, 0.00025, 0.12345, 0.10005], f64)
case("rounding of float", [0.12345, 0.99995, 0.99994999, 0.03125])
case("ties to even", [0.53125, 1.03125, 2.09375, 0.15625])
case("fraction, ratio 1000", [0.5, 500.0])
case("fraction, ratio above 1000", [0.5, 500.5])
case("fraction above 1e8", [100000000.5, 200000000.25], f64)
case("least 1e-4 as double", [1e-4, 1e-3], f64)
case("least 1e-4 as float", [1e-4, 1e-3])
case("small", [[1e-5, 2e-5], [-3e-5, 4e-6]])
case("denormal float", [1e-45, -1e-40])
case("denormal double", [5e-324, 1e-300], f64)
case("exponent of three digits", [1e100, -1e-100, 0.0], f64)
case("scientific negatives", [-1234.5, 0.25, 0.0, -0.0])
case("fraction and zeros", [0.0, -0.0, 0.3, -0.3])
case("thirds, double", [[i / 3 - 1 for i in range(4)]] * 3, f64)

# NaN and infinities.
case("nan alone", [nan, nan])
case("inf alone", [inf, -inf])
case("whole with special", [1.0, nan, inf, -inf, -20.0])
case("narrow with special", [[1.0, nan], [-inf, inf]])
case("fraction with special", [0.5, nan, inf, -inf, 0.0])
case("scientific with special", [1e-6, nan, inf, -inf, 1.0])
case("negative nan", [torch.tensor([0x7FC00000, 0xFFC00000 - 2**32], dtype=i32).view(f32).tolist()[0], -1.0, math.copysign(nan, -1.0)])
case("special, double", [nan, inf, -inf], f64)
case("special that wrap", [nan, inf, -inf, 0.0] * 9)

# Integers and bool.
case("int64", [[1, -2], [300, 4]], i64)
case("int64 extremes", [-(2**63), 2**63 - 1, 0], i64)
case("int32", [[1, 2, 3], [4, 5, 6]], i32)
case("int32 extremes", [-(2**31), 2**31 - 1], i32)
case("int16", [-32768, 32767, 0], i16)
case("int8", [[-128], [127]], i8)
case("uint8", [[0, 255], [16, 7]], u8)
case("bool", [[True, False], [False, True]], boolean)
case("all true", [True, True, True], boolean)
case("bool that wraps", [i % 3 == 0 for i in range(25)], boolean)

# Ranks and lines.
pattern("rank 2, column", [4, 1])
pattern("rank 3", [2, 3, 4])
pattern("rank 3, fractions", [2, 2, 3], shift=4, scale=0.375)
pattern("rank 3, ones", [1, 1, 1])
pattern("rank 4", [2, 2, 2, 3], shift=9)
pattern("rank 4, int32", [2, 1, 2, 2], i32)
pattern("rank 5", [2, 1, 2, 2, 2], f64, scale=0.25)
pattern("rank 8", [1, 2, 1, 1, 2, 1, 1, 2], i64)
for n in (18, 19, 20, 36):
    pattern(f"line of {n}", [n])
pattern("rows that wrap", [2, 30], scale=0.125, shift=20)
pattern("rank 3 rows that wrap", [2, 2, 17], scale=0.0625)
pattern("scientific rows that wrap", [2, 9], scale=1e6)
pattern("wide integers", [3, 40], i64, 7919, 1009, 500)
pattern("uint8 rows that wrap", [2, 32], u8, 7, 256)
for n in range(12, 24):  # where the suffix moves to its own line
    pattern(f"suffix after {n}", [n], i32)
for n in range(4, 9):
    pattern(f"double suffix after {n}", [n], f64, scale=0.5)
for rows in (1, 2):
    pattern(f"suffix fits, 59 columns, {rows} rows", [rows, 10], i32, modulus=10, scale=100.0)
    pattern(f"suffix does not, 60 columns, {rows} rows", [rows, 17], i32, modulus=10)
pattern("suffix after rows", [2, 13], i16)
pattern("suffix after long rows", [2, 15], i16, scale=11)
pattern("suffix, rank 3", [2, 2, 14], u8)

# Summaries.
pattern("1000 elements", [1000], i64, 37, 101)
pattern("1001 elements", [1001])
pattern("1001 elements, int64", [1001], i64)
pattern("1001 doubles", [1001], f64, scale=0.5)
pattern("summary, matrix", [100, 100], f32, 7919, 1009, 500, 0.125)
pattern("summary, few rows", [2, 600], i32)
pattern("summary, few columns", [600, 2])
pattern("summary, 6 rows", [6, 200], scale=0.25)
pattern("summary, 7 rows", [7, 200], scale=0.25)
pattern("summary, rank 3", [10, 12, 14], f32, 7919, 1009, 500)
pattern("summary, rank 3, thin", [2, 300, 2], u8, 5, 251)
pattern("summary, rank 4", [8, 2, 9, 10], f64, 31, 997, 400, 0.5)
pattern("summary, narrow axes", [3, 6, 6, 12], i16)
pattern("summary, bool", [40, 40], boolean, 5, 3)
pattern("summary, scientific", [2000], f32, 1, None, 1000, 1e-4)
pattern("summary, wide scientific that wraps", [1200], f64, 1, None, 1000, 1e-200)
pattern("summary, the extremes are hidden", [1500], f32, 1, 1496, 0, 1.0)
pattern("summary, fractions are hidden", [3, 1001], f32, 1, 1001, 0, 0.5)

out = pathlib.Path(__file__).with_suffix(".hpp")
body = "\n".join(cases)
out.write_text(f"""// SPDX-License-Identifier: Apache-2.0
// {len(cases)} tensors and what PyTorch {torch.__version__} prints for them. Written by print_expectations.py: do not edit.
// Calls `f.values<T, D...>(name, {{elements}}, text)` or `f.pattern<T, D...>(name, factor, modulus, shift, scale, text)`.
#pragma once

#include <cstdint>
#include <limits>

namespace print_reference {{

constexpr float nan_f = std::numeric_limits<float>::quiet_NaN(), inf_f = std::numeric_limits<float>::infinity();
constexpr double nan_d = std::numeric_limits<double>::quiet_NaN(), inf_d = std::numeric_limits<double>::infinity();

template <class F>
void for_each_case(F& f) {{
{body}
}}

}}  // namespace print_reference
""")
print(f"{out.name}: {len(cases)} cases")
