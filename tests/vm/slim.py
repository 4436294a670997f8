#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""slim.py BASE WORKLOAD OUT: a root file system with one workload in it, out of the archive BASE.

What is in it are the workload's programs with the libraries that they load, and what its Dockerfile copies. To
unpack all of BASE takes minutes under emulation.
"""
import os
import re
import subprocess
import sys
import tarfile
import tempfile

# Programs, and what else of BASE.
PARTS = {
    "redis": ("usr/bin/redis-server usr/bin/redis-cli usr/bin/redis-benchmark", "var/lib/redis"),
    "nginx": ("usr/sbin/nginx usr/bin/busybox", "etc/nginx usr/share/nginx var/lib/nginx var/log/nginx"),
    "pyapp": ("usr/bin/python3 usr/bin/uname", "usr/lib/python3.11 usr/lib/python3"),
}
# What the exercise takes, in a shell of its own there.
SHELL = "usr/bin/sh usr/bin/env usr/bin/seq usr/bin/grep usr/bin/sleep"
EVERYWHERE = "bin lib lib64 sbin etc/passwd etc/group etc/nsswitch.conf etc/ld.so.cache proc sys dev tmp run srv"


def way(root, path):
    """The links on the way to path, and what it is in the end, each relative to root."""
    done, todo = [], [p for p in path.split("/") if p]
    while todo:
        part = todo.pop(0)
        if part == "..":
            done = done[:-1]
            continue
        here = os.path.join(root, *done, part)
        if os.path.islink(here):
            yield "/".join(done + [part])
            target = os.readlink(here)
            done = [] if target.startswith("/") else done
            todo = [p for p in target.split("/") if p and p != "."] + todo
        else:
            done.append(part)
    yield "/".join(done)


def libraries(root, program):
    """What the dynamic linker of that root would load."""
    listing = subprocess.run(
        ["chroot", root, "/lib64/ld-linux-x86-64.so.2", "--list", "/" + program], capture_output=True, text=True
    ).stdout
    return re.findall(r"(/\S+) \(0x", listing)


def wanted(root, workload):
    programs, paths = (words.split() for words in PARTS[workload])
    programs += SHELL.split()
    for directory in paths:
        # Modules are libraries that a program loads by name.
        for at, _, names in os.walk(os.path.join(root, directory)):
            programs += [os.path.relpath(f"{at}/{name}", root) for name in names if ".so" in name]
    files = set()
    for program in programs:
        files.update(way(root, program))
        for library in libraries(root, program):
            files.update(way(root, library))
    return sorted(files | set(paths) | {path for path in EVERYWHERE.split() if os.path.lexists(f"{root}/{path}")})


def copied(workload):
    """(from, to) of the Dockerfile's COPY."""
    base = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../workloads", workload)
    with open(f"{base}/Dockerfile", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("COPY "):
                *names, to = line.split()[1:]
                for name in names:
                    yield f"{base}/{name}", (to + name if to.endswith("/") else to).lstrip("/")


def main(base, workload, out):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(out))) as root:
        subprocess.run(["tar", "-C", root, "-xf", base], check=True)
        # Each name once, or the engine refuses the archive: what is copied replaces what BASE has there, and a
        # module is in the directory that it is in, too.
        files = list(copied(workload)) + [(f"{root}/{path}", path) for path in wanted(root, workload)]
        names = set()

        def once(entry):
            if entry.name in names:
                return None
            names.add(entry.name)
            return entry

        with tarfile.open(out, "w") as tar:
            for path, name in files:
                tar.add(path, name, filter=once)


if __name__ == "__main__":
    main(*sys.argv[1:])
