#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Derives the polynomials of include/intarsia/kernels/constants-inl.hpp and prints them as C++; deterministic.
# Each is the minimax polynomial of a function under a weight, by Remez' exchange on a fine Chebyshev grid; the first
# coefficients are rounded to the element type one after the other, the rest being fitted again after each.
#   elementary_coefficients.py [header]     with a header: fails unless every printed array stands in it
# Needs python3-mpmath; some seconds.
import sys
import textwrap

from mpmath import mp, mpf

mp.dps = 50
LN2 = mp.log(2)
arrays = []


def rounded(x, bits):
    """x to the nearest number of `bits` bits."""
    if x == 0:
        return mpf(0)
    m, e = mp.frexp(x)
    return mp.ldexp(mp.nint(mp.ldexp(m, bits)), e - bits)


def show(kind, name, numbers, bits):
    """Prints an array of the header, in lines of at most 140 columns, and keeps it for the comparison."""
    items = [hexadecimal(x, bits) for x in numbers]
    arrays.append(f"static constexpr {kind} {name}[] = {{" + ", ".join(items) + "};")
    print(textwrap.fill(arrays[-1], 140, initial_indent="  ", subsequent_indent="      "))
    sys.stdout.flush()


def hexadecimal(x, bits):
    s = float(x).hex()
    mantissa, exponent = s.split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + "p" + str(int(exponent)) + ("f" if bits == 24 else "")


def remez(values, weights, rows):
    """Coefficients c that minimise max |weights * (values - rows . c)| over the grid, and that maximum."""
    n, size = len(rows[0]), len(values)
    reference = [(size - 1) * i // n for i in range(n + 1)]
    for _ in range(40):
        a = mp.matrix(n + 1, n + 1)
        b = mp.matrix(n + 1, 1)
        for i, k in enumerate(reference):
            for j in range(n):
                a[i, j] = rows[k][j]
            a[i, n] = (-1) ** i / weights[k]
            b[i] = values[k]
        solution = mp.lu_solve(a, b)
        c = [solution[j] for j in range(n)]
        level = abs(solution[n])
        error = [w * (v - mp.fdot(row, c)) for v, w, row in zip(values, weights, rows)]
        worst = max(abs(e) for e in error)
        if worst <= level * mpf("1.001"):
            return c, worst
        peaks = []  # the largest error of each run of equal sign
        for k, e in enumerate(error):
            if peaks and (error[peaks[-1]] > 0) == (e > 0):
                if abs(e) > abs(error[peaks[-1]]):
                    peaks[-1] = k
            else:
                peaks.append(k)
        while len(peaks) > n + 1:
            if len(peaks) == n + 2:
                peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
            else:  # drop the weakest and the weaker of its neighbours: the signs still alternate
                k = min(range(1, len(peaks) - 1), key=lambda i: abs(error[peaks[i]]))
                other = k - 1 if abs(error[peaks[k - 1]]) < abs(error[peaks[k + 1]]) else k + 1
                for i in sorted((k, other), reverse=True):
                    peaks.pop(i)
        if len(peaks) < n + 1:
            raise ArithmeticError("no alternation: the grid is too coarse or the weight vanishes")
        reference = peaks
    return c, worst


def fit(name, bits, low, high, count, f, weight, exact=()):
    """Prints f(x) ~ sum c_j x^j, j < count, on [low, high], the error measured by `weight`; `exact` are coefficients to keep."""
    size = 24 * (count + 1)
    low, high = mpf(low), mpf(high)
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (i + mpf(3) / 8) / size) for i in range(size)]
    values = [f(x) for x in grid]
    weights = [abs(weight(x)) for x in grid]
    chosen, ideal = [], None
    rest, scale = values, weights
    while len(chosen) < count:
        # (f - chosen) / x^j is fitted under weight x^j: powers from 0 on always alternate, those from j on need not
        c, level = remez(rest, scale, [[x ** p for p in range(count - len(chosen))] for x in grid])
        ideal = ideal or level
        refits = max(len(exact), 3)
        for k in range(1 if len(chosen) < refits else len(c)):
            chosen.append(mpf(exact[len(chosen)]) if len(chosen) < len(exact) else rounded(c[k], bits))
            rest = [(v - chosen[-1]) / x for v, x in zip(rest, grid)]
            scale = [w * abs(x) for w, x in zip(scale, grid)]
    worst = max(w * abs(v - mp.polyval(chosen[::-1], x)) for v, w, x in zip(values, weights, grid))
    kind = "float" if bits == 24 else "double"
    print(f"  // error {mp.nstr(worst * mpf(2) ** bits, 2)} ulp ({mp.nstr(ideal * mpf(2) ** bits, 2)} before rounding)")
    show(kind, name, chosen, bits)


def split(name, x, quanta, bits):
    """x as a sum of constants: multiples of the powers of two `quanta`, and what is left, rounded."""
    parts = []
    for q in quanta:
        parts.append(mp.nint(x * mpf(2) ** q) / mpf(2) ** q)
        x -= parts[-1]
    parts.append(rounded(x, bits))
    show("float" if bits == 24 else "double", name, parts, bits)


