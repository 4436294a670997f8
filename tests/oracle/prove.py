#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""prove.py DIR BACKEND [KNOWN]: where compare.py is content, is it so for a reason?

Of each kind one fact is taken out of the trace, one question out of the kernel's account, and one case's verdict is turned:
compare.py has to notice each of them.
"""
import contextlib
import io
import json
import shutil
import sys
import tempfile

import compare


def verdict(directory, backend, known):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = compare.main(directory, backend, known)
    return status, out.getvalue()


def lines(path):
    with open(path, "rb") as f:
        return f.readlines()


def without(path, what):
    """Each of the file's lines that has something of its own in it goes, once a kind."""
    kept, seen = lines(path), set()
    for i, line in enumerate(kept):
        kind = what(line)
        if kind and kind not in seen:
            seen.add(kind)
            yield kind, kept[:i] + kept[i + 1 :]


def fact_kind(line):
    row = json.loads(line)
    if row.get("fact") in ("signal", "ptrace", "mount", "userns", "io_uring", "network"):
        return row["fact"] if row.get("peer") != "other" else None
    return row.get("act") if row.get("act") in ("open", "mkdir", "link", "chmod", "rename-to") else None


def question_kind(line):
    for word in b"mkdir", b"link", b"signal", b"mount", b"umount", b"pivotroot", b"rename_dest":
        if b'operation="' + word + b'"' in line:
            return word.decode()
    return None


def verdict_kind(line):
    return "verdict" if line.startswith(b"ok ") else None


def main(directory, backend, known=None):
    status, out = verdict(directory, backend, known)
    if status:
        sys.exit(out)
    bad = 0
    for name, kind_of in ((f"{backend}.trace", fact_kind), ("audit", question_kind), ("out", verdict_kind)):
        for kind, rest in without(f"{directory}/{name}", kind_of):
            with tempfile.TemporaryDirectory() as copy:
                shutil.copytree(directory, f"{copy}/d")
                with open(f"{copy}/d/{name}", "wb") as f:
                    f.writelines(rest)
                noticed = verdict(f"{copy}/d", backend, known)[0]
            print(f"{name} without one {kind}: {'noticed' if noticed else 'NOT NOTICED'}")
            bad |= not noticed
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
