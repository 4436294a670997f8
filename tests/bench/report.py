#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.py [--json FILE] [--markdown FILE] SAMPLES...: tables of what the benchmark measured.

A sample is a line: what, variant, round, value. Values of one round are a pair: the ratio is taken
in each round, and what is shown is the median of the ratios with their quartiles. It judges
nothing but says where a target was missed; the exit status is 0.
"""
import argparse
import json
import statistics
import sys

TOOLS = ["strace", "perf-trace", "bpftrace", "bpftrace-names", "oci-hook"]


def watched(most=None):
    return {"nothing": None, "empty": None, "unrecorded": None, "recorded": most, **dict.fromkeys(TOOLS)}


# What recording a workload may cost more than the recording of something else does at the same time.
MOST_OF_UNRECORDED = {"redis": 1.04, "nginx": 1.04}

# What is compared with what, in the order shown: the baseline, the unit and its scale, then the
# variants with the most that their ratio should be.
MEASURES = {
    "getppid": ("empty", "ns a call", 1, {
        "nothing": None, "empty": None, "recorded": 1.08, "unrecorded": 1.06}),
    "getppid, filtered": ("empty", "ns a call", 1, {
        "nothing": None, "empty": None, "recorded": 1.08, "unrecorded": 1.06}),
    "open+close": ("empty", "ns a pair", 1, {
        "nothing": None, "empty": None, "recorded": 1.10, "unrecorded": None}),
    "redis": ("nothing", "µs of CPU a request", 1e6, watched()),
    "redis rate": ("nothing", "requests a second", 1, watched()),
    "nginx": ("nothing", "µs of CPU a request", 1e6, watched()),
    "nginx rate": ("nothing", "requests a second", 1, watched()),
    "forks": ("nothing", "µs of CPU a fork", 1e6, watched()),
    "trees": ("nothing", "µs of CPU a file", 1e6, watched()),
    "compile": ("nothing", "ms of CPU a file", 1e3, watched()),
    "files": ("nothing", "µs of CPU a file", 1e6, watched(1.6)),
    "start": ("", "ms", 1e3, {"cpu": None, "wall": None}),
    "memory": ("", "MB", 1e-6, {
        "VmRSS": None, "RssAnon": None, "RssFile": None, "views": None, "maps": None,
        "VmRSS + maps": 64}),
}


def read(paths):
    samples = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                what, variant, number, value = line.rstrip("\n").split("\t")
                samples.setdefault(what, {}).setdefault(variant, {})[int(number)] = float(value)
    return samples


def spread(values):
    if len(values) < 2:
        return [values[0]] * 3
    return statistics.quantiles(values, n=4, method="inclusive")


def row(what, variant, samples):
    baseline, unit, scale, variants = MEASURES[what]
    mine = samples[what][variant]
    base = samples[what].get(baseline, {})
    pairs = [mine[n] / base[n] for n in sorted(mine) if base.get(n)]
    result = {"what": what, "variant": variant, "unit": unit, "n": len(mine),
              "value": spread([v * scale for v in mine.values()]), "target": variants[variant]}
    if pairs:
        result["baseline"] = baseline
        result["ratio"] = spread(pairs)
    judged = result.get("ratio") if baseline else result["value"]
    if result["target"] and judged:
        result["met"] = judged[1] <= result["target"]
    unrecorded = samples[what].get("unrecorded", {})
    if variant == "recorded" and what in MOST_OF_UNRECORDED and unrecorded:
        result["unrecorded"] = spread([mine[n] / unrecorded[n] for n in mine if n in unrecorded])
        result["target"] = MOST_OF_UNRECORDED[what]
        result["met"] = result["unrecorded"][1] <= result["target"]
    recorded = samples[what].get("recorded", {})
    if variant in TOOLS and unit.find("CPU") >= 0 and recorded:
        result["recorded"] = spread([recorded[n] / mine[n] for n in sorted(mine) if n in recorded])
    seen = samples.get(f"{what} seen", {}).get(variant)
    if seen:
        result["seen"] = min(seen.values())
    own = samples.get(f"{what} tool", {}).get(variant)
    if own:
        result["own"] = spread([v * scale for v in own.values()])
    return result


def rows(samples):
    memory = samples.get("memory", {})
    if "VmRSS" in memory and "maps" in memory:
        memory["VmRSS + maps"] = {n: v + memory["maps"][n] for n, v in memory["VmRSS"].items()}
    return [row(what, variant, samples) for what, measure in MEASURES.items()
            for variant in measure[3] if variant in samples.get(what, {})]


def number(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def cells(r):
    low, middle, high = r["value"]
    value = f"{number(middle)} ({number(low)} to {number(high)})"
    ratio = "1" if r["variant"] == r.get("baseline") else ""
    if "ratio" in r and not ratio:
        low, middle, high = r["ratio"]
        ratio = f"{middle:.3f} ({low:.3f} to {high:.3f})"
    target = ""
    if "met" in r:
        target = f"{r['target']:g}: {'met' if r['met'] else 'missed'}"
    if "unrecorded" in r:
        target = f"{r['unrecorded'][1]:.3f} of unrecorded; {target}"
    if "recorded" in r:
        target = f"recorded {'ahead' if r['recorded'][1] < 1 else 'behind'}: {r['recorded'][1]:.3f}"
    if "seen" in r:
        target += f"; saw {100 * r['seen']:.0f} % or less"
    own = number(r["own"][1]) if "own" in r else ""
    return [r["what"], r["variant"], f"{value} {r['unit']}", ratio, own, target, str(r["n"])]


HEAD = ["measured", "variant", "median (quartiles)", "ratio to the baseline", "the tool's own", "at most", "rounds"]


def table(results):
    lines = [HEAD] + [cells(r) for r in results]
    if not any("own" in r for r in results):
        lines = [line[:4] + line[5:] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * w for w in widths])
    return "".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |\n"
                   for line in lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    parser.add_argument("samples", nargs="+")
    args = parser.parse_args()
    results = rows(read(args.samples))
    if not results:
        sys.exit("report.py: no samples")
    sys.stdout.write(table(results))
    if args.markdown:
        with open(args.markdown, "w", encoding="utf-8") as out:
            out.write(table(results))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=2, ensure_ascii=False)
            out.write("\n")


if __name__ == "__main__":
    main()
