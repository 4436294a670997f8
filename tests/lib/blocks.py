#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the blocks of a page that are to be run, as block-NN[-WHERE]-STATUS.sh into the working directory.

blocks.py PAGE LEAST [FROM=TO...]: at least so many; each FROM, as a word or behind a colon, becomes TO. A block is run
if `<!-- run -->` stands before it, or `<!-- run: status N -->`; WHERE is "with" or "without" of one with
`<!-- run: with apparmor -->` or `<!-- run: without apparmor -->`.
"""
import re
import sys

page, least, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
with open(page, encoding="utf-8") as f:
    text = f.read()
mark = r"^<!-- run(?:: status (\d+)|: (with|without) apparmor)? -->"
blocks = re.findall(mark + r"\n```sh\n(.*?)^```$", text, re.M | re.S)
if len(blocks) < least or len(blocks) != text.count("<!-- run"):
    sys.exit(f"{page}: {len(blocks)} blocks to run, {text.count('<!-- run')} marks")
for i, (status, where, code) in enumerate(blocks):
    for word in words:
        old, new = word.split("=", 1)
        code = re.sub(rf"(?<=[\s:]){re.escape(old)}(?=\s)", new, code)
    with open(f"block-{i:02}{'-' if where else ''}{where}-{status or 0}.sh", "w", encoding="utf-8") as f:
        f.write("set -e\n" + code)
