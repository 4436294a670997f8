#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""prove.py DIR BACKEND [KNOWN]: where compare.py is content, is it so for a reason?

Takes one line out of what it reads, a fact, a question of the kernel's, or a case's verdict, and puts in a fact that no
question asked for: it has to notice each of them.
"""
import contextlib
import io
import re
import shutil
import sys
import tempfile

import compare

# File, what the line has in it, what it is replaced by.
CHANGES = [
    ("TRACE", rb'"path":"/data/open-rdonly/file","act":"open"', b""),
    ("TRACE", rb'("path":"/data/open-rdonly/file","act":"open","perms":"r)', rb"\1w"),
    ("TRACE", rb'"fact":"ptrace","access":"trace","peer":"self"', b""),
    ("TRACE", rb'"fact":"signal".*"SIGTERM","access":"send"', b""),
    ("audit", rb'operation="mkdir".*name="/data/mkdir/new/"', b""),
    ("audit", rb'operation="rename_dest".*name="/data/rename/new"', b""),
    ("out", rb"^ok rename$", b""),
]


def verdict(directory, backend, known):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = compare.main(directory, backend, known)
    return status, out.getvalue()


def changed(path, pattern, instead):
    with open(path, "rb") as f:
        lines = f.readlines()
    hits = [i for i, line in enumerate(lines) if re.search(pattern, line)]
    if not hits:
        sys.exit(f"prove.py: {path}: no line with {pattern}")
    line = lines[hits[0]]
    lines[hits[0]] = re.sub(pattern, instead, line) if instead else b""
    return lines


def main(directory, backend, known=None):
    status, out = verdict(directory, backend, known)
    if status:
        sys.exit(out)
    bad = 0
    for name, pattern, instead in CHANGES:
        name = f"{backend}.trace" if name == "TRACE" else name
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(directory, f"{copy}/d")
            with open(f"{copy}/d/{name}", "wb") as f:
                f.writelines(changed(f"{directory}/{name}", pattern, instead))
            noticed = verdict(f"{copy}/d", backend, known)[0]
        if not noticed:
            print(f"NOT NOTICED: {name}: {pattern.decode()} -> {instead.decode()}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