def series(x, terms, direct):
    """A Taylor sum near zero, where the direct formula cancels."""
    return mp.fsum(c * x ** k for k, c in enumerate(terms)) if abs(x) < mpf(10) ** -3 else direct(x)


exp_terms = [1 / mp.factorial(k + 2) for k in range(16)]
log_terms = [mpf(-1) ** (k + 1) / (k + 2) for k in range(24)]


def exp_tail(r):  # (e^r - 1 - r) / r^2
    return series(r, exp_terms, lambda x: (mp.expm1(x) - x) / x ** 2)


def log_tail(f):  # (log(1 + f) - f) / f^2
    return series(f, log_terms, lambda x: (mp.log1p(x) - x) / x ** 2)


def atanh_tail(z):  # (2 atanh(s) - 2 s) / (s z), z = s^2
    if z < mpf(10) ** -3:
        return mp.fsum(2 * z ** k / (2 * k + 3) for k in range(20))
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / (s * z)


def sin_tail(z):  # (sin(r) / r - 1) / z, z = r^2
    return mp.fsum(mpf(-1) ** (k + 1) * z ** k / mp.factorial(2 * k + 3) for k in range(24))


def cos_tail(z):  # (cos(r) - 1) / z
    return mp.fsum(mpf(-1) ** (k + 1) * z ** k / mp.factorial(2 * k + 2) for k in range(24))


def exp2_tail(f):  # (2^f - 1) / f
    return series(f, [LN2 ** (k + 1) / mp.factorial(k + 1) for k in range(16)], lambda x: (mpf(2) ** x - 1) / x)


def coth_tail(z):  # f coth(f ln 2 / 2), z = f^2
    f = mp.sqrt(z)
    return f * mp.coth(f * LN2 / 2)


def erf_tail(z):  # erf(x) / x - 1
    return mp.fsum(mpf(-1) ** k * z ** k / (mp.factorial(k) * (2 * k + 1)) for k in range(60)) * 2 / mp.sqrt(mp.pi) - 1


def all_for(bits):
    single = bits == 24
    half = LN2 / 2 * mpf("1.0001")
    # quanta: what is left of x stays exact; without FMA the products with n (8, 13, 11, 20 bits) must be exact as well
    print("  // with FMA")
    split("ln2_parts", LN2, [24] if single else [53], bits)
    split("half_pi_parts", mp.pi / 2, [23, 48] if single else [52, 105], bits)
    split("log2_e_parts", 1 / LN2, [23] if single else [52], bits)
    print("  // without")
    split("ln2_parts", LN2, [15, 24] if single else [41, 53], bits)
    split("half_pi_parts", mp.pi / 2, [10, 21, 32] if single else [32, 65, 98], bits)
    # weight r: the relative error of e^r - 1, which expm1 and tanh need; more where e^r has finer ulps and tanh subtracts 1/2
    fit("exp_c", bits, -half, half, 5 if single else 10, exp_tail, lambda r: r * (5 if r < -0.22 else 2 if r < 0 else 1))
    # weight: the relative error of e^x = (c + f) / (c - f)
    fit("coth_c", bits, 0, mpf("0.2501"), 3 if single else 6, coth_tail, lambda z: 2 * mp.sqrt(z) / (coth_tail(z) ** 2 - z))
    if single:
        fit("log_c", bits, mp.sqrt(mpf(1) / 2) - 1, mp.sqrt(2) - 1, 9, log_tail, lambda f: f * f / mp.log1p(f), (-0.5,))
    else:
        fit("log_c", bits, 0, (3 - 2 * mp.sqrt(2)) ** 2, 7, atanh_tail, lambda z: z)
    z = (mp.pi / 4 * mpf("1.0005")) ** 2
    fit("sin_c", bits, 0, z, 3 if single else 6, sin_tail, lambda z: z)
    fit("cos_c", bits, 0, z, 4 if single else 7, cos_tail, lambda z: z, (-0.5,))
    border, top = (mpf(1), mpf(4)) if single else (mpf("1.25"), mpf(6))
    fit("erf_c", bits, 0, border ** 2, 7 if single else 14, erf_tail, lambda z: 1 / (1 + erf_tail(z)))
    fit("erfc_c", bits, border, top, 7 if single else 16, lambda a: mp.log(mp.erfc(a), 2), lambda a: LN2 * mp.erfc(a) / mp.erf(a))
    fit("exp2_c", bits, mpf("-0.5001"), mpf("0.5001"), 5 if single else 10, exp2_tail, lambda f: f * mp.erfc(border))


for bits in (24, 53):
    print("float:" if bits == 24 else "double:")
    all_for(bits)
if len(sys.argv) > 1:
    text = " ".join(open(sys.argv[1]).read().split())
    missing = [array for array in arrays if array not in text]
    print("\n".join(["not in " + sys.argv[1] + ":"] + missing) if missing else "all in " + sys.argv[1])
    sys.exit(bool(missing))
