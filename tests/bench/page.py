#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/benchmarks.md and its pictures from what the runner measured.

page.py RESULTS DOCS: RESULTS has one JSON file for each family of works.
A ratio is the median, over the rounds, of the ratio of two times within one round.
"""
import datetime
import json
import math
import pathlib
import platform
import re
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

FAMILIES = {
    "small": ("Small programs", "Learning a kernel by ten steps of gradient descent, single correlations, the start of a call."),
    "images": ("Filters on images", "One channel. OpenCV: filter2D and sepFilter2D. A separable kernel is a constant of the program."),
    "convolutions": ("Convolutions of ResNet-50", "Forward, batch 1, NCHW in and out, weights prepared (packed beforehand) for everybody."),
    "winograd": ("3x3 convolutions by Winograd's algorithm", "Forward as above, `ia::winograd`: fewer multiplications, another rounding (results within 5e-5 of the largest). The best peer multiplies every tap; oneDNN Winograd is its own kernel of that kind, asked for by name. Of the roof: of the nominal multiply-adds."),
    "gradients": ("Gradients of these convolutions", "To the input and to the kernel; nothing prepared."),
    "depthwise": ("Depthwise convolutions", "3x3, NCHW in and out, forward with prepared weights and both gradients."),
    "lenet": ("LeNet", "Inference with prepared weights; a training step is forward, backward and the update of all weights."),
    "resnet18": ("ResNet-18", "The whole network, batch 1, batch norms folded into the weights."),
    "pointwise": ("Elementwise functions", "One pass over the elements."),
    "streaming": ("Streaming", "One sample a call, as in an audio plug-in."),
}
LEFT_OUT = [
    ("RTNeural", "no package of it exists; the streaming works have its sizes"),
]


def median_time(result):
    return statistics.median(result["seconds"])


def ratio(a, b):
    """How many times faster b is than a."""
    return statistics.median(x / y for x, y in zip(a["seconds"], b["seconds"]))


def time_text(seconds):
    for unit, size in (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3)):
        if seconds < 999.5 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


class Work:
    def __init__(self, data):
        self.family, self.name, self.flops, self.bytes = data["family"], data["name"], data["flops"], data["bytes"]
        self.all = {r["name"]: r for r in data["results"]}
        self.intarsia = [r for r in data["results"] if r["role"] == "intarsia"]
        self.peers = [r for r in data["results"] if r["role"] in ("peer", "aside")]
        self.best = min((r for r in self.peers if r["role"] == "peer"), key=median_time, default=None)

    def peak(self, target):
        return self.all[f"fma {target}"]["flops"] / median_time(self.all[f"fma {target}"])

    def roof(self, target):
        """The time that the machine needs: for the multiply-adds, or to copy as many bytes."""
        return max(self.flops / self.peak(target), median_time(self.all["copy"]))


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


def row(cells):
    return "| " + " | ".join(cells) + " |"


def short_name(result):
    return result["name"].removeprefix("Intarsia ")


def ratios_table(works, variants):
    targets = sorted({w.all[v]["target"] for w in works for v in variants if v in w.all}, reverse=True)
    lines = [row(["work", "best peer"] + [v.removeprefix("Intarsia ") for v in variants] + [f"of the roof, {t}" for t in targets]), row(["---"] * (len(variants) + 2 + len(targets)))]
    for w in works:
        cells = [w.name, f"{w.best['name']} {time_text(median_time(w.best))}" if w.best else "none"]
        for v in variants:
            r = w.all.get(v)
            cells.append("" if r is None else f"{ratio(w.best, r):.2f}" if w.best else time_text(median_time(r)))
        for target in targets:
            mine = min((w.all[v] for v in variants if v in w.all and w.all[v]["target"] == target), key=median_time, default=None)
            sizeable = mine and w.bytes > 1000  # a copy of a few bytes is no measure
            cells.append(f"{100 * w.roof(target) / median_time(mine):.0f} %" if sizeable else "")
        lines.append(row(cells))
    compared = [w for w in works if w.best and all(v in w.all for v in variants)]
    if len(compared) > 1:
        lines.append(row(["geometric mean", ""] + [f"{geometric_mean(ratio(w.best, w.all[v]) for w in compared):.2f}" for v in variants] + [""] * len(targets)))
    return lines


def times_table(works):
    names = list(dict.fromkeys(r["name"] for w in works for r in w.intarsia + w.peers))
    lines = [row(["work", "FLOP/byte"] + names + ["copy"]), row(["---"] * (len(names) + 3))]
    for w in works:
        times = [time_text(median_time(w.all[n])) if n in w.all else "" for n in names]
        lines.append(row([w.name, f"{w.flops / w.bytes:.3g}"] + times + [time_text(median_time(w.all["copy"]))]))
    return lines


def bars(works, variants, path):
    """How many times faster than the best peer, each work."""
    works = [w for w in works if w.best]
    if not works:
        return False
    height = 0.8 / len(variants)
    figure, axes = plt.subplots(figsize=(8, 0.9 + 0.16 * (len(variants) + 1) * len(works)))
    for i, v in enumerate(variants):
        at = [y + (i - (len(variants) - 1) / 2) * height for y in range(len(works))]
        axes.barh(at, [ratio(w.best, w.all[v]) if v in w.all else 0 for w in works], height, label=v)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(works)), [f"{w.name}\n{w.best['name']}" for w in works], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("times faster than the best peer (named below the work)")
    axes.legend(fontsize=7)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return True


def roofline(works, path):
    figure, axes = plt.subplots(figsize=(9, 6))
    intensity = [10 ** (e / 20) for e in range(-40, 61)]
    targets = sorted({r["target"] for w in works for r in w.intarsia}, reverse=True)
    peaks = {t: statistics.median(w.peak(t) for w in works) for t in targets}
    rates = {  # copies of as many bytes as each work has, by where they lie
        "first-level cache": [w for w in works if w.bytes < 24e3],
        "second-level cache": [w for w in works if 64e3 < w.bytes < 700e3],
        "memory": [w for w in works if w.bytes > 40e6],
    }
    for where, some in rates.items():
        if some:
            rate = statistics.median(w.bytes / median_time(w.all["copy"]) for w in some)
            axes.plot(intensity, [min(max(peaks.values()), i * rate) / 1e9 for i in intensity], linewidth=1, color="grey")
            axes.annotate(f"copy in {where}, {rate / 1e9:.0f} GB/s", (intensity[8], intensity[8] * rate / 1e9), fontsize=7, rotation=38, rotation_mode="anchor")
    for t, p in peaks.items():
        axes.axhline(p / 1e9, linewidth=1, color="black", linestyle="-" if t == targets[-1] else "--")
    axes.annotate("multiply-adds: " + ", ".join(f"{t} {p / 1e9:.0f} GFLOP/s" for t, p in peaks.items()), (intensity[-1], max(peaks.values()) / 1e9 * 1.04), fontsize=8, ha="right")
    for family, colour in zip(FAMILIES, plt.get_cmap("tab10").colors):
        for target, marker in zip(targets, "os^"):
            points = [(w.flops / w.bytes, w.flops / median_time(r) / 1e9) for w in works if w.family == family and w.flops for r in w.intarsia if r["target"] == target and "g++" in r["name"]]
            if points:
                axes.scatter(*zip(*points), s=18, marker=marker, color=colour if marker == "o" else "none", edgecolors=[colour], label=f"{FAMILIES[family][0]}, {target}")
    axes.set(xscale="log", yscale="log", xlabel="FLOP per byte", ylabel="GFLOP/s", xlim=(intensity[0], intensity[-1]), ylim=(0.5, max(peaks.values()) / 1e9 * 1.5))
    axes.legend(fontsize=6, loc="lower right")
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def processor():
    facts = dict(re.findall(r"(\S[^\t]*)\t*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()))
    return f"{facts['model name']} (family {facts['cpu family']}, model {facts['model']})"


def main(results, docs):
    plt.rcParams.update({"svg.hashsalt": "intarsia", "svg.fonttype": "none", "font.family": "sans-serif"})
    works = [Work(w) for family in FAMILIES for path in [results / f"{family}.json"] if path.exists() for w in json.loads(path.read_text())]
    pictures = docs / "benchmarks"
    pictures.mkdir(exist_ok=True)
    named = {r["name"]: r for w in works for r in w.intarsia + w.peers}
    variants = sorted((n for n, r in named.items() if r["role"] == "intarsia"), key=lambda n: ("clang" in n, n))
    versions = {}
    for name, r in sorted(named.items()):
        if r["role"] != "aside":
            versions.setdefault(r["version"], []).append(name)
    peaks = {t: statistics.median(w.peak(t) for w in works) for t in sorted({r["target"] for w in works for r in w.intarsia})}

    page = ["# Benchmarks", "", "Written by `tests/bench/run.sh`, which installs the peers, builds and measures; run it on your machine.", ""]
    page += [row(["", ""]), row(["---", "---"]), row(["date", datetime.date.today().isoformat()]), row(["machine", f"{processor()}, {platform.system()} {platform.release().split('-')[0]}, one thread on one processor"])]
    page += [row(["multiply-adds", ", ".join(f"{t} {p / 1e9:.0f} GFLOP/s" for t, p in peaks.items())])]
    page += [row([", ".join(names), version]) for version, names in versions.items()]
    page += ["", "Everybody works on the same data. Results are compared first, most of them bit for bit; a difference stops the run. Then all contenders",
             "run in turns, eleven rounds, beside a loop of multiply-adds and a copy of as many bytes. A ratio is the median, over the rounds, of",
             "the best peer's time divided by Intarsia's in the same round: above 1 Intarsia is faster. Peers use the widest vectors of the",
             "machine, beside AVX2 too. \"Of the roof\" compares the faster of both compilers with what the machine needs at least: for the",
             "nominal multiply-adds of this width, or to copy operands and results once.", ""]
    roofline(works, pictures / "roofline.svg")
    page += ["![Roofline: FLOP per byte against GFLOP/s](benchmarks/roofline.svg)", ""]
    for family, (title, about) in FAMILIES.items():
        mine = [w for w in works if w.family == family]
        if not mine:
            continue
        page += [f"## {title}", "", about, ""] + ratios_table(mine, variants) + [""]
        if bars(mine, [v for v in variants if "g++" in v], pictures / f"{family}.svg"):
            page += [f"![{title}: times faster than the best peer](benchmarks/{family}.svg)", ""]
        page += ["<details><summary>All times</summary>", ""] + times_table(mine) + ["", "</details>", ""]
    page += ["## Left out", ""] + [f"- {what}: {why}." for what, why in LEFT_OUT]
    (docs / "benchmarks.md").write_text("\n".join(page) + "\n")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
