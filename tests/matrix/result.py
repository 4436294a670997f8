#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""result.py ANSWER WORKLOAD RUNTIME NNP USER WAY: one row as a line of JSON. Exit 1 if it is no full success."""
import json
import sys


def main():
    with open(sys.argv[1]) as f:
        answer = json.load(f)
    row = dict(zip(("workload", "runtime", "nnp", "user", "way"), sys.argv[2:]))
    row["passed"], row["runs"] = answer["passed"], answer["runs"]
    row["seconds"] = round(sum(run["seconds"] for run in answer["each"]) / max(1, len(answer["each"])), 1)
    row["refused"] = sorted({r["syscall"] for run in answer["each"] for r in run["refused"]})
    row["why"] = sorted({run["why"] for run in answer["each"] if "why" in run})
    print(json.dumps(row))
    said = " ".join([*sys.argv[2:], f"{row['passed']} of {row['runs']}", f"({row['seconds']} s)"])
    print(said, *row["refused"], *row["why"], file=sys.stderr)
    clean = all(run["passed"] and run["in_force"] and not run["refused"] for run in answer["each"])
    sys.exit(0 if clean and row["passed"] == row["runs"] > 0 else 1)


if __name__ == "__main__":
    main()
