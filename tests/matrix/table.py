#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""table.py MEASURED VERSIONS: what run.sh measured, as tables in Markdown."""
import json
import sys


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def unique(values):
    return list(dict.fromkeys(values))


def total(rows):
    if not rows:
        return ""
    return f"{sum(r['passed'] for r in rows)} of {sum(r['runs'] for r in rows)}"


def describe(row):
    return [
        row["workload"], row["runtime"], "yes" if row["nnp"] == "true" else "no", row["user"], row["way"],
        f"{row['passed']} of {row['runs']}", " ".join(row["refused"]) or "nothing",
    ]


def main():
    with open(sys.argv[1]) as f:
        rows = [json.loads(line) for line in f]
    with open(sys.argv[2]) as f:
        versions = dict(line.rstrip("\n").split("\t") for line in f)
    workloads = unique(row["workload"] for row in rows)
    used = [name for name in versions if any(row["runtime"] == name for row in rows)]
    print(*table(
        ["runtime", "version", *workloads],
        [[name, versions[name],
          *(total([r for r in rows if (r["runtime"], r["workload"]) == (name, w)]) for w in workloads)]
         for name in used]), sep="\n")
    print()
    print(*table(
        ["workload", "runtime", "no-new-privileges", "user", "way in", "came through", "refused"],
        map(describe, rows)), sep="\n")


if __name__ == "__main__":
    main()
