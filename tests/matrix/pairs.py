#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pairs.py NAME=VALUE,VALUE... ...: rows in which any two values of different factors meet.

One row a line, the values separated by tabs; the same rows for the same factors each time. Greedy: the
row with most pairs that have not met yet is next; where several have as many, the one whose values were
used least, and of these the first. For five factors this is a tenth of the full product.
"""
import collections
import itertools
import sys


def pairs_of(row):
    return {frozenset(two) for two in itertools.combinations(enumerate(row), 2)}


def rows_for(factors):
    left = set()
    for (i, a), (k, b) in itertools.combinations(enumerate(factors), 2):
        left |= {frozenset({(i, x), (k, y)}) for x in a for y in b}
    used = collections.Counter()
    candidates = [(row, pairs_of(row)) for row in itertools.product(*factors)]
    while left:
        row, pairs = max(candidates, key=lambda each: (
            len(each[1] & left), -sum(used[at] for at in enumerate(each[0]))))
        left -= pairs
        used.update(enumerate(row))
        yield row


def main():
    factors = [arg.split("=", 1)[1].split(",") for arg in sys.argv[1:]]
    # By the first factor, as a recording is needed for each of its values.
    order = {value: i for i, value in enumerate(factors[0])}
    for row in sorted(rows_for(factors), key=lambda row: order[row[0]]):
        print("\t".join(row))


if __name__ == "__main__":
    main()
